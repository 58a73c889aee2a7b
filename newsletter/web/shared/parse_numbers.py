"""Whole numbers as addresses and forms carry them."""

MAX_DIGITS = 18  # any such number fits into a database's field


def whole_number(text: str) -> int | None:
    """The number that plain digits write, or None: for words, signs, digits of other scripts, and the very long."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None
