// What every page of the desk shares: problems said aloud, focus kept where the hand was.

const toast = document.getElementById("toast");

/** Shows a sentence at the foot of the page until something works again. */
export function say(sentence) {
  toast.querySelector("p").textContent = sentence;
  toast.hidden = false;
}

document.body.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  say(
    status === 403
      ? "That was not done: the page is too old or your role does not allow it. Reload the page."
      : "That was not done: the server could not answer as it should. Reload the page and try again.",
  );
});

document.body.addEventListener("htmx:sendError", () => {
  say("That was not done: the server cannot be reached. Check the connection and try again.");
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) toast.hidden = true;
});

// A button that moved a story to an end is disabled there; its neighbour takes the focus.
let pressed = "";
document.body.addEventListener("htmx:beforeRequest", () => {
  pressed = document.activeElement?.id ?? "";
});
document.body.addEventListener("htmx:afterSettle", () => {
  const [way, story] = pressed.split("-");
  if (!story || document.activeElement !== document.body) return;
  const others = way === "down" ? ["up", "first"] : ["down", "up"];
  for (const id of [pressed, ...others.map((other) => `${other}-${story}`)]) {
    const button = document.getElementById(id);
    if (button && !button.disabled) return button.focus();
  }
});

// A form that came back with problems starts at them.
document.querySelector("[data-focus]")?.focus();
