// Tells of new mail on the list of letters. Everything else works without a script.
const note = document.querySelector("[data-newest]");

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch("/postbox/pulse");
    const { newest } = await answer.json();
    note.hidden = newest <= Number(note.dataset.newest);
  } catch {
    // the postbox was stopped; the next look finds it again
  }
}

if (note) setInterval(look, 3000);
