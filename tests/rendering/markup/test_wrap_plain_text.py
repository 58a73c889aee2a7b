from hypothesis import given
from hypothesis import strategies as st

from newsletter.rendering.markup.wrap_plain_text import COLUMNS, tidy, wrap

ADDRESS = "https://example.org/" + "a-very-long-road/" * 8


def test_lines_are_wrapped_at_72_columns() -> None:
    lines = wrap("word " * 60).split("\n")
    assert len(lines) > 3
    assert max(map(len, lines)) <= COLUMNS


def test_an_address_is_never_broken() -> None:
    assert ADDRESS in wrap(f"Read it at {ADDRESS} today, if you can.").split("\n")


def test_a_hyphenated_word_is_not_broken_at_its_hyphen() -> None:
    lines = wrap("x" * 68 + " left-to-right").split("\n")
    assert lines == ["x" * 68, "left-to-right"]


def test_a_point_is_indented_behind_its_mark() -> None:
    lines = wrap("word " * 30, first="- ", rest="  ").split("\n")
    assert lines[0].startswith("- word")
    assert all(line.startswith("  word") for line in lines[1:])


def test_a_line_of_arabic_that_opens_with_a_latin_name_is_kept_from_turning_round() -> None:
    assert wrap("UNESCO تدرس", "rtl") == "\u200fUNESCO تدرس"
    assert wrap("تدرس UNESCO", "rtl") == "تدرس UNESCO"


def test_a_line_of_english_that_opens_with_an_arabic_name_is_kept_from_turning_round() -> None:
    assert wrap("سلمى wrote this", "ltr") == "\u200eسلمى wrote this"
    assert wrap("Plain words", "ltr") == "Plain words"


def test_a_wholly_latin_line_in_a_letter_from_right_to_left_runs_from_left_to_right() -> None:
    assert wrap("4 Kiln Lane, Haifa 31000", "rtl") == "4 Kiln Lane, Haifa 31000"
    assert wrap("12 34", "rtl") == "\u200f12 34"


def test_every_wrapped_line_is_kept_in_its_direction_and_not_only_the_first() -> None:
    lines = wrap("كلمة " * 13 + "Reuters " * 3 + "كلمة " * 13, "rtl").split("\n")
    assert len(lines) == 3
    assert lines[1].startswith("\u200fReuters")


def test_a_line_is_not_broken_at_a_no_break_space() -> None:
    assert wrap("x" * 68 + " 25\u00a0€").split("\n") == ["x" * 68, "25\u00a0€"]
    assert wrap("Pourquoi la marée monte-t-elle toujours plus haut dans ce vieux port bret\u202f?").count("\n") == 1


@given(st.text())
def test_wrapping_loses_no_word(text: str) -> None:
    marks = str.maketrans("", "", "\u200e\u200f")
    assert wrap(text).translate(marks).split() == text.translate(marks).split()


@given(st.lists(st.sampled_from(["a line  ", "", "   ", "another"])).map("\n".join))
def test_tidying_leaves_no_blanks_at_ends_and_no_two_empty_lines(text: str) -> None:
    tidied = tidy(text)
    assert "\n\n\n" not in tidied
    assert all(line == line.rstrip() for line in tidied.split("\n"))
    assert tidied.endswith("\n")
    assert tidied.split() == text.split()
