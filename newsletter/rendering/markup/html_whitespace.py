"""Indents and empty lines are for those who read templates; in a letter they only weigh."""


def without_indents(html: str) -> str:
    """`html` with its lines from their first character on, and without the empty ones."""
    stripped = (line.strip(" \t\r") for line in html.split("\n"))  # no-break spaces are content
    return "\n".join(line for line in stripped if line) + "\n"
