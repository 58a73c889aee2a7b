"""The colours of an email in light mode and in dark mode, legible with any accent colour. Pure."""

from dataclasses import dataclass

from newsletter.lib.colours import MIN_CONTRAST, contrast, ensure_contrast

__all__ = ["MIN_CONTRAST", "Palette", "contrast", "dark_palette", "ensure_contrast", "light_palette"]


@dataclass(frozen=True, slots=True)
class Palette:
    """One colour scheme. `accent` is legible on `page` and `paper`, and `on_accent` on `accent`."""

    page: str  # around the email
    paper: str  # behind the text
    ink: str
    muted: str  # secondary text: bylines, credits, the footer
    rule: str  # lines
    accent: str  # links, the button
    on_accent: str  # text of the button


def light_palette(accent: str) -> Palette:
    """Return dark text on warm paper; `accent` is darkened until it is legible."""
    return _palette_with(accent, page="#f2eee6", paper="#fffdf8", ink="#22201c", muted="#645d53", rule="#d8d0c2")


def dark_palette(accent: str) -> Palette:
    """Return the dark-mode colours; `accent` is lightened until it is legible."""
    return _palette_with(accent, page="#131210", paper="#1c1a18", ink="#ebe6dc", muted="#b3aa9c", rule="#48433b")


def _palette_with(accent: str, *, page: str, paper: str, ink: str, muted: str, rule: str) -> Palette:
    clear = ensure_contrast(ensure_contrast(accent, on=page), on=paper)
    return Palette(page, paper, ink, muted, rule, clear, on_accent=ensure_contrast(paper, on=clear))
