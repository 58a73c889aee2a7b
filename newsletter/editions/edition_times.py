"""All times of an edition: when it is assembled and due, and when readers get it.

Whatever depends on the moment at which readers get an edition (embargo, expiry, the dates of an appeal) asks
`received`, whenever it is judged: at assembly, in a preview, ahead of time, or when its dispatch opens.
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

CURRENT_MINUTE = timedelta(minutes=1)  # forms give whole minutes, so the current one has not passed


class Times(NamedTuple):
    """The fields of an edition that say when it is assembled and leaves."""

    due_at: datetime
    assemble_at: datetime
    local_send_time: time | None  # None: all readers get it at `due_at`


def times_of(publication: Publication, due_at: datetime, *, local_send_time: time | None = None) -> Times:
    """Those of an edition that is due then: it is assembled its publication's lead time before."""
    return Times(due_at, due_at - timedelta(minutes=publication.lead_minutes), local_send_time)


def cadence_times(publication: Publication, due: Due, *, now: datetime) -> Times:
    """Those of a regular edition.

    With local time it is due when the first readers are whose moment has not gone by; those before get it then.
    """
    if not publication.local_time:
        return times_of(publication, due.at)
    first = local_time.first_send_time(publication, due.local_date, after=now)
    return times_of(publication, first, local_send_time=publication.send_time)


def chosen_times(publication: Publication, due_at: datetime, *, now: datetime) -> Times:
    """Those of an edition that a person gives a time; `BadInput` when that has passed."""
    if due_at < now - CURRENT_MINUTE:
        raise BadInput("due time", "has passed.", "Give a time from now on.")
    return times_of(publication, due_at)


def set_times(edition: Edition, times: Times) -> None:
    """Give it these times, in memory."""
    edition.due_at, edition.assemble_at, edition.local_send_time = times


@dataclass(frozen=True)
class Received:
    """When readers get an edition: `first` is the moment of the first of them."""

    edition: Edition
    first: datetime

    @cached_property
    def last(self) -> datetime:
        """The moment of the last of them. With local time this looks up where readers are."""
        return max(self.first, local_time.last_send_time(self.edition))

    @property
    def day(self) -> date:
        """The day on which they get it: the edition's own, or a later one when it is late."""
        there = zone(self.edition.publication.time_zone)
        return max(self.edition.day, self.first.astimezone(there).date())


def received(edition: Edition, *, now: datetime) -> Received:
    """When readers get `edition`: when it is due, and what is overdue at `now` as soon as it leaves."""
    return Received(edition, max(now, edition.due_at))
