"""Where an appeal may stand among the stories of a letter, and where it does. Pure.

It never stands first, because every spot follows some of a story; and never beside a
sensitive story:

    inside story k          it is beside story k alone
    behind the last block   it is beside story k and the story after it, if there is one

Order of preference: the wished spot; else the first allowed spot after it in reading order;
else the last allowed one before it; else none, and the letter has no appeal but its footer line.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from newsletter.giving.models import Place


class StoryShape(NamedTuple):
    """A story as placing sees it: how many blocks (paragraphs, lists, quotations) its body has."""

    paragraphs: int
    sensitive: bool


class PlacementRule(NamedTuple):
    """What an appeal wishes for: a `Place`, and numbers counted from 1.

    `story_number` is not heard for the end, `paragraph_number` only inside a story.
    """

    place: str
    story_number: int
    paragraph_number: int


class AppealPosition(NamedTuple):
    """Story counted from 0; after that many of its blocks, at least one, or after all of it."""

    story: int
    after_block: int | None


def choose_position(rule: PlacementRule, stories: Sequence[StoryShape]) -> AppealPosition | None:
    """The spot for an appeal, by the order of preference above; None when no spot is allowed."""
    spots = list(all_positions(stories))
    if not spots:
        return None
    wished = spots.index(preferred_position(rule, stories))
    in_order = spots[wished:] + spots[:wished][::-1]
    return next((s for s in in_order if is_allowed(s, stories)), None)


def all_positions(stories: Sequence[StoryShape]) -> Iterator[AppealPosition]:
    """Every spot of a letter in reading order, allowed or not."""
    for number, story in enumerate(stories):
        yield from (AppealPosition(number, after) for after in range(1, story.paragraphs))
        yield AppealPosition(number, None)


def preferred_position(rule: PlacementRule, stories: Sequence[StoryShape]) -> AppealPosition:
    """The spot that `rule` names in this letter, allowed or not; the nearest there is when the letter is shorter."""
    last = len(stories) - 1
    number = max(0, rule.story_number - 1)
    if rule.place == Place.END or number > last:
        return AppealPosition(last, None)
    if rule.place == Place.IN_STORY and rule.paragraph_number < stories[number].paragraphs:
        return AppealPosition(number, max(1, rule.paragraph_number))
    return AppealPosition(number, None)


def is_allowed(spot: AppealPosition, stories: Sequence[StoryShape]) -> bool:
    """Is no story beside this spot a sensitive one?"""
    beside = stories[spot.story : spot.story + (2 if spot.after_block is None else 1)]
    return not any(story.sensitive for story in beside)
