"""Choose the position of an appeal among the stories of an email. Pure.

An appeal never comes first, because every position follows a part of a story. It is never next to a sensitive story:

    inside story k           next to story k only
    after its last block     next to story k and the following story, if any

Order of preference: the preferred position; the first allowed one after it in reading order; the last allowed one
before it; none, so that only the email's footer line asks for support.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from newsletter.giving.models import AppealPlace


class StoryShape(NamedTuple):
    """The facts about a story that placement needs. `paragraphs` counts all blocks: paragraphs, lists, quotations."""

    paragraphs: int
    sensitive: bool


class PlacementRule(NamedTuple):
    """The preferred position: a `Place`, and numbers counted from 1.

    `story_number` is ignored for `END`; `paragraph_number` applies only to `IN_STORY`.
    """

    place: str
    story_number: int
    paragraph_number: int


class AppealPosition(NamedTuple):
    """A position after `after_block` blocks (at least 1) of the story with index `story`.

    None: after the whole story.
    """

    story: int
    after_block: int | None


def choose_position(rule: PlacementRule, stories: Sequence[StoryShape]) -> AppealPosition | None:
    """Return the position of an appeal by the order of preference above; None if no position is allowed."""
    positions = list(all_positions(stories))
    if not positions:
        return None
    preferred = positions.index(preferred_position(rule, stories))
    in_order = positions[preferred:] + positions[:preferred][::-1]
    return next((s for s in in_order if is_allowed(s, stories)), None)


def all_positions(stories: Sequence[StoryShape]) -> Iterator[AppealPosition]:
    """Yield all positions in reading order, allowed or not."""
    for number, story in enumerate(stories):
        yield from (AppealPosition(number, after) for after in range(1, story.paragraphs))
        yield AppealPosition(number, None)


def preferred_position(rule: PlacementRule, stories: Sequence[StoryShape]) -> AppealPosition:
    """Return the position that `rule` names, allowed or not; the nearest one if the email is shorter."""
    last = len(stories) - 1
    number = max(0, rule.story_number - 1)
    if rule.place == AppealPlace.END or number > last:
        return AppealPosition(last, None)
    if rule.place == AppealPlace.IN_STORY and rule.paragraph_number < stories[number].paragraphs:
        return AppealPosition(number, max(1, rule.paragraph_number))
    return AppealPosition(number, None)


def is_allowed(position: AppealPosition, stories: Sequence[StoryShape]) -> bool:
    """Return True if no story next to this position is sensitive."""
    adjacent = stories[position.story : position.story + (2 if position.after_block is None else 1)]
    return not any(story.sensitive for story in adjacent)
