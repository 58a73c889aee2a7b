// Whether a key may act: never while somebody types, and single letters only if the person has not switched them off.

const TYPING = "input:not([type=checkbox], [type=radio], [type=submit]), textarea, select, [contenteditable], dialog";

/** Whether an event belongs to a field or to a dialog. */
export const isTyping = (event) => Boolean(event.target.closest?.(TYPING));

/** Return the key of an event, or an empty string if it belongs to a field, to a dialog or to the browser. */
export function keyOf(event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey) return "";
  if (isTyping(event)) return "";
  const isLetter = event.key.length === 1;
  if (isLetter && !event.altKey && document.body.dataset.letterKeys !== "on") return "";
  return event.altKey ? `Alt+${event.key}` : event.key;
}
