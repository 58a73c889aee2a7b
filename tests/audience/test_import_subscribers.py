from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.audience.import_subscribers import CHUNK_SIZE, import_subscribers
from newsletter.audience.models import Subscriber, Subscription, SubscriptionStatus
from newsletter.audience.subscribe import subscribe
from newsletter.audience.subscriber_counts import count_subscribers
from newsletter.audience.subscriber_import_report import MAX_PROBLEMS, SubscriberImportReport
from newsletter.audience.subscriptions import unsubscribe
from newsletter.audience.suppressions import suppress
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication

Import = Callable[..., SubscriberImportReport]


@pytest.fixture
def take(publication: Publication, now: datetime) -> Import:
    def take(*rows: str) -> SubscriberImportReport:
        report = import_subscribers(publication, [row + "\n" for row in rows], source="the old system", now=now)
        assert report.adds_up
        return report

    return take


def test_new_readers_are_active_with_the_source_of_their_consent(take: Import, now: datetime) -> None:
    assert take("email,first_name", "Rita@Example.org,Rita", "eddie@example.org,") == SubscriberImportReport(
        rows=2, added=2
    )
    rita = Subscription.objects.get(subscriber__email="rita@example.org")
    assert (rita.status, rita.consent_source, rita.consent_at) == (SubscriptionStatus.ACTIVE, "the old system", now)
    assert (rita.subscriber.first_name, rita.unsubscribed_via) == ("Rita", "")


def test_importing_twice_changes_nothing(take: Import) -> None:
    rows = ["email", "rita@example.org", "eddie@example.org"]
    take(*rows)
    before = list(Subscription.objects.values())
    assert take(*rows) == SubscriberImportReport(rows=2, known=2)
    assert list(Subscription.objects.values()) == before


def test_an_address_that_stands_twice_in_the_file_is_one_reader(take: Import) -> None:
    assert take("email", "rita@example.org", "RITA@example.org", " rita@Example.org ") == SubscriberImportReport(
        rows=3, added=1, repeated=2
    )


def test_nobody_is_subscribed_against_their_word(publication: Publication, now: datetime, take: Import) -> None:
    gone = subscribe(publication, email="left@example.org", first_name="", source="form", now=now, confirmed=True)
    unsubscribe(subscriber_id=gone.subscriber_id, publication_id=publication.pk, by="page", now=now)
    subscribe(publication, email="pending@example.org", first_name="", source="form", now=now, confirmed=False)
    suppress("suppressed@example.org", reason="complaint")
    before = list(Subscription.objects.values("subscriber", "status", "unsubscribed_at"))

    report = take("email", "left@example.org", "pending@example.org", "Suppressed@example.org", "new@example.org")

    assert report == SubscriberImportReport(rows=4, left=1, waiting=1, suppressed=1, added=1)
    assert list(Subscription.objects.values("subscriber", "status", "unsubscribed_at"))[:2] == before
    assert not Subscriber.objects.filter(email="suppressed@example.org").exists()


def test_a_missing_first_name_is_filled_in_and_a_given_one_kept(take: Import) -> None:
    take("email,first_name", "rita@example.org,", "eddie@example.org,Eddie")
    take("email,first_name", "rita@example.org,Rita", "eddie@example.org,Edward")
    assert set(Subscriber.objects.values_list("first_name", flat=True)) == {"Rita", "Eddie"}


def test_a_time_zone_is_kept_filled_in_where_it_is_missing_and_not_written_over(take: Import) -> None:
    take("email,first_name,Time Zone", "rita@example.org,Rita,", "eddie@example.org,, Asia/Tokyo ")
    take("email,timezone", "rita@example.org,Africa/Cairo", "eddie@example.org,Europe/Paris")
    assert set(Subscriber.objects.values_list("first_name", "time_zone")) == {
        ("Rita", "Africa/Cairo"),
        ("", "Asia/Tokyo"),
    }


