"""Attributes that templates set on elements: whose language it is, and where its lines begin."""

from markupsafe import Markup

from newsletter.mail.text_direction import Direction


def lang_attributes(language: str, direction: Direction, *, inside: tuple[str, Direction]) -> Markup:
    """`lang` and `dir` attributes for an element, empty when they are those of what it stands `inside`."""
    if (language, direction) == inside:
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(language, direction)


def align_attribute(direction: Direction) -> str:
    """Where lines begin, as HTML's `align` has it: the attribute that every mail program obeys."""
    return "right" if direction == "rtl" else "left"
