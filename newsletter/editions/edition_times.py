"""All times of an edition: when it is assembled and due, and when readers get it.

Everything that depends on when readers get an edition (embargo, expiry, the dates of an appeal) uses `received`: at
assembly, in a preview, ahead of time, and when its dispatch opens.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple

from newsletter.editions import local_time
from newsletter.editions.models import Edition
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication
from newsletter.publications.schedule import Due, zone

CURRENT_MINUTE = timedelta(minutes=1)  # forms give whole minutes, so the current minute is still allowed


class Times(NamedTuple):
    """The fields of an edition that say when it is assembled and sent."""

    due_at: datetime
    assemble_at: datetime
    local_send_time: time | None  # None: all readers get it at `due_at`


def times_of(publication: Publication, due_at: datetime, *, local_send_time: time | None = None) -> Times:
    """Return the times of an edition due at `due_at`; assembly is the publication's lead time earlier."""
    return Times(due_at, due_at - timedelta(minutes=publication.lead_minutes), local_send_time)


def cadence_times(publication: Publication, due: Due, *, now: datetime) -> Times:
    """Return the times of a regular edition.

    With local time it is due at the first send time that has not passed; readers with an earlier one get it then.
    """
    if not publication.local_time:
        return times_of(publication, due.at)
    first = local_time.first_send_time(publication, due.local_date, after=now)
    return times_of(publication, first, local_send_time=publication.send_time)


def chosen_times(publication: Publication, due_at: datetime, *, now: datetime) -> Times:
    """Return the times of an edition scheduled by a person; `BadInput` for a time in the past."""
    if due_at < now - CURRENT_MINUTE:
        raise BadInput("due time", "is in the past.", "Choose a later time.")
    return times_of(publication, due_at)


def set_times(edition: Edition, times: Times) -> None:
    """Set these times in memory."""
    edition.due_at, edition.assemble_at, edition.local_send_time = times


@dataclass(frozen=True)
class Received:
    """When readers get an edition; `first` is the time of the first reader."""

    edition: Edition
    first: datetime

    @cached_property
    def last(self) -> datetime:
        """The time of the last reader. With local time this queries the readers' time zones."""
        return max(self.first, local_time.last_send_time(self.edition))

    @property
    def day(self) -> date:
        """The date on which readers get it: the edition's own, or a later one when it is late."""
        there = zone(self.edition.publication.time_zone)
        return max(self.edition.day, self.first.astimezone(there).date())


def received(edition: Edition, *, now: datetime) -> Received:
    """Return when readers get `edition`: at its due time, or at `now` when it is overdue."""
    return Received(edition, max(now, edition.due_at))
