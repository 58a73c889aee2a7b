"""Removal of indentation and empty lines, which only add to the size of an email."""


def without_indents(html: str) -> str:
    """Return `html` without indentation, trailing whitespace and empty lines."""
    stripped = (line.strip(" \t\r") for line in html.split("\n"))  # no-break spaces are content
    return "\n".join(line for line in stripped if line) + "\n"
