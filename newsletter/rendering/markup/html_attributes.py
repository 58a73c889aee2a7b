"""Attributes that templates set on elements: language, direction and alignment."""

from markupsafe import Markup

from newsletter.mail.text_direction import Direction


def lang_attributes(language: str, direction: Direction, *, inside: tuple[str, Direction]) -> Markup:
    """Return `lang` and `dir` attributes, or nothing when they equal those of the element `inside` which it stands."""
    if (language, direction) == inside:
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(language, direction)


def align_attribute(direction: Direction) -> str:
    """Return the value of `align`, which every email client supports, for this text direction."""
    return "right" if direction == "rtl" else "left"
