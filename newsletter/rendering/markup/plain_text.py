"""Lines of a plain-text letter: wrapped at 72 columns, addresses whole, right in both directions."""

from textwrap import TextWrapper

from newsletter.mail.text_cleaning import collapse_whitespace
from newsletter.mail.text_direction import LEFT_TO_RIGHT_MARK, RIGHT_TO_LEFT_MARK, Direction, first_strong_direction

COLUMNS = 72


def wrap(text: str, direction: Direction = "ltr", *, first: str = "", rest: str = "") -> str:
    """`text` as lines of at most 72 columns; only a single longer word, such as an address, is longer.

    Nothing is parted at a no-break space.

    `first` and `rest` begin the first and the following lines: a point's mark and its indent.
    """
    wrapper = TextWrapper(
        COLUMNS, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(_kept_in(line, direction) for line in wrapper.wrap(collapse_whitespace(text)))


def tidy(text: str) -> str:
    """No blanks at line ends, at most one empty line in a row, one line break at the end."""
    lines: list[str] = []
    for line in text.split("\n"):
        line = line.rstrip()  # noqa: PLW2901 — the same line, shorter
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).strip("\n") + "\n"


def _kept_in(line: str, direction: Direction) -> str:
    """The line, led by an invisible mark where its first letter would turn it the wrong way round.

    Mail programs set every line of plain text by its own first letter (Unicode's bidirectional
    algorithm, rules P2 and P3), so a line of Arabic that starts with a Latin name needs it.
    """
    if first_strong_direction(line) == direction or (direction == "ltr" and first_strong_direction(line) is None):
        return line
    return (RIGHT_TO_LEFT_MARK if direction == "rtl" else LEFT_TO_RIGHT_MARK) + line
