"""When editions are due: pure arithmetic on dates, times and time zones.

A cadence names local dates by an iCalendar rule and one wall-clock time. Each local date has
exactly one due moment, on the days when clocks change as well:

- a time that the clock skips is due later by the length of the jump (02:30 becomes 03:30), even past midnight
  (Nuuk: 23:30 becomes 00:30);
- a time that occurs twice is due at its first occurrence;
- a date that a place skipped has no edition: Samoa had no 30 December 2011 when it moved across the date line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from newsletter.lib.errors import BadInput
from newsletter.publications import recurrence
from newsletter.publications.recurrence_dates import Rule

NOT_PLACES = ("localtime", "posixrules", "Factory", "posix/", "right/")  # not time zones, and different on each machine

HORIZON = timedelta(days=366 * 5)  # a rule without a date in five years counts as ended


@dataclass(frozen=True, slots=True)
class Cadence:
    """`recurrence` is an RRULE of days (no hours in it), counted from `starts_on`."""

    recurrence: str
    starts_on: date
    send_time: time
    time_zone: str


@dataclass(frozen=True, slots=True)
class Due:
    """The local date of an edition and the moment it is due (UTC)."""

    local_date: date
    at: datetime


def zone(name: str) -> ZoneInfo:
    """Return the time zone called `name`. Raises `BadInput` for an unknown name."""
    try:
        if not name.startswith(NOT_PLACES):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise BadInput("time zone", f"{name[:64]!r} is not a time zone.", "Give a name such as Europe/Berlin.")


def rule(cadence: Cadence) -> Rule:
    """Return the parsed rule. Raises `BadInput` when it is not a rule of whole days."""
    return recurrence.parse(cadence.recurrence, starts_on=cadence.starts_on)


def due_moment(day: date, cadence: Cadence) -> datetime:
    """Return when the edition of local date `day` is due, in UTC."""
    return local_to_utc(day, cadence.send_time, cadence.time_zone)


def local_to_utc(day: date, at: time, time_zone: str) -> datetime:
    """Convert a local date and time to UTC, with clock changes as described above.

    A date that the place skipped gives that time of the next date.
    """
    local = datetime.combine(day, at, tzinfo=zone(time_zone))
    # fold=0 is the first occurrence of a repeated time. For a skipped time it is the offset before the jump, which
    # moves the time later by the length of the jump.
    return local.replace(fold=0).astimezone(UTC)


def is_within_hours(at: time, start: time, end: time) -> bool:
    """Return whether `start` <= `at` < `end`. The hours may span midnight."""
    return start <= at < end if start < end else at >= start or at < end


def hours_end(at: datetime, *, start: time, end: time, time_zone: str) -> datetime | None:
    """Return when the hours from `start` to `end` (local, may span midnight) around `at` end; None outside them."""
    day = at.astimezone(zone(time_zone)).date()
    for first in (day - timedelta(days=1), day, day + timedelta(days=1)):
        begins, ends = _hours(first, start, end, time_zone)
        if begins <= at < ends:
            return ends
    return None


@lru_cache(maxsize=256)
def _hours(day: date, start: time, end: time, time_zone: str) -> tuple[datetime, datetime]:
    """Return the start and end of the hours that begin on `day`, in UTC."""
    last = day + timedelta(days=1) if start > end else day
    return local_to_utc(day, start, time_zone), local_to_utc(last, end, time_zone)


def date_exists(day: date, time_zone: str) -> bool:
    """Return whether `day` existed in `time_zone`. Clocks jump by about an hour, or by a whole day."""
    noon = datetime.combine(day, time(12), tzinfo=zone(time_zone))
    return noon.astimezone(UTC).astimezone(noon.tzinfo).date() == day


def upcoming(cadence: Cadence, *, after: datetime) -> Iterator[Due]:
    """Yield the editions due after `after` (aware, exclusive) in order, at most five years after it or the start."""
    start = after.astimezone(zone(cadence.time_zone)).date() - timedelta(days=1)
    for day in rule(cadence).dates(start, max(start, cadence.starts_on) + HORIZON):
        due = Due(day, due_moment(day, cadence))
        if due.at > after and date_exists(day, cadence.time_zone):
            yield due


def due_on(cadence: Cadence, day: date) -> Due | None:
    """Return the edition of `day`; None when the cadence has none."""
    named = any(rule(cadence).dates(day, day)) and date_exists(day, cadence.time_zone)
    return Due(day, due_moment(day, cadence)) if named else None
