"""Editions that reach each reader at the same hour of the reader's own clock.

A local date has up to some fifty moments, from the clocks of Kiritimati to those of Niue a day later.
Zones whose clocks agree at that hour are one moment. An edition is due at the first of them that an
active reader, or the publication itself, has; its `local_date` and `local_send_time` give the others.
"""

from collections import defaultdict
from datetime import date, datetime, time

from newsletter.audience import reader_time_zones
from newsletter.editions.models import Edition
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication
from newsletter.publications.schedule import local_to_utc


class LocalSendTimes:
    """The moments of one local date and hour. A zone without a name, or with one that this machine does not know,
    is that of the publication: nobody is left out for it."""

    def __init__(self, day: date, at: time, *, home: str) -> None:
        self._day, self._at = day, at
        self.home = local_to_utc(day, at, home)
        self._found = {"": self.home, home: self.home}

    def moment(self, zone: str) -> datetime:
        """When the clocks of `zone` show that hour on that day."""
        found = self._found.get(zone)
        if found is None:
            try:
                found = local_to_utc(self._day, self._at, zone)
            except BadInput:
                found = self.home
            self._found[zone] = found
        return found


def clocks(edition: Edition) -> LocalSendTimes | None:
    """The moments of `edition`; None when it leaves at one moment for all its readers."""
    if edition.local_send_time is None or edition.local_date is None:
        return None
    return LocalSendTimes(edition.local_date, edition.local_send_time, home=edition.publication.time_zone)


def first_send_time(publication: Publication, day: date, *, after: datetime | None = None) -> datetime:
    """The first moment of `day` that a reader has, at the latest the publication's own; with `after`, of those later
    than that."""
    there = LocalSendTimes(day, publication.send_time, home=publication.time_zone)
    by_moment = _by_moment(there)
    for moment in sorted(by_moment):
        if moment >= there.home:
            break
        if (after is None or moment > after) and reader_time_zones.has_readers_in(publication.pk, by_moment[moment]):
            return moment
    return there.home


def last_send_time(edition: Edition) -> datetime:
    """When its last readers get it, as far as they are known by now; at least its due time."""
    there = clocks(edition)
    if there is None:
        return edition.due_at
    by_moment = _by_moment(there)
    for moment in sorted(by_moment, reverse=True):
        if moment <= max(there.home, edition.due_at):
            break
        if reader_time_zones.has_readers_in(edition.publication_id, by_moment[moment]):
            return moment
    return max(there.home, edition.due_at)


def _by_moment(there: LocalSendTimes) -> dict[datetime, list[str]]:
    found: defaultdict[datetime, list[str]] = defaultdict(list)
    for zone in reader_time_zones.zones_in_use():
        found[there.moment(zone)].append(zone)
    return found
