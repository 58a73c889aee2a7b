"""The calendar of a publication's editions: a month as a table, on a phone as a list."""

import re
from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Max, Min
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from newsletter.accounts.permissions import Permission
from newsletter.delivery.dispatches.active_pauses import active_pauses
from newsletter.delivery.pause_models import SendingPause
from newsletter.editions import edition_calendar
from newsletter.editions.edition_calendar import YEARS, CalendarDay
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.publications.upcoming_dates import describe_change, describe_clock
from newsletter.web.desk import current_publication as publications
from newsletter.web.shared.display_formats import clock_of, zone_name
from newsletter.web.shared.edition_status import StatusBadge, edition_status
from newsletter.web.shared.permission_required import DeskRequest, permission_required

MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


class EditionEntry(NamedTuple):
    """An edition in the calendar: when it is sent on the clock of the publication, its state, and who approved it."""

    edition: Edition
    time: str
    status: StatusBadge
    approved: str


class DayEntries(NamedTuple):
    """A day as the page shows it."""

    day: CalendarDay
    editions: list[EditionEntry]
    scheduled: str  # the time of a date without an edition yet; empty: none
    note: str  # what clocks do


@require_safe
@permission_required(Permission.CURATE)
def show(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the month of `?month=2026-11`; without one, or with one that is none, the current month."""
    publication, now = publications.publication_from_url(request, slug), clock.now()
    today = now.astimezone(clock_of(publication)).date()
    first = _requested(request.GET.get("month", "")) or today.replace(day=1)
    month, pauses = edition_calendar.month_of(publication, first, now=now), list(active_pauses(now=now))
    weeks = [[_entries(day, publication, pauses, now=now) for day in week] for week in month.weeks]
    marked = [day for week in weeks for day in week if day.day.is_in_month and day.day.is_marked]
    context = {
        "publication": publication,
        "publications": publications.active_publications(request),
        "month": month,
        "weeks": weeks,
        "marked": marked,
        "today": today,
        "zone": clock_of(publication),
        "this_month": today.replace(day=1),
        "elsewhere": None if any(entry.editions for entry in marked) else _closest(publication, first),
    }
    return render(request, "web/desk/edition_calendar.html", context)


def _requested(text: str) -> date | None:
    found = MONTH.fullmatch(text)
    if found and int(found[1]) in YEARS and 1 <= int(found[2]) <= 12:
        return date(int(found[1]), int(found[2]), 1)
    return None


def _entries(
    day: CalendarDay, publication: Publication, pauses: Collection[SendingPause], *, now: datetime
) -> DayEntries:
    there = clock_of(publication)
    scheduled = note = ""
    if day.scheduled:
        local = day.scheduled.local
        at = f"{local:%H:%M} {zone_name(local, there)}"
        scheduled = f"{publication.send_time:%H:%M} readers’ local time" if publication.local_time else at
        note = describe_clock(day.scheduled, publication.send_time)
    elif day.clock_change:
        note = describe_change(day.clock_change)
    return DayEntries(day, [_entry(each, pauses, now=now) for each in day.editions], scheduled, note)


def _entry(edition: Edition, pauses: Collection[SendingPause], *, now: datetime) -> EditionEntry:
    there = clock_of(edition.publication)
    local = edition.due_at.astimezone(there)
    at = f"{local:%H:%M} {zone_name(edition.due_at, there)}"
    if edition.local_send_time:
        at = f"{edition.local_send_time:%H:%M} readers’ local time"
    approved = ""
    if edition.approved_at:
        approved = f"Approved by {edition.approved_by}" if edition.approved_by else "Approved automatically"
    return EditionEntry(edition, at, edition_status(edition, pauses=pauses, now=now), approved)


def _closest(publication: Publication, first: date) -> date | None:
    """Return the month of the first edition, or for a month after the last one, of the last; None without any."""
    there = clock_of(publication)
    moments = publication.editions.aggregate(first=Min("due_at"), last=Max("due_at")).values()
    months: list[date] = [moment.astimezone(there).date().replace(day=1) for moment in moments if moment]
    if not months:
        return None
    return months[0] if first <= months[0] else months[-1]
