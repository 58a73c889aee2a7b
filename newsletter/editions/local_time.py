"""Editions sent to each reader at the same local time.

A local date has up to about fifty send times, from Kiritimati to Niue a day later. Zones whose clocks agree at that
hour share one. An edition is due at the first send time of an active reader or of the publication itself; its
`local_date` and `local_send_time` give the others.
"""

from collections import defaultdict
from datetime import date, datetime, time

from newsletter.audience import reader_time_zones
from newsletter.editions.models import Edition
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication
from newsletter.publications.schedule import local_to_utc


class LocalSendTimes:
    """The send times of one local date and time.

    An empty or unknown zone counts as the publication's, so that no reader is left out.
    """

    def __init__(self, day: date, at: time, *, home: str) -> None:
        self._day, self._at = day, at
        self.home = local_to_utc(day, at, home)
        self._found = {"": self.home, home: self.home}

    def moment(self, zone: str) -> datetime:
        """Return when it is that local time on that date in `zone`."""
        found = self._found.get(zone)
        if found is None:
            try:
                found = local_to_utc(self._day, self._at, zone)
            except BadInput:
                found = self.home
            self._found[zone] = found
        return found


def clocks(edition: Edition) -> LocalSendTimes | None:
    """Return the send times of `edition`; None when all readers get it at the same moment."""
    if edition.local_send_time is None or edition.local_date is None:
        return None
    return LocalSendTimes(edition.local_date, edition.local_send_time, home=edition.publication.time_zone)


def first_send_time(publication: Publication, day: date, *, after: datetime | None = None) -> datetime:
    """Return the first send time of `day` for any reader, at the latest the publication's own.

    With `after`, consider only send times later than that.
    """
    there = LocalSendTimes(day, publication.send_time, home=publication.time_zone)
    by_moment = _by_moment(there)
    for moment in sorted(by_moment):
        if moment >= there.home:
            break
        if (after is None or moment > after) and reader_time_zones.has_readers_in(publication.pk, by_moment[moment]):
            return moment
    return there.home


def last_send_time(edition: Edition) -> datetime:
    """Return when the last readers known now get the edition; never before its due time."""
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
