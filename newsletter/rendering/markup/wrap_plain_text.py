"""Plain-text lines: wrapped at 72 columns, addresses unbroken, correct in both text directions."""

from textwrap import TextWrapper

from newsletter.mail.text_cleaning import collapse_whitespace
from newsletter.mail.text_direction import (
    LEFT_TO_RIGHT_MARK,
    RIGHT_TO_LEFT_MARK,
    Direction,
    direction_of_text,
    first_strong_direction,
)

COLUMNS = 72


def wrap(text: str, direction: Direction = "ltr", *, first: str = "", rest: str = "") -> str:
    """Wrap `text` at 72 columns; a single longer word, such as an address, stays whole.

    No line breaks at a no-break space. `first` and `rest` are the prefixes of the first and the following lines: the
    bullet and the indentation of a list item. Text without a letter of its direction runs the other way.
    """
    direction = direction_of_text(text, direction)
    wrapper = TextWrapper(
        COLUMNS, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(_with_direction(line, direction) for line in wrapper.wrap(collapse_whitespace(text)))


def tidy(text: str) -> str:
    """Remove trailing spaces and repeated empty lines, and end with one line break."""
    lines: list[str] = []
    for line in text.split("\n"):
        line = line.rstrip()  # noqa: PLW2901 — the same line, shorter
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip("\n") + "\n"


def _with_direction(line: str, direction: Direction) -> str:
    """Return the line, prefixed with an invisible mark where its first letter would give it the wrong direction.

    Email clients set the direction of each plain-text line by its first letter (Unicode's bidirectional algorithm,
    rules P2 and P3), so an Arabic line that starts with a Latin name needs the mark.
    """
    if first_strong_direction(line) == direction or (direction == "ltr" and first_strong_direction(line) is None):
        return line
    return (RIGHT_TO_LEFT_MARK if direction == "rtl" else LEFT_TO_RIGHT_MARK) + line
