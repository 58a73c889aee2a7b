"""The stories of an edition, and whether readers may get them at its send time."""

from datetime import datetime

from newsletter.editions.edition_stories import with_own_values
from newsletter.editions.edition_times import received
from newsletter.editions.models import Edition
from newsletter.stories.models import Story


def placed_stories(edition: Edition) -> list[Story]:
    """Return the stories of an edition in order, with their values in its email. They must not be saved."""
    placements = edition.placements.select_related("story__picture").order_by("position")
    return with_own_values(edition, [placement.story for placement in placements])


def reason_to_hold(edition: Edition, *, now: datetime) -> str:
    """Return why readers must not get the stories at the send time; empty when they may.

    An embargo must end before the first reader gets the edition, and no story may expire before the last one does.
    """
    when = received(edition, now=now)
    for story in placed_stories(edition):
        if story.embargo_until and story.embargo_until > when.first:
            return f"Story {story.pk} is under embargo until {story.embargo_until:%Y-%m-%d %H:%M} UTC."
        if story.expires_at and story.expires_at <= when.last:
            expiry = f"{story.expires_at:%Y-%m-%d %H:%M} UTC"
            return f"Story {story.pk} expires at {expiry}, before the last readers get the edition."
    return ""
