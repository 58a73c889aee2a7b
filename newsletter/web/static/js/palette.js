// The command palette (Ctrl+K, or / on the desk) and the list of keys (?). The server finds pages, publications, editions
// and stories; what can be done with the selected story comes from the buttons of its card.

import { keyOf } from "./letter_keys.js";

const palette = document.getElementById("palette");
const input = palette?.querySelector("input");
const results = document.getElementById("palette-results");
const acts = document.getElementById("palette-acts");
const keys = document.getElementById("keys");
let selected = null; // the card that had the focus
let foundFor = null; // the words that the results are for
let goesToFirst = false; // Enter was pressed before the results came

function open() {
  if (!palette || palette.open) return;
  selected = document.activeElement?.closest?.("[data-story]") ?? null;
  palette.showModal();
  goesToFirst = false;
  input.select();
  window.htmx.trigger(input, "search-again");
  listActs();
}

/** List the buttons of the selected card whose words contain what was typed. */
function listActs() {
  const words = input.value.trim().toLowerCase();
  const buttons = selected ? [...selected.querySelectorAll("button:not(:disabled)")] : [];
  const found = buttons.filter((button) => button.textContent.toLowerCase().includes(words));
  acts.replaceChildren(
    ...found.map((button) => {
      const item = document.createElement("li");
      const choice = document.createElement("button");
      choice.type = "button";
      choice.textContent = button.textContent.trim();
      choice.addEventListener("click", () => {
        palette.close();
        document.getElementById(button.id)?.click();
      });
      item.append(choice);
      return item;
    }),
  );
}

/** Return what Enter chooses: what was found, else an act that begins with the words. Acts also contain headlines. */
function first() {
  const words = input.value.trim().toLowerCase();
  const act = [...acts.querySelectorAll("button")].find((button) => button.textContent.toLowerCase().startsWith(words));
  return results.querySelector("a") ?? act;
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return open();
  }
  const key = keyOf(event);
  if (key === "/") {
    event.preventDefault();
    open();
  } else if (key === "?") {
    event.preventDefault();
    keys?.showModal();
  }
});

input?.addEventListener("input", listActs);
input?.addEventListener("htmx:afterOnLoad", (event) => {
  foundFor = event.detail.requestConfig.parameters.get?.("q") ?? event.detail.requestConfig.parameters.q ?? "";
  if (!goesToFirst || foundFor !== input.value || !event.detail.successful) return;
  goesToFirst = false;
  first()?.click();
});
palette?.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp" && event.key !== "Enter") return;
  const choices = [...palette.querySelectorAll("li a, li button")];
  if (event.key === "Enter") {
    if (document.activeElement !== input) return;
    event.preventDefault();
    if (input.value === foundFor) return first()?.click();
    goesToFirst = true; // the results are still those of other words
    return;
  }
  event.preventDefault();
  const places = event.key === "ArrowDown" ? 1 : -1;
  const next = [input, ...choices];
  next[(next.indexOf(document.activeElement) + places + next.length) % next.length]?.focus();
});

for (const button of document.querySelectorAll("[data-opens]")) {
  button.hidden = false; // without scripts there is nothing to open
  button.addEventListener("click", () => (button.dataset.opens === "palette" ? open() : keys?.showModal()));
}

keys?.addEventListener("htmx:afterSettle", () => {
  document.body.dataset.letterKeys = keys.querySelector("[data-letter-keys]").dataset.letterKeys;
});
