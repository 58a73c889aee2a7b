"""The colours of an email in light mode and in dark mode, legible with any accent colour. Pure."""

from dataclasses import dataclass

from newsletter.lib.colours import MIN_CONTRAST, contrast, ensure_contrast, lighten_in_hue

__all__ = ["MIN_CONTRAST", "Palette", "contrast", "dark_palette", "ensure_contrast", "light_palette"]

COMFORTABLE_CONTRAST = 6.0  # coloured text on dark paper; at 4.5 blue looks dim


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
    page, paper = "#f2eee6", "#fffdf8"
    clear = ensure_contrast(ensure_contrast(accent, on=page), on=paper)
    return Palette(page, paper, "#22201c", "#645d53", "#d8d0c2", clear, on_accent=ensure_contrast(paper, on=clear))


def dark_palette(accent: str, *, chosen: str = "") -> Palette:
    """Return the dark-mode colours; their accent is `chosen`, or `accent` in a lighter shade of the same hue.

    One that was chosen is lightened only if it is not legible.
    """
    page, paper = "#131210", "#1c1a18"
    contrast_wanted = MIN_CONTRAST if chosen else COMFORTABLE_CONTRAST
    clear = lighten_in_hue(chosen or accent, on=paper, min_contrast=contrast_wanted)  # the page is darker still
    return Palette(page, paper, "#ebe6dc", "#b3aa9c", "#48433b", clear, on_accent=ensure_contrast(paper, on=clear))
