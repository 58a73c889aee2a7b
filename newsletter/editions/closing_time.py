"""Until when an edition takes stories, and which edition takes one after that."""

from datetime import datetime, timedelta

from newsletter.editions import plan_editions
from newsletter.editions.models import Edition, EditionState
from newsletter.lib.errors import InvalidState

MAX_EDITIONS = 8  # looked at for the next one that takes stories


class NoEditionFollows(InvalidState):
    """The edition takes no more stories, and none after it does."""


def closes_at(edition: Edition) -> datetime | None:
    """Return the closing time that its publication sets; None: the edition takes stories until it is assembled."""
    minutes = edition.publication.closing_minutes
    return None if minutes is None else edition.due_at - timedelta(minutes=minutes)


def taken_until(edition: Edition) -> datetime:
    """Return until when the edition takes stories: its closing time, or its assembly if that is earlier."""
    return min(closes_at(edition) or edition.assemble_at, max(edition.assemble_at, edition.created_at))


def takes_stories(edition: Edition, *, now: datetime) -> bool:
    """Return whether stories may be added to the edition now."""
    closing = closes_at(edition)
    is_open = edition.state in (EditionState.PLANNED, EditionState.HELD)
    return is_open and (closing is None or now < closing)


def may_take_anyway(edition: Edition, *, now: datetime) -> bool:
    """Return whether the edition has closed for stories and is not built yet: a person may add one on purpose."""
    is_open = edition.state in (EditionState.PLANNED, EditionState.HELD)
    return is_open and not takes_stories(edition, now=now)


def edition_that_takes_stories(edition: Edition, *, now: datetime) -> Edition:
    """Return the edition if it takes stories, else the first one after it that does; else raise `NoEditionFollows`.

    The following date of the schedule gets its edition here if the planner has not made it yet.
    """
    found: Edition | None = edition
    for _ in range(MAX_EDITIONS):
        if found is None or takes_stories(found, now=now):
            break
        found = plan_editions.plan_following(found, now=now)
    if found is None or not takes_stories(found, now=now):
        raise NoEditionFollows("This edition takes no more stories, and no edition follows that does.")
    return found
