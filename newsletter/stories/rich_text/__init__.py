"""The small HTML that a story's text may contain: parsing, cleaning, plain text."""
