// Keys of the desk: move between cards, order them, send them to a section, make one the lead, claim, edit, search.
// They press the buttons of the card that has the focus, so that a key does what its button does.

import { act } from "./desk_requests.js";
import { isTyping, keyOf } from "./letter_keys.js";

const CARDS = ".queue > .story, .edition-story";
const isShown = (card) => card.getClientRects().length > 0;
const cards = () => [...document.querySelectorAll(CARDS)].filter(isShown);
const current = () => document.activeElement?.closest?.(CARDS) ?? null;

function focusOn(card) {
  card?.focus({ preventScroll: true });
  card?.scrollIntoView({ block: "nearest" });
}

/** Focus the next or previous card of the same list. */
function step(places) {
  const card = current();
  const list = cards().filter((other) => !card || other.className.split(" ")[0] === card.className.split(" ")[0]);
  focusOn(card ? list[list.indexOf(card) + places] : list[0]);
}

/** Focus the same story in the other list, or else its first one. */
function toOtherList(card) {
  const isInEdition = card.classList.contains("edition-story");
  const others = cards().filter((other) => other.classList.contains("edition-story") !== isInEdition);
  focusOn(others.find((other) => other.dataset.story === card.dataset.story) ?? others[0]);
}

function press(card, ...ids) {
  const button = ids.map((id) => document.getElementById(`${id}-${card.dataset.story}`)).find((b) => b && card.contains(b));
  if (button && !button.disabled) button.click();
}

/** Whether this card of the queue says that its story was put into the edition. Its one button then takes it out. */
const isIn = (card) => card.querySelector("[id^=into-].pressed") !== null;

function sectionOf(digit) {
  const names = JSON.parse(document.getElementById("next")?.dataset.sections || "[]");
  return names[Number(digit) - 1];
}

const ACTS = {
  "Alt+ArrowUp": (card) => press(card, "up", "higher"),
  "Alt+ArrowDown": (card) => press(card, "down", "lower"),
  l: (card) => card.dataset.kind && act(card, card.dataset.kind, { kind: "lead" }),
  // claiming is a button of the card in the queue; the edition shows the same stories
  c: (card) => document.getElementById(`claim-${card.dataset.story}`)?.click(),
  e: (card) => card.querySelector("[data-edit]").click(),
  p: (card) => isIn(card) || press(card, "pin", "into"),
  x: (card) => press(card, isIn(card) ? "into" : "out"),
  ArrowLeft: toOtherList,
  ArrowRight: toOtherList,
};

document.addEventListener("keydown", (event) => {
  const isUndo = event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (isUndo && !isTyping(event)) {
    event.preventDefault();
    return document.getElementById("undo-last")?.click();
  }
  const key = keyOf(event);
  if (!key) return;
  if (key === "j" || key === "k") {
    event.preventDefault();
    return step(key === "j" ? 1 : -1);
  }
  const card = current();
  if (!card) return;
  const isDigit = key >= "1" && key <= "9" && key.length === 1;
  if (isDigit && card.dataset.place) {
    const section = sectionOf(key);
    if (section === undefined) return;
    event.preventDefault();
    act(card, card.dataset.place, { section });
  } else if (ACTS[key] && (!key.startsWith("Arrow") || document.activeElement === card)) {
    event.preventDefault();
    ACTS[key](card);
  }
});

// A card that is drawn again keeps the focus; htmx finds it by its id only if it was in the replaced part.
let focused = "";
document.body.addEventListener("htmx:beforeRequest", () => {
  focused = document.activeElement?.matches?.(CARDS) ? document.activeElement.id : "";
});
document.body.addEventListener("htmx:afterSettle", () => {
  if (!focused || document.activeElement !== document.body) return;
  const other = focused.startsWith("in-edition-") ? focused.replace("in-edition-", "story-") : "";
  focusOn(document.getElementById(focused) ?? document.getElementById(other));
});
