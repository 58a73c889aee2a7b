"""The order of a planned edition: picked stories section by section, and those that fill it."""

import pytest

from newsletter.editions.story_order import Entry, Spot, moved, with_automatic


def listed(text: str) -> list[Entry]:
    """`1 2/City 3*`: story 1, story 2 in City, story 3, which fills the edition."""
    found = []
    for word in text.split():
        number, _, section = word.rstrip("*").partition("/")
        found.append(Entry(int(number), section, not word.endswith("*")))
    return found


def written(entries: list[Entry]) -> str:
    return " ".join(f"{e.story}{'/' if e.section else ''}{e.section}{'' if e.is_picked else '*'}" for e in entries)


@pytest.mark.parametrize(
    ("picked", "automatic", "whole"),
    [
        ("", "1* 2/City* 3*", "1* 2/City* 3*"),
        ("1 2/City", "3*", "1 3* 2/City"),
        ("1/City", "2* 3/City* 4/Sea*", "1/City 3/City* 2* 4/Sea*"),
        ("1/City 2/Sea 3/City 4", "", "4 1/City 3/City 2/Sea"),
    ],
)
def test_what_fills_an_edition_follows_the_picked_stories_of_its_section(
    picked: str, automatic: str, whole: str
) -> None:
    assert written(with_automatic(listed(picked), listed(automatic))) == whole


@pytest.mark.parametrize(
    ("before", "story", "spot", "picked"),
    [
        ("1 2 3*", 1, Spot(step=1), "2 1"),
        ("1 2 3*", 2, Spot(step=1), "1 3 2"),  # what would fill the edition stays before it, so it is picked as well
        ("1 2 3*", 3, Spot(step=-1), "1 3 2"),
        ("1 2/City", 2, Spot(step=-1), "1 2"),  # over the edge of a section
        ("1 2/City", 1, Spot(step=1), "1/City 2/City"),
        ("1 2", 1, Spot(step=-1), "1 2"),
        ("1 2/City 3/City*", 9, Spot(), "1 9 2/City"),
        ("1 2/City 3/City*", 1, Spot(section="City"), "2/City 1/City"),
        ("1 2/City 3/City*", 1, Spot(section="Sea"), "2/City 1/Sea"),
        ("1 2/City 3/City*", 1, Spot(beside=3, is_after=True), "2/City 3/City 1/City"),
        ("1 2/City 3/City*", 9, Spot(beside=2), "1 9/City 2/City"),
        ("1* 2* 3*", 3, Spot(is_first=True), "3"),
        ("1 2/City", 2, Spot(is_first=True), "2 1"),
    ],
)
def test_a_story_goes_where_it_is_put(before: str, story: int, spot: Spot, picked: str) -> None:
    assert written(moved(listed(before), story, spot, section="")) == picked
