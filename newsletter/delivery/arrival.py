"""When readers get an edition: embargoes, expiries and pauses are judged by that, and not by when it is opened."""

from datetime import date, datetime

from newsletter.editions.models import Edition
from newsletter.publications.schedule import zone


def arrives_at(edition: Edition, *, now: datetime) -> datetime:
    """When its first readers get an edition that is opened now: never before it is due, also when it is submitted
    ahead."""
    return max(now, edition.due_at)


def day(edition: Edition, *, now: datetime) -> date:
    """The day of it: on the readers' own clocks, or on the publication's; a later one when it is opened late."""
    at = arrives_at(edition, now=now).astimezone(zone(edition.publication.time_zone))
    return max(edition.day, at.date())
