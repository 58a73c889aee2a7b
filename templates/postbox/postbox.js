// Shows a note about new emails on the list. Everything else works without a script.
const note = document.querySelector("[data-newest]");

async function poll() {
  if (document.hidden) return;
  try {
    const answer = await fetch("/postbox/pulse");
    const { newest } = await answer.json();
    note.hidden = newest <= Number(note.dataset.newest);
  } catch {
    // the postbox is not running; the next poll tries again
  }
}

if (note) setInterval(poll, 3000);
