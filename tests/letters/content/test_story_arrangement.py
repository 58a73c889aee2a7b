"""How much of each story is printed, under which heading, at which level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.letters.content.story_arrangement import Wish, arranged, kinds
from newsletter.letters.content.translations import ENGLISH
from newsletter.publications.models import Look
from newsletter.stories.models import Kind

LEAD, STORY, SHORT = Kind.LEAD, Kind.STORY, Kind.SHORT


@pytest.mark.parametrize(
    ("look", "printed"),
    [
        (Look.DIGEST, [LEAD, STORY, STORY]),
        (Look.STORY, [LEAD, SHORT, SHORT]),
        (Look.BRIEFING, [STORY, SHORT, SHORT]),
    ],
)
def test_a_look_decides_for_stories_that_curators_left_open(look: Look, printed: list[Kind]) -> None:
    assert kinds(look, ["", "", ""]) == printed


def test_a_curators_word_comes_first() -> None:
    assert kinds(Look.DIGEST, ["short", "", "short"]) == [SHORT, STORY, SHORT]
    assert kinds(Look.BRIEFING, ["", "lead"]) == [STORY, LEAD]


def test_a_lead_of_the_curators_own_leaves_the_first_an_ordinary_story() -> None:
    assert kinds(Look.DIGEST, ["", "", "lead"]) == [STORY, STORY, LEAD]


def test_the_first_of_a_one_story_letter_is_the_letter_whatever_was_said_of_it() -> None:
    assert kinds(Look.STORY, ["short", "story"]) == [LEAD, STORY]


def headings(look: Look, *wishes: Wish) -> list[tuple[str, int]]:
    return [(a.heading, a.level) for a in arranged(look, wishes, ENGLISH, "The Post")]


def test_a_section_is_headed_once_and_its_headlines_are_a_level_lower() -> None:
    made = headings(Look.DIGEST, Wish("", ""), Wish("", "Town"), Wish("", "Town"), Wish("", "Sea"), Wish("", ""))
    assert made == [("", 2), ("Town", 3), ("", 3), ("Sea", 3), ("", 2)]


def test_short_stories_stand_under_a_heading_of_their_own() -> None:
    assert headings(Look.DIGEST, Wish("", ""), Wish("short", ""), Wish("short", "")) == [
        ("", 2), ("In brief", 3), ("", 3),
    ]  # fmt: skip
    assert headings(Look.STORY, Wish("", "Sea"), Wish("", ""), Wish("", "Town")) == [
        ("", 1), ("More from The Post", 3), ("Town", 3),
    ]  # fmt: skip
    assert headings(Look.BRIEFING, Wish("", ""), Wish("", "")) == [("", 2), ("", 2)]


def test_a_briefing_prints_the_picture_of_a_lead_alone() -> None:
    wishes = [Wish("lead", ""), Wish("story", ""), Wish("short", "")]
    pictured = {look: [a.pictured for a in arranged(look, wishes, ENGLISH, "P")] for look in Look}
    assert pictured[Look.BRIEFING] == [True, False, False]
    assert pictured[Look.DIGEST] == pictured[Look.STORY] == [True, True, False]


WISHES = st.lists(
    st.builds(Wish, st.sampled_from(["", *Kind.values]), st.sampled_from(["", "Town", "Sea"])), min_size=1
)


@given(st.sampled_from(Look), WISHES)
def test_no_level_is_ever_skipped(look: Look, wishes: list[Wish]) -> None:
    level = 0 if look == Look.STORY else 1  # there a headline is the h1, elsewhere the name is
    for made in arranged(look, wishes, ENGLISH, "The Post"):
        if made.heading:
            assert level >= 1
            level = 2
        assert made.level <= level + 1
        level = made.level