def test_a_place_that_is_no_time_zone_is_left_out_with_a_warning_and_its_reader_is_taken(take: Import) -> None:
    report = take("email,time_zone", "rita@example.org,eddie@example.org", "cora@example.org,Europe/Berlin")
    assert (report.added, report.bad, report.warned) == (2, 0, 1)
    assert (report.warnings[0].line, report.warnings[0].problem) == (
        2,
        "The time zone is not known. This value was not imported. Use a name such as Europe/Berlin, or leave it empty.",
    )


def test_a_time_zone_is_corrected_however_its_letters_and_blanks_are_written(take: Import) -> None:
    rows = ["a@example.org,America/New York", "b@example.org,europe/berlin", "c@example.org,AMERICA/port-au-prince"]
    assert take("email,time_zone", *rows).warned == 0
    assert list(Subscriber.objects.order_by("email").values_list("time_zone", flat=True)) == [
        "America/New_York", "Europe/Berlin", "America/Port-au-Prince",
    ]  # fmt: skip


def test_somebody_known_to_another_publication_is_added_to_this_one(
    take: Import, publication: Publication, now: datetime
) -> None:
    take("email", "rita@example.org")
    publication.pk, publication.slug = None, "evening"
    publication.save()
    assert import_subscribers(publication, ["rita@example.org"], source="x", now=now) == SubscriberImportReport(
        rows=1, added=1
    )
    assert Subscriber.objects.count() == 1


def test_bad_rows_are_named_by_line_and_reason_and_never_by_address(take: Import) -> None:
    report = take("email,first_name", "rita@example.org,Rita", "", "not an address,Otto", "ótto@example.org,Otto")
    assert (report.rows, report.added, report.bad) == (3, 1, 2)
    assert [problem.line for problem in report.problems] == [4, 5]
    assert report.problems[0].problem == "The email address has no @."
    assert "tto" not in str(report)


def test_a_hundred_problems_are_kept_and_all_are_counted(take: Import) -> None:
    report = take("email", *["nonsense"] * 250, "rita@example.org")
    assert (report.bad, len(report.problems), report.added) == (250, MAX_PROBLEMS, 1)


def test_many_rows_take_few_queries(publication: Publication, now: datetime) -> None:
    rows = [f"r{n}@example.org\n" for n in range(3 * CHUNK_SIZE)]
    with CaptureQueriesContext(connection) as queries:
        assert import_subscribers(publication, rows, source="x", now=now).added == len(rows)
    assert len(queries) < 60
    assert count_subscribers(publication).active == len(rows)


def test_rows_before_an_unreadable_line_are_kept_and_known_the_next_time(
    publication: Publication, now: datetime, take: Import
) -> None:
    def broken() -> list[str]:
        return [*(f"r{n}@example.org\n" for n in range(CHUNK_SIZE)), '"never closed\n']

    with pytest.raises(BadInput, match="line 2001"):
        import_subscribers(publication, broken(), source="x", now=now)
    assert count_subscribers(publication).active == CHUNK_SIZE
    assert take(*(f"r{n}@example.org" for n in range(CHUNK_SIZE))).known == CHUNK_SIZE


def test_an_import_needs_the_source_of_consent(publication: Publication, now: datetime) -> None:
    with pytest.raises(BadInput, match="source"):
        import_subscribers(publication, ["rita@example.org"], source=" ", now=now)
    assert not Subscriber.objects.exists()


ADDRESS = st.sampled_from(
    [f"r{n}@example.org" for n in range(6)] + ["R1@EXAMPLE.org", "r2", "", "r3@bad", "'=r@example.org"]
)
ROW = st.tuples(ADDRESS, st.text("Rita,;\t\" '\x00é", max_size=8)).map(",".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(files=st.lists(st.lists(ROW, max_size=12), min_size=1, max_size=3))
def test_whatever_the_files_hold_every_row_is_counted_once(
    publication: Publication, now: datetime, files: list[list[str]]
) -> None:
    Subscription.objects.all().delete()
    added = 0
    for number, rows in enumerate(files):
        try:
            report = import_subscribers(
                publication, ["email,first_name\n", *(r + "\n" for r in rows)], source="x", now=now + timedelta(number)
            )
        except BadInput:
            added = Subscription.objects.count()
            continue
        assert report.adds_up
        added += report.added
    assert Subscription.objects.count() == added
