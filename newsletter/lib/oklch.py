"""Colours as lightness, chroma and hue of OKLCH, in which a lighter colour of the same hue looks like the same colour.

The matrices are those of Björn Ottosson's Oklab, as CSS Color 4 has them. Pure.
"""

import math
from typing import NamedTuple

STEPS = 10  # halvings in the search for the strongest chroma that a screen can show


class Oklch(NamedTuple):
    """`lightness` from 0 (black) to 1 (white); `hue` in radians."""

    lightness: float
    chroma: float
    hue: float


def oklch_of(red: int, green: int, blue: int) -> Oklch:
    """Return the colour of these sRGB channels, each from 0 to 255."""
    r, g, b = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red / 255, green / 255, blue / 255)
    )
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    bb = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return Oklch(lightness, math.hypot(a, bb), math.atan2(bb, a))


def srgb_of(colour: Oklch) -> tuple[int, int, int]:
    """Return the sRGB channels of a colour; its chroma is lowered as far as a screen needs."""
    low, high = 0.0, colour.chroma
    if _fits(channels := _linear(colour)):
        return _encoded(channels)
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _fits(_linear(colour._replace(chroma=middle))) else (low, middle)
    return _encoded(_linear(colour._replace(chroma=low)))


def _linear(colour: Oklch) -> tuple[float, float, float]:
    a, b = colour.chroma * math.cos(colour.hue), colour.chroma * math.sin(colour.hue)
    long = (colour.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (colour.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (colour.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _fits(channels: tuple[float, float, float]) -> bool:
    return all(-0.001 <= channel <= 1.001 for channel in channels)


def _encoded(channels: tuple[float, float, float]) -> tuple[int, int, int]:
    red, green, blue = (
        round(255 * (12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055))
        for c in (min(1.0, max(0.0, channel)) for channel in channels)
    )
    return red, green, blue
