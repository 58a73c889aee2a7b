"""HTML and plain text: CSS inlining, language and direction attributes, whitespace, text wrapping."""
