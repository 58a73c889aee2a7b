"""Where an appeal stands: as near to its wish as the stories around it allow."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from newsletter.giving.models import Place
from newsletter.giving.place_appeal import Rule, Shape, Spot, all_spots, is_allowed, spot, wish

SHAPES = st.lists(st.builds(Shape, st.integers(0, 6), st.booleans()), max_size=6)
RULES = st.builds(Rule, st.sampled_from([str(place) for place in Place]), st.integers(1, 8), st.integers(1, 8))


def beside(place: Spot, stories: list[Shape]) -> set[int]:
    """The stories next to an appeal at `place`, worked out by writing the letter down line by line."""
    letter: list[int | None] = []
    for number, story in enumerate(stories):
        for block in range(1, max(1, story.paragraphs) + 1):
            letter.append(number)
            if place == Spot(number, block):
                letter.append(None)
        if place == Spot(number, None):
            letter.append(None)
    assert letter.count(None) == 1  # at most once, and it does stand somewhere
    at = letter.index(None)
    assert at > 0  # never first
    return {number for number in letter[at - 1 : at + 2] if number is not None}


@given(RULES, SHAPES)
def test_it_never_stands_first_nor_beside_a_sensitive_story(rule: Rule, stories: list[Shape]) -> None:
    place = spot(rule, stories)
    if place:
        assert not any(stories[number].sensitive for number in beside(place, stories))


@given(SHAPES)
def test_what_is_allowed_is_what_no_sensitive_story_is_beside(stories: list[Shape]) -> None:
    for place in all_spots(stories):
        assert is_allowed(place, stories) == (not any(stories[n].sensitive for n in beside(place, stories)))


@given(RULES, SHAPES)
def test_it_stands_somewhere_if_it_may_stand_anywhere(rule: Rule, stories: list[Shape]) -> None:
    allowed = [place for place in all_spots(stories) if is_allowed(place, stories)]
    assert (spot(rule, stories) in allowed) if allowed else (spot(rule, stories) is None)


@given(RULES, SHAPES)
def test_a_wish_that_is_allowed_is_granted(rule: Rule, stories: list[Shape]) -> None:
    assume(stories)
    if is_allowed(wish(rule, stories), stories):
        assert spot(rule, stories) == wish(rule, stories)


@given(RULES, SHAPES)
def test_another_spot_is_the_next_after_the_wish_or_else_the_last_before_it(rule: Rule, stories: list[Shape]) -> None:
    place = spot(rule, stories)
    assume(place)
    assert place
    spots = list(all_spots(stories))
    wished, got = spots.index(wish(rule, stories)), spots.index(place)
    passed_over = spots[wished:got] if got >= wished else spots[got + 1 :]
    assert not any(is_allowed(other, stories) for other in passed_over)


@given(RULES, SHAPES)
def test_the_same_letter_always_has_it_in_the_same_place(rule: Rule, stories: list[Shape]) -> None:
    assert spot(rule, stories) == spot(rule, list(stories))


@given(SHAPES)
def test_every_spot_follows_words_of_a_story(stories: list[Shape]) -> None:
    spots = list(all_spots(stories))
    assert len(set(spots)) == len(spots)
    for place in spots:
        assert place.after_block is None or 1 <= place.after_block < stories[place.story].paragraphs


LONG, SHORT, SAD = Shape(4, False), Shape(1, False), Shape(4, True)
IN_STORY, BETWEEN, END = str(Place.IN_STORY), str(Place.BETWEEN), str(Place.END)


@pytest.mark.parametrize(
    ("rule", "stories", "expected"),
    [
        (Rule(IN_STORY, 1, 2), [LONG, LONG], Spot(0, 2)),
        (Rule(IN_STORY, 2, 1), [LONG, LONG], Spot(1, 1)),
        (Rule(IN_STORY, 1, 4), [LONG, LONG], Spot(0, None)),  # behind its last paragraph is between the two
        (Rule(IN_STORY, 1, 2), [SHORT, LONG], Spot(0, None)),
        (Rule(IN_STORY, 5, 2), [LONG, LONG], Spot(1, None)),  # there is no fifth story
        (Rule(BETWEEN, 1, 9), [LONG, LONG], Spot(0, None)),
        (Rule(BETWEEN, 2, 1), [LONG, LONG], Spot(1, None)),
        (Rule(END, 1, 1), [LONG, LONG], Spot(1, None)),
        (Rule(IN_STORY, 1, 2), [SAD, LONG], Spot(1, 1)),
        (Rule(IN_STORY, 1, 4), [LONG, SAD, LONG], Spot(2, 1)),
        (Rule(BETWEEN, 1, 1), [LONG, SAD], Spot(0, 3)),
        (Rule(END, 1, 1), [LONG, SAD], Spot(0, 3)),
        (Rule(END, 1, 1), [SHORT, SAD], None),
        (Rule(IN_STORY, 1, 2), [SAD, SAD], None),
        (Rule(IN_STORY, 1, 2), [], None),
        (Rule(IN_STORY, 1, 2), [Shape(0, False)], Spot(0, None)),
    ],
)
def test_by_example(rule: Rule, stories: list[Shape], expected: Spot | None) -> None:
    assert spot(rule, stories) == expected
