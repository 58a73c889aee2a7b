"""How much of each story is printed, under which heading, at which level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.letters.content.story_arrangement import RequestedStyle, arrange_stories, story_kinds
from newsletter.letters.content.translations.english import ENGLISH
from newsletter.publications.models import Layout
from newsletter.stories.models import Kind

LEAD, STORY, SHORT = Kind.LEAD, Kind.STORY, Kind.SHORT


@pytest.mark.parametrize(
    ("layout", "printed"),
    [
        (Layout.DIGEST, [LEAD, STORY, STORY]),
        (Layout.STORY, [LEAD, SHORT, SHORT]),
        (Layout.BRIEFING, [STORY, SHORT, SHORT]),
    ],
)
def test_a_layout_decides_for_stories_that_curators_left_open(layout: Layout, printed: list[Kind]) -> None:
    assert story_kinds(layout, ["", "", ""]) == printed


def test_a_long_digest_prints_three_stories_in_full_and_the_others_short() -> None:
    assert story_kinds(Layout.DIGEST, [""] * 6) == [LEAD, STORY, STORY, SHORT, SHORT, SHORT]
    assert story_kinds(Layout.DIGEST, ["", "", "", "story", ""]) == [LEAD, STORY, STORY, STORY, SHORT]


def test_a_curators_word_comes_first() -> None:
    assert story_kinds(Layout.DIGEST, ["short", "", "short"]) == [SHORT, STORY, SHORT]
    assert story_kinds(Layout.BRIEFING, ["", "lead"]) == [STORY, LEAD]


def test_a_lead_of_the_curators_own_leaves_the_first_an_ordinary_story() -> None:
    assert story_kinds(Layout.DIGEST, ["", "", "lead"]) == [STORY, STORY, LEAD]


def test_the_first_of_a_one_story_letter_is_the_letter_whatever_was_said_of_it() -> None:
    assert story_kinds(Layout.STORY, ["short", "story"]) == [LEAD, STORY]


def headings(layout: Layout, *wishes: RequestedStyle) -> list[tuple[str, int]]:
    return [(a.heading, a.level) for a in arrange_stories(layout, wishes, ENGLISH, "The Post")]


def test_a_section_is_headed_once_and_its_headlines_are_a_level_lower() -> None:
    made = headings(
        Layout.DIGEST,
        RequestedStyle("", ""),
        RequestedStyle("", "Town"),
        RequestedStyle("", "Town"),
        RequestedStyle("story", "Sea"),
        RequestedStyle("story", ""),
    )
    assert made == [("", 2), ("Town", 3), ("", 3), ("Sea", 3), ("", 2)]


def test_short_stories_stand_under_a_heading_of_their_own() -> None:
    lead, short = RequestedStyle("", ""), RequestedStyle("short", "")
    assert headings(Layout.DIGEST, lead, short, short) == [
        ("", 2), ("In brief", 3), ("", 3),
    ]  # fmt: skip
    assert headings(Layout.STORY, RequestedStyle("", "Sea"), RequestedStyle("", ""), RequestedStyle("", "Town")) == [
        ("", 1), ("More from The Post", 3), ("Town", 3),
    ]  # fmt: skip
    assert headings(Layout.BRIEFING, RequestedStyle("", ""), RequestedStyle("", "")) == [("", 2), ("", 2)]


def test_a_briefing_prints_the_picture_of_a_lead_alone() -> None:
    wishes = [RequestedStyle("lead", ""), RequestedStyle("story", ""), RequestedStyle("short", "")]
    pictured = {layout: [a.pictured for a in arrange_stories(layout, wishes, ENGLISH, "P")] for layout in Layout}
    assert pictured[Layout.BRIEFING] == [True, False, False]
    assert pictured[Layout.DIGEST] == [True, True, True]  # that of a short one is small
    assert pictured[Layout.STORY] == [True, True, False]


WISHES = st.lists(
    st.builds(RequestedStyle, st.sampled_from(["", *Kind.values]), st.sampled_from(["", "Town", "Sea"])), min_size=1
)


@given(st.sampled_from(Layout), WISHES)
def test_no_level_is_ever_skipped(layout: Layout, wishes: list[RequestedStyle]) -> None:
    level = 0 if layout == Layout.STORY else 1  # there a headline is the h1, elsewhere the name is
    for made in arrange_stories(layout, wishes, ENGLISH, "The Post"):
        if made.heading:
            assert level >= 1
            level = 2
        assert made.level <= level + 1
        level = made.level
