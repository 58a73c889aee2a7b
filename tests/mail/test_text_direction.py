import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.text_direction import direction_of, direction_of_text, first_strong_direction


@pytest.mark.parametrize(
    "language",
    ["ar", "he", "fa", "ur", "yi", "ps", "sd", "ug", "dv", "ckb", "AR", "ar-EG", "iw", "he_IL", "prs", "arz", "skr"],
)
def test_these_languages_are_written_from_right_to_left(language: str) -> None:
    assert direction_of(language) == "rtl"


@pytest.mark.parametrize("language", ["en", "pt-BR", "fr", "ja", "az", "ku", "", "x"])
def test_all_others_are_written_from_left_to_right(language: str) -> None:
    assert direction_of(language) == "ltr"


def test_a_script_in_the_tag_decides_over_the_language() -> None:
    assert direction_of("az-Arab") == "rtl"
    assert direction_of("ar-Latn") == "ltr"
    assert direction_of("pa-Arab-PK") == "rtl"


def test_a_headline_that_opens_with_a_latin_name_still_runs_from_right_to_left() -> None:
    assert direction_of_text("UNESCO تدرس الملف", "rtl") == "rtl"


def test_a_wholly_latin_headline_runs_from_left_to_right_even_among_arabic() -> None:
    assert direction_of_text("What the Harbour Master Wrote Down", "rtl") == "ltr"
    assert direction_of_text("خبر", "ltr") == "rtl"


@given(st.text(alphabet="0123456789 .,:!?-–()"))
def test_text_without_letters_takes_the_direction_that_is_expected(text: str) -> None:
    assert direction_of_text(text, "rtl") == "rtl"
    assert direction_of_text(text, "ltr") == "ltr"
    assert first_strong_direction(text) is None
