"""The next dates of a schedule, with the days marked on which clocks change. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import NamedTuple

from newsletter.publications.schedule import Cadence, Due, local_to_utc, upcoming, zone

SHOWN_DATES = 10
NO_CHANGE = timedelta()


class UpcomingDate(NamedTuple):
    """A date of a schedule: when its edition is due on the clock of the publication, and what its clock does."""

    local: datetime  # when it is due, in the time zone of the publication
    clock_change: timedelta  # how far clocks go forward on that day; negative: back
    is_skipped: bool  # the send time does not exist on that day, so it is due later
    is_repeated: bool  # the send time occurs twice on that day; the first is used
    is_shifted: bool  # the offset from UTC differs from that of the date before


def upcoming_dates(cadence: Cadence, *, after: datetime, count: int = SHOWN_DATES) -> list[UpcomingDate]:
    """Return the next dates due after `after`; fewer when the rule ends. Raises `BadInput` for an invalid cadence."""
    found: list[UpcomingDate] = []
    for due in islice(upcoming(cadence, after=after), count):
        date = date_of_schedule(due, cadence)
        is_shifted = bool(found) and found[-1].local.utcoffset() != date.local.utcoffset()
        found.append(date._replace(is_shifted=is_shifted))
    return found


def date_of_schedule(due: Due, cadence: Cadence) -> UpcomingDate:
    """Return what the clock of the publication does on this date of its cadence, without the date before."""
    there = zone(cadence.time_zone)
    local = due.at.astimezone(there)
    wall = datetime.combine(due.local_date, cadence.send_time, tzinfo=there)
    is_skipped = local.replace(tzinfo=None) != wall.replace(tzinfo=None)
    is_repeated = not is_skipped and wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()
    return UpcomingDate(local, clock_change(due.local_date, cadence.time_zone), is_skipped, is_repeated, False)


def clock_change(day: date, time_zone: str) -> timedelta:
    """Return how far the clocks of a time zone go forward on this day; negative: back."""
    there = zone(time_zone)
    begins, ends = (local_to_utc(one, time(), time_zone) for one in (day, day + timedelta(days=1)))
    return (ends.astimezone(there).utcoffset() or NO_CHANGE) - (begins.astimezone(there).utcoffset() or NO_CHANGE)


def describe_change(change: timedelta) -> str:
    """Return a sentence on a day on which clocks change."""
    minutes = abs(int(change.total_seconds())) // 60
    span = f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
    return f"Clocks go {'forward' if change > NO_CHANGE else 'back'} {span} on this day."


def describe_clock(date: UpcomingDate, send_time: time) -> str:
    """Return what the clock does on this date and what that means for the edition; empty on an ordinary date."""
    sentences = [describe_change(date.clock_change)] if date.clock_change else []
    if date.is_skipped:
        sentences.append(f"{send_time:%H:%M} does not exist then, so it is sent at {date.local:%H:%M}.")
    elif date.is_repeated:
        sentences.append(f"{send_time:%H:%M} occurs twice; it is sent at the first.")
    if date.is_shifted:
        usual = datetime.combine(date.local.date(), send_time, tzinfo=UTC) - (date.local.utcoffset() or NO_CHANGE)
        since = "From the next date on" if date.is_skipped else "From this date on"
        sentences.append(f"{since} it is sent at {usual:%H:%M} UTC.")
    return " ".join(sentences)
