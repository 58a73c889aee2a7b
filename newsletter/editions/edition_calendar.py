"""The editions of one month, past and to come, by the day on which readers get them. Two queries for any month."""

from calendar import MONDAY, Calendar
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from newsletter.editions.models import Edition
from newsletter.editions.schedule_dates import dates_ahead
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone
from newsletter.publications.upcoming_dates import UpcomingDate, clock_change, date_of_schedule

YEARS = range(2000, 2200)
MAX_EDITIONS = 300  # in a month
# by readers' local time, an edition is due up to two days before or after its date on the clock of the publication
MARGIN = timedelta(days=2)
NO_CHANGE = timedelta()


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of the grid: its editions, the date of the schedule that has no edition yet, and what clocks do."""

    day: date
    is_in_month: bool
    editions: list[Edition]
    scheduled: UpcomingDate | None
    clock_change: timedelta

    @property
    def is_marked(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.editions or self.scheduled or self.clock_change)


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """A month in weeks from Monday, filled up with days of the months beside it."""

    first: date
    weeks: list[list[CalendarDay]]
    is_cut: bool  # there are more editions than are shown

    @property
    def previous(self) -> date | None:
        """The first day of the month before; None beyond the years that can be shown."""
        found = (self.first - timedelta(days=1)).replace(day=1)
        return found if found.year in YEARS else None

    @property
    def next(self) -> date | None:
        """The first day of the month after; None beyond the years that can be shown."""
        found = (self.first + timedelta(days=31)).replace(day=1)
        return found if found.year in YEARS else None


def month_of(publication: Publication, first: date, *, now: datetime) -> CalendarMonth:
    """Return the month that begins on `first`, as the schedule is now."""
    weeks = Calendar(MONDAY).monthdatescalendar(first.year, first.month)
    begin, end = weeks[0][0], weeks[-1][-1]
    there = zone(publication.time_zone)
    moments = [datetime.combine(day, time(), tzinfo=there) for day in (begin, end + timedelta(days=1))]
    due = publication.editions.filter(due_at__gte=moments[0] - MARGIN, due_at__lt=moments[1] + MARGIN)
    found = list(
        due.select_related("publication", "dispatch", "approved_by").order_by("due_at", "pk")[: MAX_EDITIONS + 1]
    )
    by_day: dict[date, list[Edition]] = defaultdict(list)
    for edition in found[:MAX_EDITIONS]:
        by_day[edition.day].append(edition)
    ahead = {due.local_date: due for due in dates_ahead(publication, begin, end, now=now)}
    return CalendarMonth(
        first,
        [
            [
                CalendarDay(
                    day,
                    day.month == first.month,
                    by_day[day],
                    date_of_schedule(ahead[day], publication.cadence) if day in ahead else None,
                    clock_change(day, publication.time_zone),
                )
                for day in week
            ]
            for week in weeks
        ],
        is_cut=len(found) > MAX_EDITIONS,
    )
