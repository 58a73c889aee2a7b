"""When editions are due: pure arithmetic on dates, times and zones.

A cadence names local dates by an iCalendar rule and one wall-clock time. Each local date has
exactly one due moment, on the days when clocks change as well:

- a time that the clock jumps over is due as much later as the clock jumped (02:30 becomes 03:30),
  even where that is past midnight (Nuuk: 23:30 becomes 00:30);
- a time that the clock shows twice is due at its first showing;
- a date that a place left out, as Samoa did with 30 December 2011 when it moved across the date
  line, has no edition: for its readers that day was not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from newsletter.lib.errors import BadInput
from newsletter.publications import recurrence
from newsletter.publications.rule_dates import Rule

NOT_PLACES = ("localtime", "posixrules", "Factory", "posix/", "right/")  # other things on other machines

HORIZON = timedelta(days=366 * 5)  # a rule with no date in five years is taken to have ended


@dataclass(frozen=True, slots=True)
class Cadence:
    """`recurrence` is an RRULE of days (no hours in it), counted from `starts_on`."""

    recurrence: str
    starts_on: date
    send_time: time
    time_zone: str


@dataclass(frozen=True, slots=True)
class Due:
    """One edition's place in time: its local date, and the moment it is to leave (UTC)."""

    local_date: date
    at: datetime


def zone(name: str) -> ZoneInfo:
    """The time zone called `name`; `BadInput` names the field when there is none."""
    try:
        if not name.startswith(NOT_PLACES):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise BadInput("time zone", f"{name[:64]!r} is not a time zone.", "Give a name such as Europe/Berlin.")


def rule(cadence: Cadence) -> Rule:
    """The parsed rule; `BadInput` when it is not a rule of whole days."""
    return recurrence.parse(cadence.recurrence, starts_on=cadence.starts_on)


def due_moment(day: date, cadence: Cadence) -> datetime:
    """When the edition of local date `day` is due, in UTC."""
    return local_to_utc(day, cadence.send_time, cadence.time_zone)


def local_to_utc(day: date, at: time, time_zone: str) -> datetime:
    """When the clocks of `time_zone` show `at` on `day`, in UTC; on days of clock changes as said above.

    On a date that the place left out it is as much later as the clock jumped: that time of the next date.
    """
    local = datetime.combine(day, at, tzinfo=zone(time_zone))
    # fold=0 means the first showing of a time shown twice; for a time jumped over it means the
    # offset from before the jump, which lands as much later as the clock jumped.
    return local.replace(fold=0).astimezone(UTC)


def is_within_hours(at: time, start: time, end: time) -> bool:
    """Does the clock show `at` from `start` until before `end`? They may span midnight."""
    return start <= at < end if start < end else at >= start or at < end


def hours_end(at: datetime, *, start: time, end: time, time_zone: str) -> datetime | None:
    """When the hours from `start` to `end` (local times, perhaps over midnight) end that `at` lies in; None outside."""
    day = at.astimezone(zone(time_zone)).date()
    for first in (day - timedelta(days=1), day, day + timedelta(days=1)):
        begins, ends = _hours(first, start, end, time_zone)
        if begins <= at < ends:
            return ends
    return None


@lru_cache(maxsize=256)
def _hours(day: date, start: time, end: time, time_zone: str) -> tuple[datetime, datetime]:
    """The hours that begin on `day`."""
    last = day + timedelta(days=1) if start > end else day
    return local_to_utc(day, start, time_zone), local_to_utc(last, end, time_zone)


def date_exists(day: date, time_zone: str) -> bool:
    """Did the clocks of `time_zone` ever show `day`? Clocks jump by an hour or so, or by a whole day."""
    noon = datetime.combine(day, time(12), tzinfo=zone(time_zone))
    return noon.astimezone(UTC).astimezone(noon.tzinfo).date() == day


def upcoming(cadence: Cadence, *, after: datetime) -> Iterator[Due]:
    """The editions due strictly after `after` (aware), in order, at most five years ahead of it or of the start."""
    start = after.astimezone(zone(cadence.time_zone)).date() - timedelta(days=1)
    for day in rule(cadence).dates(start, max(start, cadence.starts_on) + HORIZON):
        due = Due(day, due_moment(day, cadence))
        if due.at > after and date_exists(day, cadence.time_zone):
            yield due


def due_on(cadence: Cadence, day: date) -> Due | None:
    """The edition of `day`; None when the cadence names no edition for it."""
    named = any(rule(cadence).dates(day, day)) and date_exists(day, cadence.time_zone)
    return Due(day, due_moment(day, cadence)) if named else None
