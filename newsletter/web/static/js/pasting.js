// The one box of the desk: keeps the HTML of what was pasted, so that links and emphasis arrive. A paste outside any
// field goes into the box; links alone are sent at once.

const form = document.getElementById("add-story");
const box = form.elements.text;
const html = form.elements.html;
const LINKS = /^\s*(?:https?:\/\/\S+\s*)+$/i;
// Browsers write every computed style into what they copy. These are read (stories/rich_text/text_styles.py).
const READ_STYLES = /^\s*(?:font-weight|font-style|text-decoration|vertical-align|mso-list)\b/i;
const MAX_HTML = 900_000; // characters; longer HTML is sent as its text
let pasted = "";

/** Return copied HTML without styles that are not read, style sheets, drawings and embedded pictures. */
function slim(copied) {
  const kept = (declarations) => declarations.split(";").filter((one) => READ_STYLES.test(one)).join(";");
  return copied
    .replace(/<(style|svg)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/\ssrc=(["'])data:[\s\S]*?\1/gi, "")
    .replace(/\sstyle=(["'])([\s\S]*?)\1/gi, (_, quote, all) => (kept(all) ? ` style=${quote}${kept(all)}${quote}` : ""));
}

/** Keep the HTML of a paste if the box holds nothing else. */
function keep(event, text) {
  pasted = text;
  const copied = LINKS.test(text) ? "" : slim(event.clipboardData.getData("text/html"));
  html.value = copied.length > MAX_HTML ? "" : copied;
}

box.addEventListener("paste", (event) => {
  const isWhole = !box.value.trim() || box.selectionEnd - box.selectionStart === box.value.length;
  html.value = "";
  if (isWhole) keep(event, event.clipboardData.getData("text/plain"));
});

document.addEventListener("paste", (event) => {
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  const text = event.clipboardData.getData("text/plain");
  if (!text.trim() || box.value.trim()) return;
  event.preventDefault();
  box.value = text;
  keep(event, text);
  box.focus();
  if (LINKS.test(text)) form.requestSubmit();
});

// Text that was edited after the paste is sent as it stands.
const words = (text) => text.replace(/\s+/g, " ").trim();
form.addEventListener("submit", (event) => {
  if (html.value && words(box.value) !== words(pasted)) html.value = "";
  const button = event.submitter ?? form.querySelector("button");
  setTimeout(() => (button.disabled = true));
});
window.addEventListener("pageshow", () => (form.querySelector("button").disabled = false));
