// A small editor over the text field of a story: bold, italic, links, lists, quotations, and nothing else.
// The text field stays what is sent. The server alone says what a story may hold: it reads what is pasted, and what
// is saved.

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

/** What a story keeps of the pasted HTML, or of the text when there is none; empty when the server does not answer. */
async function read(field, html, text) {
  const fragment = html.match(/<!--StartFragment-->([\s\S]*)<!--EndFragment-->/)?.[1] ?? html;
  const token = field.form.querySelector("[name=csrfmiddlewaretoken]").value;
  try {
    const body = new FormData();
    body.append("html", fragment);
    body.append("text", text);
    const answer = await fetch(field.dataset.reader, { method: "POST", headers: { "X-CSRFToken": token }, body });
    return answer.ok && !answer.redirected ? await answer.text() : "";
  } catch {
    return "";
  }
}

/** Puts safe HTML where the selection is. A single paragraph joins the one that it is pasted into. */
function insert(html, text) {
  if (!html) {
    document.execCommand("insertText", false, text);
    return;
  }
  const single = html.match(/^<p>((?:(?!<\/p>)[\s\S])*)<\/p>$/);
  document.execCommand("insertHTML", false, single ? single[1] : html);
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
  words.innerHTML = field.dataset.writing;
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

  // a division around it says that this is HTML, whatever the words are
  const keep = () => (field.value = words.textContent.trim() ? `<div>${words.innerHTML}</div>` : "");
  words.addEventListener("beforeinput", async (event) => {
    if (!["insertFromPaste", "insertFromDrop"].includes(event.inputType) || !event.dataTransfer) return;
    const [place] = event.getTargetRanges();
    const [html, text] = ["text/html", "text/plain"].map((kind) => event.dataTransfer.getData(kind));
    event.preventDefault();
    const range = new Range();
    range.setStart(place.startContainer, place.startOffset);
    range.setEnd(place.endContainer, place.endOffset);
    const made = await read(field, html, text);
    words.focus();
    window.getSelection().removeAllRanges();
    window.getSelection().addRange(range);
    insert(made, text);
    keep();
  });
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
