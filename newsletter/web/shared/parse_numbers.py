"""Whole numbers in URLs and forms."""

MAX_DIGITS = 18  # fits into a database integer


def whole_number(text: str) -> int | None:
    """Return the number written in ASCII digits; None for anything else, including signs and overlong numbers."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None
