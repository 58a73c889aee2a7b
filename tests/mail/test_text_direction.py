import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.text_direction import Direction, direction_of, direction_of_text, first_strong_direction, isolate


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


@pytest.mark.parametrize(
    ("text", "around", "shown"),
    [
        ("4 Kiln Lane", "rtl", "\u20664 Kiln Lane\u2069"),
        ("4 רחוב הכבשן", "rtl", "\u20674 רחוב הכבשן\u2069"),
        ("UNESCO، بيروت", "rtl", "\u2067UNESCO، بيروت\u2069"),
        ("سلمى الحداد", "rtl", "سلمى الحداد"),
        ("سلمى الحداد", "ltr", "\u2067سلمى الحداد\u2069"),
        ("4 Kiln Lane (1902)", "ltr", "4 Kiln Lane (1902)"),
        ("evil\u202e\u2066 name", "ltr", "evil name"),
        ("", "rtl", ""),
    ],
)
def test_a_name_is_isolated_where_it_and_the_words_around_would_mix(text: str, around: Direction, shown: str) -> None:
    assert isolate(text, around) == isolate(shown, around) == shown


def test_what_is_isolated_does_not_decide_how_a_line_runs() -> None:
    assert first_strong_direction("\u2066Ada\u2069 كتبت") == "rtl"
    assert first_strong_direction("\u2069Ada") == "ltr"
    assert first_strong_direction("\u2067\u2066 كتبت") is None
