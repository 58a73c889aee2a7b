"""The colours of a letter in light and in dark, legible whatever accent a newsroom chose. Pure."""

from dataclasses import dataclass

from newsletter.lib.colours import MIN_CONTRAST, contrast, ensure_contrast

__all__ = ["MIN_CONTRAST", "Palette", "contrast", "dark_palette", "ensure_contrast", "light_palette"]


@dataclass(frozen=True, slots=True)
class Palette:
    """One scheme. `accent` and `on_accent` are legible on `page`, `paper` and each other."""

    page: str  # around the letter
    paper: str  # under the words
    ink: str
    muted: str  # what may be overlooked: bylines, credits, the footer
    rule: str  # lines
    accent: str  # links, the button
    on_accent: str  # the button's words


def light_palette(accent: str) -> Palette:
    """Ink on warm paper; `accent` is darkened as far as legibility asks."""
    return _with(accent, page="#f2eee6", paper="#fffdf8", ink="#22201c", muted="#645d53", rule="#d8d0c2")


def dark_palette(accent: str) -> Palette:
    """The same by lamplight; `accent` is lightened as far as legibility asks."""
    return _with(accent, page="#131210", paper="#1c1a18", ink="#ebe6dc", muted="#b3aa9c", rule="#48433b")


def _with(accent: str, *, page: str, paper: str, ink: str, muted: str, rule: str) -> Palette:
    clear = ensure_contrast(ensure_contrast(accent, on=page), on=paper)
    return Palette(page, paper, ink, muted, rule, clear, on_accent=ensure_contrast(paper, on=clear))
