// A preview frame that follows a form: a quarter of a second after the last key, the form is sent to the preview's
// address in a new frame, which replaces the old one once it is loaded. Nothing flashes, and Back is not filled up.

const PAUSE = 250; // milliseconds after the last key
const PATIENCE = 10000; // then the preview says that it is not current
let count = 0;

function follow(section) {
  const form = document.getElementById(section.dataset.form);
  const state = section.querySelector("[data-state]");
  const button = form.querySelector("[data-preview-button]");
  let timer = 0;
  let latest = "";
  let isChanged = false;

  function frame() {
    return section.querySelector("iframe:not([hidden])");
  }

  function refresh() {
    const next = frame().cloneNode(false);
    const name = (latest = `preview-${(count += 1)}`);
    next.name = name;
    next.hidden = true;
    state.textContent = "Updating the preview …";
    frame().after(next);
    const late = setTimeout(() => {
      if (name === latest) state.textContent = "The preview does not respond. Your changes are still in the form.";
    }, PATIENCE);
    let isSent = false;
    next.addEventListener("load", () => {
      if (!isSent) return; // the empty page of a new frame
      clearTimeout(late);
      if (name !== latest) return next.remove();
      next.className = `${chosen("look")}`;
      next.hidden = false;
      section.querySelectorAll("iframe").forEach((other) => other !== next && other.remove());
      state.textContent = isChanged ? "The preview shows your changes. They are not saved yet." : "";
    });
    isSent = true;
    send(name);
  }

  // A copy is sent, so that the form itself keeps its address and its target.
  function send(target) {
    const copy = document.createElement("form");
    copy.method = "post";
    copy.action = section.dataset.address;
    copy.target = target;
    copy.hidden = true;
    for (const [key, value] of new FormData(form)) {
      if (typeof value !== "string") continue;
      const field = document.createElement("textarea");
      field.name = key;
      field.value = value;
      copy.append(field);
    }
    document.body.append(copy);
    copy.submit();
    copy.remove();
  }

  function chosen(name) {
    return new FormData(form).get(name) ?? "";
  }

  form.addEventListener("input", (event) => {
    if (event.target.name === "look") return (frame().className = chosen("look"));
    clearTimeout(timer);
    isChanged = true;
    timer = setTimeout(refresh, PAUSE);
  });
  // controls with a form attribute stand outside the form, so their events do not pass through it
  section.addEventListener("input", (event) => {
    if (event.target.name === "look") frame().className = chosen("look");
    else refresh();
  });
  if (button) button.hidden = true;
  refresh();
}

document.querySelectorAll(".live-preview").forEach(follow);
