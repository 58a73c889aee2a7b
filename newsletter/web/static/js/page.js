// Shared by every desk page: error messages for failed requests, and focus kept on the button in use.

const toast = document.getElementById("toast");

/** Show a message at the bottom of the page until a request succeeds. */
export function showToast(message) {
  toast.querySelector("p").textContent = message;
  toast.hidden = false;
}

document.body.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  showToast(
    status === 403
      ? "Action failed: your session has expired or your role does not allow this. Reload the page."
      : "Action failed: something went wrong on our side. Reload the page and try again.",
  );
});

document.body.addEventListener("htmx:sendError", () => {
  showToast("Action failed: the server cannot be reached. Check your connection and try again.");
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) toast.hidden = true;
});

// The bell in the bar follows the requests that the page makes anyway.
document.body.addEventListener("htmx:afterRequest", (event) => {
  const count = event.detail.xhr?.getResponseHeader("X-Unread-Notices");
  const bell = document.getElementById("bell");
  if (!bell || count === null || count === undefined) return;
  const badge = bell.querySelector(".badge");
  badge.textContent = Number(count) < 100 ? count : "99+";
  badge.hidden = count === "0";
  bell.setAttribute("aria-label", `Notices, ${Number(count).toLocaleString("en")} unread`);
});

// A button that moved a story to either end becomes disabled; focus moves to the next button.
let pressed = "";
document.body.addEventListener("htmx:beforeRequest", () => {
  pressed = document.activeElement?.id ?? "";
});
document.body.addEventListener("htmx:afterSettle", () => {
  const [direction, story] = pressed.split("-");
  if (!story || document.activeElement !== document.body) return;
  const others = direction === "down" ? ["up", "first"] : ["down", "up"];
  for (const id of [pressed, ...others.map((other) => `${other}-${story}`)]) {
    const button = document.getElementById(id);
    if (button && !button.disabled) return button.focus();
  }
});

// On a phone the links of the bar are one row that scrolls to the side. `scrollIntoView` would also move the place where
// the Tab key begins.
const here = document.querySelector(".bar nav [aria-current]");
if (here) {
  const row = here.parentElement;
  row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

// Focus the error summary of a form that was returned with errors.
document.querySelector("[data-focus]")?.focus();
