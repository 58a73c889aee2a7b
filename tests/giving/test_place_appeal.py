"""Where an appeal stands: as near to its wish as the stories around it allow."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from newsletter.giving.models import AppealPlace
from newsletter.giving.place_appeal import (
    AppealPosition,
    PlacementRule,
    StoryShape,
    all_positions,
    choose_position,
    is_allowed,
    preferred_position,
)

SHAPES = st.lists(st.builds(StoryShape, st.integers(0, 6), st.booleans()), max_size=6)
RULES = st.builds(
    PlacementRule, st.sampled_from([str(place) for place in AppealPlace]), st.integers(1, 8), st.integers(1, 8)
)


def beside(place: AppealPosition, stories: list[StoryShape]) -> set[int]:
    """The stories next to an appeal at `place`, worked out by writing the letter down line by line."""
    letter: list[int | None] = []
    for number, story in enumerate(stories):
        for block in range(1, max(1, story.paragraphs) + 1):
            letter.append(number)
            if place == AppealPosition(number, block):
                letter.append(None)
        if place == AppealPosition(number, None):
            letter.append(None)
    assert letter.count(None) == 1  # at most once, and it does stand somewhere
    at = letter.index(None)
    assert at > 0  # never first
    return {number for number in letter[at - 1 : at + 2] if number is not None}


@given(RULES, SHAPES)
def test_it_never_stands_first_nor_beside_a_sensitive_story(rule: PlacementRule, stories: list[StoryShape]) -> None:
    place = choose_position(rule, stories)
    if place:
        assert not any(stories[number].sensitive for number in beside(place, stories))


@given(SHAPES)
def test_what_is_allowed_is_what_no_sensitive_story_is_beside(stories: list[StoryShape]) -> None:
    for place in all_positions(stories):
        assert is_allowed(place, stories) == (not any(stories[n].sensitive for n in beside(place, stories)))


@given(RULES, SHAPES)
def test_it_stands_somewhere_if_it_may_stand_anywhere(rule: PlacementRule, stories: list[StoryShape]) -> None:
    allowed = [place for place in all_positions(stories) if is_allowed(place, stories)]
    assert (choose_position(rule, stories) in allowed) if allowed else (choose_position(rule, stories) is None)


@given(RULES, SHAPES)
def test_a_wish_that_is_allowed_is_granted(rule: PlacementRule, stories: list[StoryShape]) -> None:
    assume(stories)
    if is_allowed(preferred_position(rule, stories), stories):
        assert choose_position(rule, stories) == preferred_position(rule, stories)


@given(RULES, SHAPES)
def test_another_spot_is_the_next_after_the_wish_or_else_the_last_before_it(
    rule: PlacementRule, stories: list[StoryShape]
) -> None:
    place = choose_position(rule, stories)
    assume(place)
    assert place
    spots = list(all_positions(stories))
    wished, got = spots.index(preferred_position(rule, stories)), spots.index(place)
    passed_over = spots[wished:got] if got >= wished else spots[got + 1 :]
    assert not any(is_allowed(other, stories) for other in passed_over)


@given(RULES, SHAPES)
def test_the_same_letter_always_has_it_in_the_same_place(rule: PlacementRule, stories: list[StoryShape]) -> None:
    assert choose_position(rule, stories) == choose_position(rule, list(stories))


@given(SHAPES)
def test_every_spot_follows_words_of_a_story(stories: list[StoryShape]) -> None:
    spots = list(all_positions(stories))
    assert len(set(spots)) == len(spots)
    for place in spots:
        assert place.after_block is None or 1 <= place.after_block < stories[place.story].paragraphs


LONG, SHORT, SAD = StoryShape(4, False), StoryShape(1, False), StoryShape(4, True)
IN_STORY, BETWEEN, END = str(AppealPlace.IN_STORY), str(AppealPlace.BETWEEN), str(AppealPlace.END)


@pytest.mark.parametrize(
    ("rule", "stories", "expected"),
    [
        (PlacementRule(IN_STORY, 1, 2), [LONG, LONG], AppealPosition(0, 2)),
        (PlacementRule(IN_STORY, 2, 1), [LONG, LONG], AppealPosition(1, 1)),
        (
            PlacementRule(IN_STORY, 1, 4),
            [LONG, LONG],
            AppealPosition(0, None),
        ),  # behind its last paragraph is between the two
        (PlacementRule(IN_STORY, 1, 2), [SHORT, LONG], AppealPosition(0, None)),
        (PlacementRule(IN_STORY, 5, 2), [LONG, LONG], AppealPosition(1, None)),  # there is no fifth story
        (PlacementRule(BETWEEN, 1, 9), [LONG, LONG], AppealPosition(0, None)),
        (PlacementRule(BETWEEN, 2, 1), [LONG, LONG], AppealPosition(1, None)),
        (PlacementRule(END, 1, 1), [LONG, LONG], AppealPosition(1, None)),
        (PlacementRule(IN_STORY, 1, 2), [SAD, LONG], AppealPosition(1, 1)),
        (PlacementRule(IN_STORY, 1, 4), [LONG, SAD, LONG], AppealPosition(2, 1)),
        (PlacementRule(BETWEEN, 1, 1), [LONG, SAD], AppealPosition(0, 3)),
        (PlacementRule(END, 1, 1), [LONG, SAD], AppealPosition(0, 3)),
        (PlacementRule(END, 1, 1), [SHORT, SAD], None),
        (PlacementRule(IN_STORY, 1, 2), [SAD, SAD], None),
        (PlacementRule(IN_STORY, 1, 2), [], None),
        (PlacementRule(IN_STORY, 1, 2), [StoryShape(0, False)], AppealPosition(0, None)),
    ],
)
def test_by_example(rule: PlacementRule, stories: list[StoryShape], expected: AppealPosition | None) -> None:
    assert choose_position(rule, stories) == expected
