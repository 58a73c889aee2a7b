"""About how wide a text is on a screen, for choices of a width or a size. Pure."""

import unicodedata

SIZE = 16  # CSS pixels, the size that the widths are for


def text_width(text: str) -> int:
    """Return the width of `text` in CSS pixels in bold Arial or Helvetica of 16 pixels; wide rather than narrow."""
    return sum(map(_character_width, text))


def size_to_fit(text: str, width: int, *, smallest: int, largest: int) -> int:
    """Return the font size in CSS pixels at which `text` fits in `width`, within these bounds."""
    return max(smallest, min(largest, SIZE * width // max(1, text_width(text))))


def _character_width(character: str) -> int:
    if unicodedata.east_asian_width(character) in "WF":
        return 16
    match unicodedata.category(character)[0]:
        case "M" | "C":
            return 0
        case "P" | "Z":
            return 5
    return 13 if character.isupper() else 9 if character.isdigit() else 10
