"""The stories of an edition, and whether its readers may get them when it leaves."""

from datetime import datetime

from newsletter.editions.edition_times import received
from newsletter.editions.models import Edition
from newsletter.stories.models import Story


def placed_stories(edition: Edition) -> list[Story]:
    """The stories in it, in their order."""
    return [placement.story for placement in edition.placements.select_related("story__picture").order_by("position")]


def reason_to_hold(edition: Edition, *, now: datetime) -> str:
    """Why its readers must not get the stories in it when it leaves; empty when they may.

    An embargo has to be over when the first reader gets it, and no story may expire before the last one does.
    """
    when = received(edition, now=now)
    for story in placed_stories(edition):
        if story.embargo_until and story.embargo_until > when.first:
            return f"Story {story.pk} is under embargo until {story.embargo_until:%Y-%m-%d %H:%M} UTC."
        if story.expires_at and story.expires_at <= when.last:
            return f"Story {story.pk} expires at {story.expires_at:%Y-%m-%d %H:%M} UTC, before its last readers get it."
    return ""
