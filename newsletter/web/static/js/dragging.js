// Drag and drop for the story queue. The buttons do the same for keyboards, phones and pages without JavaScript.

const MARKS = ["above", "below"];
let dragged = null;

function makeDraggable() {
  const queue = document.querySelector(".queue");
  if (!queue || !matchMedia("(pointer: fine)").matches) return;
  queue.classList.add("can-drag");
  for (const story of queue.children) story.draggable = true;
}

function storyAt(event) {
  return event.target.closest?.(".queue > .story");
}

function clear() {
  document.querySelectorAll(".story.above, .story.below").forEach((story) => story.classList.remove(...MARKS));
}

function isBelow(event, story) {
  const box = story.getBoundingClientRect();
  return event.clientY > box.top + box.height / 2;
}

document.addEventListener("dragstart", (event) => {
  dragged = storyAt(event);
  if (!dragged || event.target !== dragged) return (dragged = null);
  dragged.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.querySelector("h3").textContent);
});

document.addEventListener("dragover", (event) => {
  const over = dragged && storyAt(event);
  if (!over) return;
  event.preventDefault();
  clear();
  if (over !== dragged) over.classList.add(isBelow(event, over) ? "below" : "above");
});

document.addEventListener("drop", (event) => {
  const over = dragged && storyAt(event);
  if (!over || over === dragged) return;
  event.preventDefault();
  const side = isBelow(event, over) ? "after" : "before";
  if ((side === "after" ? over.nextElementSibling : over.previousElementSibling) === dragged) return; // already in that position
  const csrfToken = dragged.querySelector("[name=csrfmiddlewaretoken]").value;
  window.htmx.ajax("POST", dragged.dataset.move, {
    source: dragged,
    target: "#notes",
    swap: "innerHTML",
    values: { beside: over.dataset.story, side, csrfmiddlewaretoken: csrfToken },
  });
});

document.addEventListener("dragend", () => {
  clear();
  dragged?.classList.remove("dragged");
  dragged = null;
});

document.body.addEventListener("htmx:afterSettle", makeDraggable);
makeDraggable();
