"""The buttons of an appeal's suggested amounts: their words and one width for all. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.letters.style.text_width import text_width

THIRD, HALF = 172, 263  # widths of a button in CSS pixels: three or two in the text column, 10 pixels apart
PADDING = 20  # at both sides of a button's words together


@dataclass(frozen=True, slots=True)
class Amount:
    """A suggested amount: a button of its own. `words` contain `price` if the phrase of the language does."""

    words: str  # “Give $25”
    price: str  # “$25”, which is never broken over two lines
    url: str


@dataclass(frozen=True, slots=True)
class ButtonLayout:
    """How the buttons stand on a wide screen. On a phone they are as wide as the text, one below the other."""

    width: int  # of every button, in CSS pixels; 0: as wide as the text
    stacked: bool  # one below the other


def button_layout(labels: Sequence[str]) -> ButtonLayout:
    """Return the narrowest layout in which no label takes two lines."""
    widest = max(map(text_width, labels), default=0) + PADDING
    if widest <= THIRD:
        return ButtonLayout(THIRD, stacked=False)
    if widest <= HALF:
        return ButtonLayout(HALF, stacked=len(labels) > 2)
    return ButtonLayout(0, stacked=True)
