"""What templates set for language and direction: attributes of elements, alignment, and isolated names."""

import re

from markupsafe import Markup, escape

from newsletter.mail.text_direction import ISOLATES, POP_ISOLATE, Direction, direction_of_text

ISOLATED = {
    way: re.compile(f"{start}([^{''.join(ISOLATES.values())}{POP_ISOLATE}]*){POP_ISOLATE}")
    for way, start in ISOLATES.items()
}


def lang_attributes(language: str, direction: Direction, *, inside: tuple[str, Direction]) -> Markup:
    """Return `lang` and `dir` attributes, or nothing when they equal those of the element `inside` which it stands."""
    if (language, direction) == inside:
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(language, direction)


def align_attribute(direction: Direction) -> str:
    """Return the value of `align`, which every email client supports, for this text direction."""
    return "right" if direction == "rtl" else "left"


def has_case(text: str) -> bool:
    """Return True when all letters of `text` have capitals, so that it can be set in spaced capitals.

    Space between letters tears other scripts apart, such as Arabic and Devanagari.
    """
    return all(character.upper() != character.lower() for character in text if character.isalpha())


def isolated(text: str, direction: Direction) -> Markup:
    """Return `text` as HTML for a place of this direction, with `bdi` elements in place of its isolate characters.

    Text that wholly runs the other way stands in such an element. Email clients without `bdi` show the text alone.
    """
    html = str(escape(text))
    for way, pair in ISOLATED.items():
        html = pair.sub(rf'<bdi dir="{way}">\1</bdi>', html)
    if (own := direction_of_text(text, direction)) != direction:
        html = f'<bdi dir="{own}">{html}</bdi>'
    return Markup(html)  # noqa: S704 — escaped, and the pairs match
