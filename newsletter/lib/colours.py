"""Colours as `#rrggbb`, and whether words in one can be read on another. Pure."""

from newsletter.lib.errors import BadInput

MIN_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white), as WCAG defines it."""
    darker, lighter = sorted([_luminance(one), _luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def ensure_contrast(colour: str, on: str, least: float = MIN_CONTRAST) -> str:
    """`colour`, moved towards black or white in small steps until it stands out on `on`."""
    away = 0 if _luminance(on) > 0.18 else 255  # from mid-grey up, black is the farther end
    start = _channels(colour)
    for step in range(51):
        moved = "#" + "".join(f"{round(c + (away - c) * step / 50):02x}" for c in start)
        if contrast(moved, on) >= least:
            return moved
    return moved  # black or white


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
        raise BadInput("colour", f"{colour!r} is not a colour.", "Give one such as #1a5f7a.") from None
