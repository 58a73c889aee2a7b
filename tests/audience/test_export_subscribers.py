import csv
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience import appeal_choices, export_subscribers
from newsletter.audience.import_subscribers import import_subscribers
from newsletter.audience.models import Subscriber, Subscription, Suppression
from newsletter.audience.subscribe import subscribe
from newsletter.audience.subscriber_counts import SubscriberCounts, count_subscribers
from newsletter.audience.subscriptions import pause, unsubscribe
from newsletter.audience.suppressions import suppress
from newsletter.lib.spreadsheet_formulas import escape_formula, unescape_formula
from newsletter.publications.models import Publication


@pytest.fixture
def readers(publication: Publication, now: datetime) -> Publication:
    for email, name, confirmed in (
        ("rita@example.org", "Rita", True),
        ("+plus@example.org", "=1+1", True),
        ("pending@example.org", 'Zoë "Zo"', False),
        ("left@example.org", "", True),
        ("suppressed@example.org", "", True),
    ):
        made = subscribe(publication, email=email, first_name=name, source="form", now=now, confirmed=confirmed)
        if email.startswith("left"):
            unsubscribe(subscriber_id=made.subscriber_id, publication_id=publication.pk, by="page", now=now)
    suppress("suppressed@example.org", reason="desk")
    return publication


def test_rows_tell_who_stands_how_and_since_when(readers: Publication, now: datetime) -> None:
    rows = list(export_subscribers.rows(readers))
    assert rows[0] == ("rita@example.org", "Rita", "active", "form", now, "", "", None, None, "", "")
    assert (rows[3].unsubscribed_at, rows[3].unsubscribed_via, rows[4].suppression) == (now, "page", "desk")
    assert [row.status for row in rows] == ["active", "active", "pending", "left", "suppressed"]
    assert rows[2].consent_at is None


def test_the_file_has_a_header_and_no_cell_that_a_spreadsheet_would_run(readers: Publication) -> None:
    table = list(csv.reader(export_subscribers.lines(export_subscribers.rows(readers))))
    assert table[0][:6] == ["email", "first_name", "status", "consent_source", "consent_at", "time_zone"]
    assert table[0][6:] == ["suppression", "paused_until", "unsubscribed_at", "unsubscribed_via", "no_appeals"]
    assert table[1][4] == "2026-11-23T12:00:00Z"
    assert table[2][:2] == ["'+plus@example.org", "'=1+1"]
    assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") for row in table for cell in row if cell)


def test_what_was_exported_can_be_imported_elsewhere(readers: Publication, now: datetime) -> None:
    appeal_choices.choose_appeals(Subscriber.objects.get(email="rita@example.org").pk, wanted=False)
    lines = list(export_subscribers.lines(export_subscribers.rows(readers)))
    Subscriber.objects.update(no_appeals=False)
    readers.pk, readers.slug = None, "evening"
    readers.save()
    report = import_subscribers(readers, lines, source="export of the morning", now=now)
    assert (report.added, report.suppressed, report.unconfirmed, report.left, report.bad) == (2, 1, 1, 1, 0)
    assert {row.email for row in export_subscribers.rows(readers)} >= {"+plus@example.org", "rita@example.org"}
    assert Subscriber.objects.get(no_appeals=True).email == "rita@example.org"


def test_a_file_never_takes_back_that_a_reader_chose_no_appeals(readers: Publication, now: datetime) -> None:
    Subscriber.objects.update(no_appeals=True)
    file = ["email,no_appeals\r\n", "rita@example.org,\r\n", "pending@example.org,no\r\n", "new@example.org,yes\r\n"]
    import_subscribers(readers, file, source="a file", now=now)
    assert not Subscriber.objects.filter(no_appeals=False).exists()


def test_an_export_read_in_another_database_gives_the_same_audience(readers: Publication, now: datetime) -> None:
    gone = subscribe(readers, email="gone@example.org", first_name="Ge", source="form", now=now, confirmed=True)
    unsubscribe(subscriber_id=gone.subscriber_id, publication_id=readers.pk, by="complaint", now=now)
    suppress("gone@example.org", reason="complaint")
    resting = subscribe(readers, email="resting@example.org", first_name="", source="form", now=now, confirmed=True)
    until = now.date() + timedelta(days=30)
    pause(subscriber_id=resting.subscriber_id, publication_id=readers.pk, until=until, now=now)
    lines, counts = list(export_subscribers.lines(export_subscribers.rows(readers))), count_subscribers(readers)
    assert counts == SubscriberCounts(active=2, suppressed=1, pending=1, paused=1, left=2)
    Subscription.objects.all().delete()
    Subscriber.objects.all().delete()
    Suppression.objects.all().delete()

    report = import_subscribers(readers, lines, source="a copy", now=now + timedelta(days=1))

    assert report.adds_up
    assert sorted(export_subscribers.lines(export_subscribers.rows(readers))) == sorted(lines)
    assert count_subscribers(readers) == counts
    again = import_subscribers(readers, lines, source="a copy", now=now + timedelta(days=2))
    assert (again.added, again.ended, again.bad) == (0, 0, 0)
    assert sorted(export_subscribers.lines(export_subscribers.rows(readers))) == sorted(lines)


def test_a_time_zone_travels_from_one_house_to_another(publication: Publication, now: datetime) -> None:
    import_subscribers(
        publication, ["email,time_zone\n", "rita@example.org,Pacific/Kiritimati\n"], source="form", now=now
    )
    lines = list(export_subscribers.lines(export_subscribers.rows(publication)))
    Subscriber.objects.update(time_zone="")
    assert import_subscribers(publication, lines, source="export", now=now).updated == 1
    assert [row.time_zone for row in export_subscribers.rows(publication)] == ["Pacific/Kiritimati"]


def test_readers_are_counted_by_how_things_stand(readers: Publication) -> None:
    counts = count_subscribers(readers)
    assert counts == SubscriberCounts(active=2, suppressed=1, pending=1, paused=0, left=1)
    assert counts.total == 5


@given(st.text() | st.text("'=+-@\t\r a"))
def test_a_guard_can_always_be_taken_off_again(cell: str) -> None:
    assert unescape_formula(escape_formula(cell)) == cell
    assert escape_formula(cell)[:1] not in ("=", "+", "-", "@", "\t", "\r") or not cell
