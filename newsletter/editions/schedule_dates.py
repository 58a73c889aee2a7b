"""The dates of a publication's schedule and their editions: the next date, and missed dates.

The planner and the pages use these functions, so that pages show what will be planned.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import takewhile

from newsletter.editions import local_time
from newsletter.editions.models import Edition, EditionState
from newsletter.publications.models import Publication
from newsletter.publications.past_schedules import PastSchedule, past_schedules
from newsletter.publications.schedule import Cadence, Due, due_moment, upcoming, zone

SENT_AUTOMATICALLY = (EditionState.PLANNED, EditionState.ASSEMBLED, EditionState.APPROVED, EditionState.DISPATCHING)
TWO_DAYS = timedelta(days=2)  # more than a date lasts from the first time zone to the last


def next_date(publication: Publication, *, now: datetime) -> Due | None:
    """Return the next date with an edition that is sent automatically; None when paused or when the rule has ended.

    A date whose edition was sent early, is held or was cancelled is over and is not planned again.
    """
    schedule = publication.schedule
    if schedule is None:
        return None
    after = max(now, publication.planned_to or now)
    today = (after - TWO_DAYS).astimezone(zone(schedule.time_zone)).date()
    regular = publication.editions.filter(local_date__gte=today)
    over = {edition.local_date for edition in regular if not is_ahead(publication, edition, now=now)}
    return next((due for due in upcoming(schedule, after=after) if due.local_date not in over), None)


def dates_ahead(publication: Publication, first: date, last: date, *, now: datetime) -> list[Due]:
    """Return the dates without an edition that the planner will plan from `first` to `last`, as the schedule is now.

    Empty while the publication is paused.
    """
    schedule = publication.schedule
    if schedule is None:
        return []
    begins = datetime.combine(first, time(), tzinfo=zone(schedule.time_zone)) - TWO_DAYS
    after = max(now, publication.planned_to or now, begins)
    found = takewhile(lambda due: due.local_date <= last, upcoming(schedule, after=after))
    taken = set(publication.editions.filter(local_date__range=(first, last)).values_list("local_date", flat=True))
    return [due for due in found if due.local_date >= first and due.local_date not in taken]


def editions_ahead(publication: Publication, *, now: datetime) -> list[Edition]:
    """Return regular editions that will be sent automatically on a date to come, ordered by date."""
    regular = publication.editions.exclude(local_date=None).filter(state__in=SENT_AUTOMATICALLY, due_at__gt=now)
    return [e for e in regular.order_by("local_date") if is_ahead(publication, e, now=now)]


def is_ahead(publication: Publication, edition: Edition, *, now: datetime) -> bool:
    """Return True for an edition that is sent automatically and whose turn is still to come.

    A postponed edition keeps its turn on its own date, so that the next dates are planned; an edition sent early has
    had its turn. An edition that was planned when it was already late for readers in the east has its turn at their
    hour, so that the next one is early enough for them.
    """
    if edition.state not in SENT_AUTOMATICALLY:
        return False
    turn, day = edition.due_at, edition.local_date or edition.due_at.date()
    if edition.is_rescheduled:
        turn = min(turn, due_moment(day, publication.cadence))
    elif publication.local_time and edition.local_send_time:
        turn = min(turn, local_time.first_send_time(publication, day))
    return turn > now


def missed_dates(publication: Publication, *, until: datetime) -> list[Due]:
    """Return the dates without an edition between the last settling and `until`.

    Each date follows the schedule that was valid at its time.
    """
    found: dict[date, Due] = {}
    settled = publication.planned_to or publication.created_at
    for schedule, end in [*past_schedules(publication), PastSchedule(publication.schedule, until)]:
        if schedule:
            found |= {due.local_date: due for due in _between(schedule, settled, min(end, until))}
        settled = max(settled, min(end, until))
    taken = set(publication.editions.filter(local_date__in=found).values_list("local_date", flat=True))
    return sorted((due for day, due in found.items() if day not in taken), key=lambda due: due.at)


def begun_until(publication: Publication, *, now: datetime) -> datetime:
    """Return up to which due time another installation may have started editions by `now`.

    It may have submitted them ahead, or for readers in the east, or moved those of today to an earlier time.
    """
    until = now + timedelta(minutes=publication.schedule_ahead_minutes)
    today = now.astimezone(zone(publication.time_zone)).date()
    if publication.schedule:
        for due in _between(publication.schedule, now, now + TWO_DAYS):
            is_in_the_east = publication.local_time and local_time.first_send_time(publication, due.local_date) <= now
            if due.local_date <= today or is_in_the_east:
                until = max(until, due.at)
    return until


def _between(schedule: Cadence, after: datetime, until: datetime) -> Iterator[Due]:
    return takewhile(lambda due: due.at <= until, upcoming(schedule, after=after))
