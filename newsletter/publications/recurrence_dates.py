"""The dates of a recurrence rule, computed without walking the rule from its start.

Whether a date belongs to a rule is arithmetic on that date and the first day of the rule. Finding the next date costs
one check for each day in between, however old the rule is, and a rule without dates costs no more than the days of the
range. The rules are those of RFC 5545, 3.3.10, for whole days; `recurrence.py` parses them.
"""

from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice

MAX_COUNT = 5_000
MAX_COUNTED_YEARS = 30  # a rule with COUNT ends this many years after its first day at the latest
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of days. Numbers are as in the RFC: from 1, and from -1 backwards; an empty set does not limit.

    Days of the week count from Monday, which is 0. `nth_weekdays` are pairs such as (-1, 4) for the last Friday.
    """

    frequency: str
    starts_on: date
    interval: int = 1
    count: int | None = None
    until: date | None = None
    week_start: int = 0
    weekdays: frozenset[int] = frozenset()
    nth_weekdays: frozenset[tuple[int, int]] = frozenset()
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    year_days: frozenset[int] = frozenset()
    week_numbers: frozenset[int] = frozenset()
    positions: frozenset[int] = frozenset()

    def dates(self, first: date, last: date) -> Iterator[date]:
        """Yield the dates from `first` to `last`, both included, in order."""
        return self._walk(first, min(last, self._end() or last))

    def _end(self) -> date | None:
        return _last_counted(self) if self.count else self.until

    def _walk(self, first: date, last: date) -> Iterator[date]:
        first = max(first, self.starts_on)
        if first > last:
            return
        index = self._index(first)
        index -= (index - self._index(self.starts_on)) % self.interval
        while (start := self._first_day(index)) <= last:
            end = self._first_day(index + 1)
            if not self.positions:  # days outside the range need no check
                start, end = max(start, first), min(end, last + DAY)
            days = [day for day in _days(start, end) if self._fits(day)]
            yield from (day for day in self._picked(days) if first <= day <= last)
            index += self.interval

    def _index(self, day: date) -> int:
        """Return the number of the day, week, month or year that contains `day`."""
        match self.frequency:
            case "DAILY":
                return day.toordinal()
            case "WEEKLY":
                return (day.toordinal() - 1 - self.week_start) // 7  # the first day of all was a Monday
            case "MONTHLY":
                return day.year * 12 + day.month - 1
            case _:
                return day.year

    def _first_day(self, index: int) -> date:
        match self.frequency:
            case "DAILY":
                return date.fromordinal(index)
            case "WEEKLY":
                return date.fromordinal(index * 7 + self.week_start + 1)
            case "MONTHLY":
                return date(index // 12, index % 12 + 1, 1)
            case _:
                return date(index, 1, 1)

    def _picked(self, days: list[date]) -> list[date]:
        """Return the days of one period at the positions of BYSETPOS."""
        if not self.positions:
            return days
        count = len(days)
        return [day for n, day in enumerate(days, start=1) if {n, n - count - 1} & self.positions]

    def _fits(self, day: date) -> bool:
        if self.months and day.month not in self.months:
            return False
        if (self.weekdays or self.nth_weekdays) and day.weekday() not in self.weekdays and not self._is_nth(day):
            return False
        if self.month_days and not _both_ways(day.day, monthrange(day.year, day.month)[1]) & self.month_days:
            return False
        if self.year_days and not _both_ways(_day_of_year(day), 365 + isleap(day.year)) & self.year_days:
            return False
        return not self.week_numbers or bool(self._week_numbers(day) & self.week_numbers)

    def _is_nth(self, day: date) -> bool:
        """Return whether `day` is such a weekday of its month or, in a yearly rule without months, of its year."""
        place, length = day.day, monthrange(day.year, day.month)[1]
        if self.frequency == "YEARLY" and not self.months:
            place, length = _day_of_year(day), 365 + isleap(day.year)
        nths = ((place - 1) // 7 + 1, -((length - place) // 7 + 1))
        return any((nth, day.weekday()) in self.nth_weekdays for nth in nths)

    def _week_numbers(self, day: date) -> set[int]:
        """Return the week number from both ends. A week belongs to the year with at least four of its days."""
        week = timedelta(days=(day.weekday() - self.week_start) % 7)
        middle = day - week + timedelta(days=3)
        number = (_day_of_year(middle) - 1) // 7 + 1
        last = date(middle.year, 12, 28)  # lies in the last week, whichever day weeks begin with
        last_middle = last - timedelta(days=(last.weekday() - self.week_start) % 7) + timedelta(days=3)
        return _both_ways(number, (_day_of_year(last_middle) - 1) // 7 + 1)


@lru_cache(maxsize=256)
def _last_counted(rule: Rule) -> date:
    """Return the last date of a rule with COUNT. Only this walks from the start, once for each rule in a process."""
    horizon = rule.starts_on + timedelta(days=366 * MAX_COUNTED_YEARS)
    counted = list(islice(rule._walk(rule.starts_on, horizon), rule.count))
    return counted[-1] if counted else rule.starts_on


def _both_ways(place: int, length: int) -> set[int]:
    return {place, place - length - 1}


def _day_of_year(day: date) -> int:
    return day.toordinal() - date(day.year, 1, 1).toordinal() + 1


def _days(start: date, end: date) -> Iterator[date]:
    for number in range(start.toordinal(), end.toordinal()):
        yield date.fromordinal(number)
