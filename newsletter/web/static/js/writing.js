// A small editor over the text field of a story: bold, italic, links, lists, quotations, and nothing else.
// The text field stays what is sent; the server keeps only what a letter may hold.

const KEPT = new Map([
  ["P", "p"], ["DIV", "p"], ["UL", "ul"], ["OL", "ol"], ["LI", "li"], ["BLOCKQUOTE", "blockquote"], ["BR", "br"],
  ["STRONG", "strong"], ["B", "strong"], ["EM", "em"], ["I", "em"], ["A", "a"],
]);
const UNSAID = new Set(["SCRIPT", "STYLE", "TITLE", "TEMPLATE", "IFRAME", "OBJECT", "SVG", "HEAD"]);
const TOOLS = [
  ["Bold", () => document.execCommand("bold")],
  ["Italic", () => document.execCommand("italic")],
  ["Link", link],
  ["List", () => document.execCommand("insertUnorderedList")],
  ["Quote", () => document.execCommand("formatBlock", false, "blockquote")],
  ["Plain", plain],
];

function link() {
  const address = window.prompt("Address of the link, beginning with https://");
  if (address && /^https?:\/\/\S+$/.test(address.trim())) document.execCommand("createLink", false, address.trim());
}

function plain() {
  document.execCommand("formatBlock", false, "p");
  document.execCommand("removeFormat");
  document.execCommand("unlink");
}

/** A copy of what a story may hold; everything else is taken off around its words. */
function clean(node) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE || UNSAID.has(node.nodeName.toUpperCase())) return document.createDocumentFragment();
  const name = KEPT.get(node.nodeName);
  const made = name ? document.createElement(name) : document.createDocumentFragment();
  const href = node.getAttribute("href") ?? "";
  if (name === "a" && /^(https?:|mailto:)/i.test(href)) made.setAttribute("href", href);
  for (const child of node.childNodes) made.append(clean(child));
  return made;
}

function fromText(text) {
  if (/<(p|ul|ol|li|a|strong|em|b|i|blockquote|br|div)\b/i.test(text)) {
    return clean(new DOMParser().parseFromString(text, "text/html").body);
  }
  const made = document.createDocumentFragment();
  const parts = text.includes("\n\n") ? text.split(/\n\s*\n/) : text.split("\n");
  for (const words of parts.map((part) => part.trim()).filter(Boolean)) {
    const paragraph = document.createElement("p");
    paragraph.textContent = words;
    made.append(paragraph);
  }
  return made;
}

function toText(words) {
  const holder = document.createElement("div");
  for (const child of words.childNodes) holder.append(clean(child));
  return holder.textContent.trim() ? holder.innerHTML : "";
}

function enhance(field) {
  const words = document.createElement("div");
  words.className = "writing-words";
  words.contentEditable = "true";
  words.setAttribute("role", "textbox");
  words.setAttribute("aria-multiline", "true");
  const label = document.querySelector(`label[for="${field.id}"]`);
  label.id = `${field.id}_label`;
  words.setAttribute("aria-labelledby", label.id);
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (field.hasAttribute(name)) words.setAttribute(name, field.getAttribute(name));
  }
  const start = fromText(field.value);
  words.append(start);
  if (!words.textContent.trim()) words.replaceChildren(document.createElement("p"));

  const tools = document.createElement("div");
  tools.className = "writing-tools";
  tools.setAttribute("role", "toolbar");
  tools.setAttribute("aria-label", "How the words look");
  for (const [name, act] of TOOLS) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection must stay
    button.addEventListener("click", () => {
      words.focus();
      act();
      keep();
    });
    tools.append(button);
  }

  const keep = () => (field.value = toText(words));
  words.addEventListener("input", keep);
  words.addEventListener("focus", () => document.execCommand("defaultParagraphSeparator", false, "p"), { once: true });
  label.addEventListener("click", () => words.focus());

  const frame = document.createElement("div");
  frame.className = "writing";
  frame.append(tools, words);
  field.after(frame);
  field.hidden = true;
}

document.querySelectorAll("textarea[data-writing]").forEach(enhance);
