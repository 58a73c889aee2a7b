"""Words that people typed cannot become a mark of ours, nor break a letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.letters import Token
from newsletter.mail.wording import MARK, clean, disarm, disarm_link, one_line, plain_lines

TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(["_", "__", "nl_", "_NL_", "\x00", "\ufeff", " ", "\n", "x", "\u202e", *Token])).map(
        "".join
    ),
)


@pytest.mark.parametrize("token", list(Token))
def test_every_mark_of_ours_begins_as_the_disarming_expects(token: Token) -> None:
    assert MARK.match(token)
    assert disarm(f"{token} and _{token}") == f"{token[1:]} and {token[1:]}"
    assert disarm_link(f"https://example.org/{token}") == f"https://example.org/%5F{token[1:]}"


@given(TEXTS)
def test_nothing_that_was_disarmed_holds_a_mark(text: str) -> None:
    for made in (disarm(text), disarm_link(text), one_line(text), plain_lines(text)):
        assert not [token for token in Token if token in made]


@given(TEXTS)
def test_tidying_twice_changes_nothing(text: str) -> None:
    for tidy in (clean, disarm, disarm_link, one_line, plain_lines):
        assert tidy(tidy(text)) == tidy(text)


@given(TEXTS)
def test_a_line_is_one_line_of_single_blanks(text: str) -> None:
    line = one_line(text)
    assert line == line.strip()
    assert len(line.splitlines()) <= 1
    assert "  " not in line
    assert line.isprintable() or not set(line) & set("\x00\n\r\x1b\ufeff\u202e\u2028")


def test_other_underscores_are_left_alone() -> None:
    assert one_line("snake_case __init__ _nl_ __nlx") == "snake_case __init__ _nl_ __nlx"
    assert disarm_link("https://example.org/a__b?c_d") == "https://example.org/a__b?c_d"


def test_a_lone_no_break_space_stays_and_other_blanks_become_one() -> None:
    assert one_line("Pourquoi\u00a0?  Parce\u00a0 que\u2003") == "Pourquoi\u00a0? Parce que"


def test_lines_stay_lines_and_empty_ones_go() -> None:
    assert plain_lines(" one \r\n\n \u2028 two\tthree ") == "one\ntwo three"


def test_letters_that_join_and_directions_of_whole_words_are_kept() -> None:
    kept = "می‌خواهم \u200fשלום\u200f 👩‍🚒 e\u0301"
    assert one_line(kept) == kept
