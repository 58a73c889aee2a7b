import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from newsletter.letters.style import palette
from newsletter.letters.style.palette import MIN_CONTRAST, contrast, ensure_contrast
from newsletter.lib.errors import BadInput
from newsletter.lib.oklch import oklch_of

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def test_contrast_is_that_of_the_accessibility_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == pytest.approx(1)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(COLOURS)
def test_every_pair_that_stands_together_is_legible_whatever_the_accent(accent: str) -> None:
    for scheme in (palette.light_palette(accent), palette.dark_palette(accent)):
        for behind in (scheme.page, scheme.paper):
            for words in (scheme.ink, scheme.muted, scheme.accent):
                assert contrast(words, behind) >= MIN_CONTRAST
        assert contrast(scheme.on_accent, scheme.accent) >= MIN_CONTRAST


@given(COLOURS, COLOURS)
def test_any_colour_can_be_made_legible_on_any_other(colour: str, on: str) -> None:
    assert contrast(ensure_contrast(colour, on), on) >= MIN_CONTRAST


def test_an_accent_that_is_legible_already_is_left_alone() -> None:
    assert palette.light_palette("#1a5f7a").accent == "#1a5f7a"
    assert palette.dark_palette("#7cc4de").accent == "#7cc4de"
    assert palette.dark_palette("#000000", chosen="#8a8178").accent == "#8a8178"


@pytest.mark.parametrize("colour", ["", "red", "#12345", "#12345g", "1a5f7a0", "#1a5f7a; x"])
def test_what_is_not_a_colour_never_reaches_a_style_sheet(colour: str) -> None:
    with pytest.raises(BadInput):
        palette.light_palette(colour)


@given(COLOURS)
def test_in_dark_mode_an_accent_is_lighter_and_of_the_same_hue(accent: str) -> None:
    before, after = (oklch_of(*bytes.fromhex(colour[1:])) for colour in (accent, palette.dark_palette(accent).accent))
    assert after.lightness >= before.lightness - 0.001
    assume(min(before.chroma, after.chroma) > 0.06)  # a grey has no hue
    assert abs(math.remainder(after.hue - before.hue, math.tau)) < math.radians(4)


def test_a_red_newspaper_stays_red_in_dark_mode() -> None:
    assert palette.dark_palette("#cc0000").accent == "#ff6856"
    assert palette.dark_palette("#000000").accent == "#989898"
