"""Colours in OKLCH and back."""

import math

from hypothesis import given
from hypothesis import strategies as st

from newsletter.lib.oklch import Oklch, oklch_of, srgb_of

CHANNEL = st.integers(0, 255)


@given(CHANNEL, CHANNEL, CHANNEL)
def test_a_colour_comes_back_as_it_was(red: int, green: int, blue: int) -> None:
    assert srgb_of(oklch_of(red, green, blue)) == (red, green, blue)


def test_red_is_where_the_published_figures_have_it() -> None:
    """CSS Color 4: `red` is oklch(62.8% 0.2577 29.23)."""
    red = oklch_of(255, 0, 0)
    assert math.isclose(red.lightness, 0.628, abs_tol=0.001)
    assert math.isclose(red.chroma, 0.2577, abs_tol=0.001)
    assert math.isclose(math.degrees(red.hue), 29.23, abs_tol=0.05)


def test_what_no_screen_can_show_loses_chroma_and_keeps_its_hue() -> None:
    shown = oklch_of(*srgb_of(Oklch(0.9, 0.37, 0.5)))
    assert shown.chroma < 0.2
    assert math.isclose(shown.hue, 0.5, abs_tol=0.05)
