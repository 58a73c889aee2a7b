"""When editions are due: pure arithmetic on dates, times and zones.

A cadence names local dates by an iCalendar rule and one wall-clock time. Each local date has
exactly one due moment, on the days when clocks change as well:

- a time that the clock jumps over is due as much later as the clock jumped (02:30 becomes 03:30);
- a time that the clock shows twice is due at its first showing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import DAILY, rrule, rruleset, rrulestr

from newsletter.lib.errors import BadInput

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
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput("time zone", f"{name!r} is not a time zone.", "Give a name such as Europe/Berlin.") from None


def rule(cadence: Cadence) -> rrule:
    """The parsed rule; `BadInput` when it is not a rule of whole days."""
    mend = "Give a rule of days such as FREQ=DAILY or FREQ=WEEKLY;BYDAY=MO,TH."
    text = cadence.recurrence.strip().upper().removeprefix("RRULE:")
    if any(word in text for word in ("BYHOUR", "BYMINUTE", "BYSECOND", "DTSTART", "\n")):
        raise BadInput("recurrence", "names hours or several rules.", mend + " The hour is the sending time.")
    try:
        parsed = rrulestr(text, dtstart=datetime.combine(cadence.starts_on, time()), ignoretz=True)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BadInput("recurrence", f"{cadence.recurrence!r} is not a rule.", mend) from None
    if isinstance(parsed, rruleset) or parsed._freq > DAILY:  # type: ignore[attr-defined]
        raise BadInput("recurrence", "repeats within a day.", mend)
    return parsed


def moment(day: date, cadence: Cadence) -> datetime:
    """When the edition of local date `day` is due, in UTC."""
    local = datetime.combine(day, cadence.send_time, tzinfo=zone(cadence.time_zone))
    # fold=0 means the first showing of a time shown twice; for a time jumped over it means the
    # offset from before the jump, which lands as much later as the clock jumped.
    return local.replace(fold=0).astimezone(UTC)


def upcoming(cadence: Cadence, *, after: datetime) -> Iterator[Due]:
    """The editions due strictly after `after` (aware), in order, at most five years ahead."""
    start = after.astimezone(zone(cadence.time_zone)).date() - timedelta(days=1)
    last = datetime.combine(start, time()) + HORIZON
    for found in takewhile(lambda d: d <= last, rule(cadence).xafter(datetime.combine(start, time()), inc=True)):
        due = Due(found.date(), moment(found.date(), cadence))
        if due.at > after:
            yield due
