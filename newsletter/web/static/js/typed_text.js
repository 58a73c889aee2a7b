// Keeps in this tab what a form had when its author turned out to be signed out, and fills the form again afterwards.
// Forms whose changes the server keeps while they are typed have no need of it (unsaved_changes.js).

const PLACE = "typed-text";
const NOT_TYPED = ["hidden", "file", "password", "submit", "button", "image", "reset"];

// not form.action, which is a field or a button of that name if the form has one
const pathOf = (form) => new URL(form.getAttribute("action") || location.href, location.origin).pathname;

function store(action, fields) {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify({ action, fields }));
    return true;
  } catch {
    return false; // no room, or the browser allows no storage
  }
}

function take() {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
  } catch {
    return null;
  }
}

// The page that answers a form of somebody who is signed out.
const typed = document.getElementById("typed-text");
if (typed) {
  const fields = [...typed.querySelectorAll("textarea")].map((area) => [area.name, area.value]);
  if (store(typed.dataset.action, fields)) typed.querySelector(".kept").hidden = false;
}

// A form that htmx posts: its answer leads to the sign-in page.
document.body.addEventListener("htmx:beforeOnLoad", (event) => {
  const target = event.detail.xhr.getResponseHeader("HX-Redirect") ?? "";
  const form = event.detail.elt?.closest?.("form");
  if (!form || !new URL(target || "/", location.origin).pathname.startsWith("/sign-in/")) return;
  const fields = [...new FormData(form)].filter(([name, value]) => {
    const field = form.elements.namedItem(name);
    return typeof value === "string" && value.trim() && !NOT_TYPED.includes(field?.type);
  });
  if (fields.length) store(pathOf(form), fields);
});

/** Fill the form of this page that was posted to the same address. */
function fillAgain({ action, fields }) {
  const forms = [...document.forms].filter((form) => pathOf(form) === action);
  const form = forms.find((each) =>
    fields.some(([name]) => (each.elements.namedItem(name)?.type ?? "hidden") !== "hidden"),
  );
  if (!form || form.hasAttribute("data-keeps")) return;
  let isFilled = false;
  for (const [name, text] of fields) {
    const field = form.elements.namedItem(name);
    if (!field || field instanceof RadioNodeList || NOT_TYPED.includes(field.type)) continue;
    if (field.type === "checkbox") field.checked = true;
    else field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    isFilled = true;
  }
  if (!isFilled) return;
  for (let part = form.closest("details"); part; part = part.parentElement?.closest("details")) part.open = true;
  const note = document.createElement("p");
  note.className = "note";
  note.setAttribute("role", "status");
  note.textContent = "What you typed before you signed in is back. It is not saved yet.";
  form.prepend(note);
  form.scrollIntoView({ block: "nearest" });
  sessionStorage.removeItem(PLACE);
}

const kept = typed ? null : take();
if (kept) fillAgain(kept);
