"""Texts as their letters and digits alone, so that versions of one text are equal. Pure."""

import re

SIGNS = re.compile(r"[\W_]+")


def letters_of(text: str) -> str:
    """Return the letters and digits of a text in lower case."""
    return SIGNS.sub("", text.casefold())
