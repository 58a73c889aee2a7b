// Drag and drop of stories in the queue, from the queue into the edition, in the edition, and out of it again. Buttons
// and keys do the same for keyboards, phones and pages without JavaScript. A drop is one request.

import { act } from "./desk_requests.js";

const MARKS = ["above", "below", "drop-target"];
const CARD = ".queue > .story, .edition-story";
let dragged = null;

function makeDraggable() {
  if (!matchMedia("(pointer: fine)").matches) return;
  const desk = document.getElementById("desk");
  desk?.classList.add("can-drag");
  desk?.querySelectorAll(".queue > .story, .edition-story[data-place]").forEach((card) => (card.draggable = true));
}

const isInEdition = (card) => card.classList.contains("edition-story");

/** Return where a drop at this event would go: a card with a side, a section, the end, or out of the edition. */
function targetOf(event) {
  const card = event.target.closest?.(CARD);
  if (card) {
    if (!isInEdition(card) && isInEdition(dragged)) return { element: document.getElementById("stories"), out: true };
    if (isInEdition(card) && !dragged.dataset.place) return null;
    const box = card.getBoundingClientRect();
    return { element: card, card, isBelow: event.clientY > box.top + box.height / 2 };
  }
  const zone = event.target.closest?.("[data-drop]");
  if (zone && dragged.dataset.place) return { element: zone, section: zone.dataset.section };
  if (isInEdition(dragged) && event.target.closest?.(".queue-part")) {
    return { element: document.getElementById("stories"), out: true };
  }
  return null;
}

function clear() {
  document.querySelectorAll(".above, .below, .drop-target").forEach((element) => element.classList.remove(...MARKS));
}

document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.(CARD);
  if (!card || event.target !== card) return;
  dragged = card;
  dragged.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.querySelector("[data-edit]").textContent);
});

document.addEventListener("dragover", (event) => {
  const target = dragged && targetOf(event);
  if (!target) return clear();
  event.preventDefault();
  const mark = target.card ? (target.isBelow ? "below" : "above") : "drop-target";
  if (target.element.classList.contains(mark)) return;
  clear();
  if (target.card !== dragged) target.element.classList.add(mark);
});

document.addEventListener("drop", (event) => {
  const target = dragged && targetOf(event);
  if (!target || target.card === dragged) return;
  event.preventDefault();
  if (target.out) return act(dragged, dragged.querySelector("[id^=out-]").getAttribute("hx-post"), {});
  if (!target.card) {
    return act(dragged, dragged.dataset.place, target.section === undefined ? {} : { section: target.section });
  }
  const values = { beside: target.card.dataset.story, side: target.isBelow ? "after" : "before" };
  if (isInEdition(target.card)) return act(dragged, dragged.dataset.place, values);
  const neighbour = target.isBelow ? target.card.nextElementSibling : target.card.previousElementSibling;
  if (neighbour !== dragged) act(dragged, dragged.dataset.move, values);
});

document.addEventListener("dragend", () => {
  clear();
  dragged?.classList.remove("dragged");
  dragged = null;
});

// A poll does not replace the edition while somebody drags or has something open in it, and never leads away from the
// page: what is typed into the box would be lost.
document.body.addEventListener("htmx:beforeOnLoad", (event) => {
  const { elt, xhr } = event.detail;
  if (elt.id !== "next") return;
  if (dragged || elt.querySelector("details[open]") || xhr.getResponseHeader("HX-Redirect")) event.preventDefault();
});

document.body.addEventListener("htmx:afterSettle", makeDraggable);
makeDraggable();
