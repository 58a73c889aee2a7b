"""The calendar of editions: what was sent, what is to come as the planner will plan it, and days of a time change."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from newsletter.editions import edition_calendar, plan_editions
from newsletter.editions.models import Edition, EditionState
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.web.asking import words

NOW = make.MONDAY  # Monday, 23 November 2026


def shown(publication: Publication, month: date, *, now: datetime = NOW) -> dict[date, tuple[int, bool]]:
    """How many editions each day of a month has, and whether the schedule names it; without empty days."""
    weeks = edition_calendar.month_of(publication, month, now=now).weeks
    days = [day for week in weeks for day in week if day.is_in_month]
    return {day.day: (len(day.editions), bool(day.scheduled)) for day in days if day.editions or day.scheduled}


def test_dates_to_come_are_those_that_are_planned(publication: Publication) -> None:
    december = [day for day, (_, scheduled) in shown(publication, date(2026, 12, 1)).items() if scheduled]
    planned = []
    now = NOW + timedelta(days=7)
    for _ in range(10):
        edition = plan_editions.plan(publication, now=now)
        assert edition
        assert edition.local_date
        planned.append(edition.local_date)
        now = edition.due_at + timedelta(minutes=1)
    assert december[: len(planned)] == planned
    assert all(day.weekday() < 5 for day in december)


def test_a_date_with_an_edition_is_not_named_twice_and_a_sent_early_one_stays_over(publication: Publication) -> None:
    due = datetime(2026, 11, 24, 12, tzinfo=UTC)
    make.edition(publication, due_at=due)
    make.edition(publication, due_at=due + timedelta(days=1), state=EditionState.CANCELLED, reason="Strike")
    days = shown(publication, date(2026, 11, 1))
    assert (days[date(2026, 11, 24)], days[date(2026, 11, 25)]) == ((1, False), (1, False))
    assert days[date(2026, 11, 26)] == (0, True)
    assert date(2026, 11, 23) not in days  # its time has passed


def test_an_edition_stands_on_the_day_of_its_publication_s_clock(publication: Publication) -> None:
    Publication.objects.update(time_zone="Pacific/Auckland")
    publication.refresh_from_db()
    make.edition(publication, due_at=datetime(2026, 11, 30, 12, tzinfo=UTC), local_date=None)  # 1 December there
    assert date(2026, 12, 1) in shown(publication, date(2026, 12, 1), now=NOW + timedelta(days=60))


def test_a_paused_publication_has_no_dates_to_come(publication: Publication) -> None:
    Publication.objects.update(is_active=False)
    publication.refresh_from_db()
    assert shown(publication, date(2026, 12, 1)) == {}


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 11, 1), -1),
        ("Europe/Berlin", date(2027, 3, 28), 1),
        ("Australia/Lord_Howe", date(2027, 4, 4), -0.5),
    ],
)
def test_days_of_a_time_change_are_marked(publication: Publication, zone: str, day: date, hours: float) -> None:
    Publication.objects.update(time_zone=zone)
    publication.refresh_from_db()
    weeks = edition_calendar.month_of(publication, day.replace(day=1), now=NOW).weeks
    changes = {each.day: each.clock_change for week in weeks for each in week if each.is_in_month and each.clock_change}
    assert changes == {day: timedelta(hours=hours)}


def test_the_page_shows_state_time_and_who_approved_and_leads_to_the_edition(
    cora: Client, publication: Publication
) -> None:
    edition = make.approved_edition(publication, due_at=NOW)
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.DISPATCHED, dispatched_at=NOW, subject="Rain")
    page = cora.get("/desk/morning/editions/calendar/?month=2026-11")
    said = words(page)
    for part in ("November 2026", "07:00 EST", "Sent", "Approved by Eddie", "Rain", "Clocks go back 1 h on this day."):
        assert part in said
    html = page.content.decode()
    assert html.count(f'href="/editions/{edition.pk}/"') == 2  # the table, and the list of a phone
    assert html.count('scope="col"') == 7


@pytest.mark.parametrize("month", ["", "2026-13", "0000-01", "9999-12", "1999-12", "2200-01", "x", "٢٠٢٦-١١", "2026-1"])
def test_a_month_that_cannot_be_shown_is_the_current_one(cora: Client, publication: Publication, month: str) -> None:
    page = cora.get("/desk/morning/editions/calendar/", {"month": month})
    assert page.status_code == 200
    assert f"{clock.now():%B %Y}" in words(page)


@pytest.mark.parametrize(
    ("month", "leads_to"), [("2000-01", "2026-11"), ("2199-12", "2026-11"), ("2030-06", "2026-11")]
)
def test_a_month_far_away_is_shown_and_leads_back(
    cora: Client, publication: Publication, month: str, leads_to: str
) -> None:
    make.edition(publication, due_at=NOW)
    page = cora.get("/desk/morning/editions/calendar/", {"month": month})
    assert page.status_code == 200
    assert "No edition in this month." in words(page)
    assert f"?month={leads_to}" in page.content.decode()


def test_queries_do_not_grow_with_the_editions(
    cora: Client, publication: Publication, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for day in range(1, 29):
        make.edition(publication, due_at=datetime(2026, 12, day, 12, tzinfo=UTC))
    with django_assert_max_num_queries(14):
        cora.get("/desk/morning/editions/calendar/?month=2026-12")
