// The side panel and the comments of an edition's page refresh by polling. While someone uses a form or an open section in
// them, a message replaces the refresh, so that no input is lost.

import { showToast } from "./page.js";

document.body.addEventListener("htmx:beforeOnLoad", (event) => {
  const { elt, xhr } = event.detail;
  if (elt.id !== "edition-side" || xhr.status !== 200) return;
  const used = "details[open], input:focus, textarea:focus, select:focus";
  const comments = document.getElementById("comments");
  const typed = [...comments.querySelectorAll("textarea")].some((area) => area.value !== area.defaultValue);
  if (!typed && !elt.querySelector(used) && !comments.querySelector(used)) return;
  event.preventDefault();
  showToast("This edition has changed since you opened the page. Reload the page to see it.");
});
