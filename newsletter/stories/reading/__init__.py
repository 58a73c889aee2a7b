"""Read a story from a web page or from pasted HTML: fetch the page, extract its fields, keep drafts."""
