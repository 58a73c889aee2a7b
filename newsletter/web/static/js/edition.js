// The side of an edition's page follows the edition. While somebody writes or reads in it, it is said and not done.

import { say } from "./page.js";

document.body.addEventListener("htmx:beforeOnLoad", (event) => {
  const { elt, xhr } = event.detail;
  if (elt.id !== "edition-side" || xhr.status !== 200) return;
  if (!elt.querySelector("details[open], input:focus, textarea:focus")) return;
  event.preventDefault();
  say("This edition has changed since you opened the page. Reload the page to see it.");
});
