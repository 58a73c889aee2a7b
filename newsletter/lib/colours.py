"""Colours as `#rrggbb`, and the contrast of text on a background. Pure."""

from functools import lru_cache

from newsletter.lib.errors import BadInput
from newsletter.lib.oklch import oklch_of, srgb_of

MIN_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio as WCAG defines it: 1 (same colour) to 21 (black on white)."""
    darker, lighter = sorted([_luminance(one), _luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def ensure_contrast(colour: str, on: str, min_contrast: float = MIN_CONTRAST) -> str:
    """Return `colour`, moved towards black or white in small steps until its contrast with `on` is enough."""
    target = 0 if _luminance(on) > 0.18 else 255  # from mid-grey up, black is farther away
    start = _channels(colour)
    for step in range(51):
        moved = "#" + "".join(f"{round(c + (target - c) * step / 50):02x}" for c in start)
        if contrast(moved, on) >= min_contrast:
            return moved
    return moved  # black or white, the farthest possible


@lru_cache(maxsize=256)
def lighten_in_hue(colour: str, on: str, min_contrast: float = MIN_CONTRAST) -> str:
    """Return `colour`, lightened in the same hue until its contrast with the dark colour `on` is enough."""
    start = oklch_of(*_channels(colour))
    lighter = colour
    for step in range(101):
        if contrast(lighter, on) >= min_contrast:
            break
        lightness = start.lightness + (1 - start.lightness) * (step + 1) / 100
        lighter = "#{:02x}{:02x}{:02x}".format(*srgb_of(start._replace(lightness=min(1.0, lightness))))
    return lighter


def _luminance(colour: str) -> float:
    red, green, blue = (c / 255 for c in _channels(colour))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(colour: str) -> tuple[int, int, int]:
    try:
        if len(colour) != 7 or not colour.startswith("#"):
            raise ValueError
        return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
    except ValueError:
        raise BadInput("colour", f"{colour!r} is not a colour.", "Enter a colour such as #1a5f7a.") from None
