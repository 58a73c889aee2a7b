"""Words that people typed cannot become a mark of ours, nor break a letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.message import MergeTag
from newsletter.mail.text_cleaning import (
    MERGE_TAG,
    clean_line,
    clean_lines,
    escape_merge_tags,
    escape_merge_tags_in_url,
    remove_unprintable,
    visible_text,
)

ENTITIES = ("&amp;", "&am", "p;", "amp;", "&#10;", "&#8203;", "&nbsp;", "&#95;", "&lt;", "&#x26;", "\x92", "\x85")
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(["_", "__", "nl_", "_NL_", "\x00", "\ufeff", " ", "\n", "x", "\u202e", *MergeTag, *ENTITIES])
    ).map("".join),
)


@pytest.mark.parametrize("token", list(MergeTag))
def test_every_mark_of_ours_begins_as_the_disarming_expects(token: MergeTag) -> None:
    assert MERGE_TAG.match(token)
    assert escape_merge_tags(f"{token} and _{token}") == f"{token[1:]} and {token[1:]}"
    assert escape_merge_tags_in_url(f"https://example.org/{token}") == f"https://example.org/%5F{token[1:]}"


@given(TEXTS)
def test_nothing_that_was_disarmed_holds_a_mark(text: str) -> None:
    for made in (escape_merge_tags(text), escape_merge_tags_in_url(text), clean_line(text), clean_lines(text)):
        assert not [token for token in MergeTag if token in made]


@given(TEXTS)
def test_tidying_twice_changes_nothing(text: str) -> None:
    for tidy in (remove_unprintable, escape_merge_tags, escape_merge_tags_in_url, clean_line, clean_lines):
        assert tidy(tidy(text)) == tidy(text)


@given(TEXTS)
def test_a_line_is_one_line_of_single_blanks(text: str) -> None:
    line = clean_line(text)
    assert line == line.strip()
    assert len(line.splitlines()) <= 1
    assert "  " not in line
    assert line.isprintable() or not set(line) & set("\x00\n\r\x1b\ufeff\u202e\u2028")


def test_other_underscores_are_left_alone() -> None:
    assert clean_line("snake_case __init__ _nl_ __nlx") == "snake_case __init__ _nl_ __nlx"
    assert escape_merge_tags_in_url("https://example.org/a__b?c_d") == "https://example.org/a__b?c_d"


def test_a_lone_no_break_space_stays_and_other_blanks_become_one() -> None:
    assert clean_line("Pourquoi\u00a0?  Parce\u00a0 que\u2003") == "Pourquoi\u00a0? Parce que"


def test_lines_stay_lines_and_empty_ones_go() -> None:
    assert clean_lines(" one \r\n\n \u2028 two\tthree ") == "one\ntwo three"


def test_letters_that_join_and_directions_of_whole_words_are_kept() -> None:
    kept = "می‌خواهم \u200fשלום\u200f 👩‍🚒 e\u0301"
    assert clean_line(kept) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Tom &amp; Ann", "Tom & Ann"),
        ("It&#8217;s &#x201C;new&#x201D;", "It’s “new”"),
        ("Caf&eacute;&nbsp;!", "Café\u00a0!"),
        ("It&#146;s", "It’s"),
        ("&am\ufeffp;", "&"),
        ("AT&T; R&D", "AT&T; R&D"),  # no entities
        ("Fish & chips; more", "Fish & chips; more"),
        ("When to write &lt;b&gt; and &amp;", "When to write &lt;b&gt; and &amp;"),  # about HTML
        ("&amp;amp;", "&amp;amp;"),  # twice: who knows what was meant
        ("&#95;&#95;nl_reader__", "_nl_reader__"),
    ],
)
def test_leftover_entities_become_their_characters_where_that_is_certain(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept


def test_marks_of_another_encoding_become_those_that_were_meant() -> None:
    assert clean_line("It\x92s \x93new\x94 \x96 5\x80\x85") == "It’s “new” – 5€…"
    assert clean_lines("One\x85\nTwo") == "One…\nTwo"


@pytest.mark.parametrize(
    "odd", ["a\u00a0b", "a\u200b b\ufeff", "\u2060a \u00ad\u2003b", " a\x81\u200eb", "a\r\n\u202fb"]
)
def test_text_is_compared_as_an_eye_sees_it(odd: str) -> None:
    assert visible_text(odd) == "a b"
