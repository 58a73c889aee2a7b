// Keeps what is typed into a form and not saved yet: on the server, and in this browser until the server has it.
// The server shows it again when its author opens the form (web/shared/unsaved_changes.py).

const PAUSE = 800; // milliseconds after the last key
const NOT_TYPED = ["hidden", "checkbox", "radio", "file"]; // types of fields
const RETRY = 5000; // milliseconds, while the server does not answer

function keepChanges(form) {
  const { keeps, address, user } = form.dataset;
  const place = `unsaved:${user}:${address}`; // of this browser's copy
  const state = document.createElement("p");
  state.className = "unsaved-state";
  state.setAttribute("role", "status");
  form.querySelector(".form-end").append(state);
  let timer = 0;
  let running = null; // the request under way
  let isChanged = false; // since the last request began
  let isSubmitting = false;

  // Signing in again in another tab replaces the token of all open pages.
  function renewToken() {
    const current = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/);
    if (current) form.elements.csrfmiddlewaretoken.value = current[1];
  }

  function contents() {
    renewToken();
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (typeof value !== "string") data.delete(name);
    data.set("unsaved-address", address);
    return data;
  }

  function keepHere() {
    const fields = [...contents()].filter(([name]) => name !== "csrfmiddlewaretoken");
    try {
      localStorage.setItem(place, JSON.stringify(fields));
      return true;
    } catch {
      return false; // the browser has no room, or allows no storage
    }
  }

  function forgetHere() {
    try {
      localStorage.removeItem(place);
    } catch {
      // nothing was stored either
    }
  }

  /** Post the changes. Return "kept", "away" (no server), "signed-out", or the reason why the server keeps nothing. */
  async function post(data) {
    try {
      const response = await fetch(keeps, { method: "POST", body: data, redirect: "manual" });
      if (response.status === 204) return "kept";
      if (response.type === "opaqueredirect" || response.status === 403) return "signed-out";
      return response.status < 500 ? await response.text() : "away";
    } catch {
      return "away";
    }
  }

  function describe(result, isHere) {
    const where = isHere ? "They are kept in this browser." : "Do not close this page.";
    if (result === "kept") {
      const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      return `Unsaved changes kept at ${time}.`;
    }
    if (result === "away") return `The server does not answer. Your changes are not saved. ${where}`;
    if (result === "signed-out") {
      return `You are signed out, so your changes are not saved. ${where} Sign in again in another tab, then save.`;
    }
    return `Your changes are not kept while you type: ${result} Save them.`;
  }

  async function keep() {
    clearTimeout(timer);
    isChanged = false;
    state.textContent = "Keeping your changes …";
    const result = await (running = post(contents()));
    running = null;
    const isHere = result === "kept" ? (forgetHere(), false) : keepHere();
    state.textContent = describe(result, isHere);
    if ((result === "away" || result === "signed-out") && !isSubmitting) timer = setTimeout(keep, RETRY);
    return result;
  }

  // One request at a time: an older one that arrives later would replace newer text.
  async function keepSoon() {
    if (running) await running;
    if (isChanged && !isSubmitting) await keep();
  }

  function changed() {
    isChanged = true;
    clearTimeout(timer);
    timer = setTimeout(keepSoon, PAUSE);
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  window.addEventListener("online", () => isChanged || state.textContent.startsWith("The server") ? keep() : null);
  window.addEventListener("pagehide", () => {
    if (!isChanged || isSubmitting) return;
    keepHere();
    navigator.sendBeacon(keeps, contents());
  });

  // A post that no server answers, or that ends at the sign-in page, would lose what was typed. So the form is posted
  // only after the server has answered once.
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.formTarget || isSubmitting === "posted") return;
    event.preventDefault();
    if (isSubmitting) return;
    isSubmitting = true;
    clearTimeout(timer);
    if (running) await running;
    const result = await keep();
    if (result === "away" || result === "signed-out") {
      isSubmitting = false;
      timer = setTimeout(keep, RETRY);
      return;
    }
    isSubmitting = "posted";
    forgetHere();
    form.requestSubmit(event.submitter);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) isSubmitting = false; // Back shows the page as it was left
  });

  /** Give the server what only this browser has, then show it as the server does. */
  async function restoreHere() {
    let stored = null;
    try {
      stored = JSON.parse(localStorage.getItem(place));
    } catch {
      forgetHere();
    }
    if (!stored || form.querySelector("[data-focus]")) return;
    const data = new FormData();
    for (const [name, value] of stored) data.append(name, value);
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    if ((await post(data)) !== "kept") return;
    forgetHere();
    if (!isChanged) location.reload();
  }
  restoreHere();
  // typed before this script was there, on a slow network
  const isTyped = (field) => !NOT_TYPED.includes(field.type) && "defaultValue" in field && field.value !== field.defaultValue;
  if ([...form.elements].some(isTyped)) changed();
}

document.querySelectorAll("form[data-keeps]").forEach(keepChanges);
