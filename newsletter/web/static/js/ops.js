// The ops page refreshes itself. It waits while nobody looks at it, and says so when its figures are old.

const STALE_AFTER = 20_000; // milliseconds
const live = document.getElementById("live");
const stale = document.getElementById("stale");
let updatedAt = Date.now();

function showAge() {
  const age = Date.now() - updatedAt;
  const isStale = age > STALE_AFTER && !document.hidden;
  if (stale.hidden === isStale) {
    stale.hidden = !isStale;
    stale.querySelector("[data-sentence]").textContent = isStale
      ? "The figures below are out of date: the server does not answer."
      : "";
  }
  if (isStale) stale.querySelector("[data-age]").textContent = `Updated ${Math.round(age / 1000)} s ago.`;
}

live.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.target?.id === "now") event.preventDefault();
});

live.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.target?.id === "now") updatedAt = Date.now();
  showAge();
});

// A refresh that fails is no failed action: the note above says it, and not the message at the bottom.
for (const kind of ["htmx:sendError", "htmx:responseError"]) {
  live.addEventListener(kind, (event) => {
    if (event.detail.target?.id === "now" && event.detail.xhr.status !== 403) event.stopPropagation();
  });
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  updatedAt = Math.max(updatedAt, Date.now() - STALE_AFTER + 5_000); // time to refresh before the figures count as old
  document.getElementById("now").dispatchEvent(new CustomEvent("refresh"));
});

setInterval(showAge, 1000);
