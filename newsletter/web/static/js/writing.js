// A small rich text editor for the teaser of a story: bold, italic, links, lists and quotes.
// The textarea is still the submitted field. The server alone decides which HTML is allowed: it sanitises both pasted
// and saved content.

const TOOLS = [
  ["Bold", () => document.execCommand("bold")],
  ["Italic", () => document.execCommand("italic")],
  ["Link", link],
  ["List", () => document.execCommand("insertUnorderedList")],
  ["Quote", () => document.execCommand("formatBlock", false, "blockquote")],
  ["Clear formatting", clearFormatting],
];

function link() {
  const url = window.prompt("Link URL, starting with https://");
  if (url && /^https?:\/\/\S+$/.test(url.trim())) document.execCommand("createLink", false, url.trim());
}

function clearFormatting() {
  document.execCommand("formatBlock", false, "p");
  document.execCommand("removeFormat");
  document.execCommand("unlink");
}

/** Return the sanitised form of pasted HTML, or of plain text if there is no HTML; empty if the server does not respond. */
async function read(field, html, text) {
  const fragment = html.match(/<!--StartFragment-->([\s\S]*)<!--EndFragment-->/)?.[1] ?? html;
  const token = field.form.querySelector("[name=csrfmiddlewaretoken]").value;
  try {
    const body = new FormData();
    body.append("html", fragment);
    body.append("text", text);
    const response = await fetch(field.dataset.reader, { method: "POST", headers: { "X-CSRFToken": token }, body });
    return response.ok && !response.redirected ? await response.text() : "";
  } catch {
    return "";
  }
}

/** Insert sanitised HTML at the selection. A single paragraph merges into the paragraph that it is pasted into. */
function insert(html, text) {
  if (!html) {
    document.execCommand("insertText", false, text);
    return;
  }
  const single = html.match(/^<p>((?:(?!<\/p>)[\s\S])*)<\/p>$/);
  document.execCommand("insertHTML", false, single ? single[1] : html);
}

function enhance(field) {
  const editor = document.createElement("div");
  editor.className = "writing-words";
  editor.contentEditable = "true";
  editor.setAttribute("role", "textbox");
  editor.setAttribute("aria-multiline", "true");
  const label = document.querySelector(`label[for="${field.id}"]`);
  label.id = `${field.id}_label`;
  editor.setAttribute("aria-labelledby", label.id);
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (field.hasAttribute(name)) editor.setAttribute(name, field.getAttribute(name));
  }
  editor.innerHTML = field.dataset.writing;
  // What was typed before this script was there, on a slow network.
  const early = field.value !== field.defaultValue && !field.value.startsWith("<") ? field.value : "";
  if (early) {
    const paragraphs = early.split(/\n\s*\n/).map((text) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = text;
      return paragraph;
    });
    editor.replaceChildren(...paragraphs);
  }
  if (!editor.textContent.trim()) editor.replaceChildren(document.createElement("p"));

  const tools = document.createElement("div");
  tools.className = "writing-tools";
  tools.setAttribute("role", "toolbar");
  tools.setAttribute("aria-label", "Formatting");
  for (const [name, act] of TOOLS) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("mousedown", (event) => event.preventDefault()); // keep the selection
    button.addEventListener("click", () => {
      editor.focus();
      act();
      keep();
    });
    tools.append(button);
  }

  // The surrounding div marks the value as HTML, whatever the text is.
  const keep = () => (field.value = editor.textContent.trim() ? `<div>${editor.innerHTML}</div>` : "");
  editor.addEventListener("beforeinput", async (event) => {
    if (!["insertFromPaste", "insertFromDrop"].includes(event.inputType) || !event.dataTransfer) return;
    const [place] = event.getTargetRanges();
    const [html, text] = ["text/html", "text/plain"].map((kind) => event.dataTransfer.getData(kind));
    event.preventDefault();
    const range = new Range();
    range.setStart(place.startContainer, place.startOffset);
    range.setEnd(place.endContainer, place.endOffset);
    const made = await read(field, html, text);
    editor.focus();
    window.getSelection().removeAllRanges();
    window.getSelection().addRange(range);
    insert(made, text);
    keep();
  });
  editor.addEventListener("input", keep);
  editor.addEventListener("focus", () => document.execCommand("defaultParagraphSeparator", false, "p"), { once: true });
  label.addEventListener("click", () => editor.focus());

  const frame = document.createElement("div");
  frame.className = "writing";
  frame.append(tools, editor);
  const isFocused = document.activeElement === field;
  field.after(frame);
  field.hidden = true;
  if (early) keep();
  if (isFocused) {
    editor.focus();
    window.getSelection().selectAllChildren(editor.lastElementChild);
    window.getSelection().collapseToEnd();
  }
}

document.querySelectorAll("textarea[data-writing]").forEach(enhance);
