"""An import obeys every column that says something of consent, and revives nobody who left."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from newsletter.audience.import_subscribers import import_subscribers
from newsletter.audience.models import Subscription, SubscriptionStatus, Suppression
from newsletter.audience.subscribe import subscribe
from newsletter.audience.subscriber_counts import SubscriberCounts, count_subscribers
from newsletter.audience.subscriber_import_report import SubscriberImportReport
from newsletter.publications.models import Publication

Import = Callable[..., SubscriberImportReport]


@pytest.fixture
def take(publication: Publication, now: datetime) -> Import:
    def take(*rows: str) -> SubscriberImportReport:
        report = import_subscribers(publication, [row + "\n" for row in rows], source="the old system", now=now)
        assert report.adds_up
        return report

    return take


def statuses() -> dict[str, str]:
    """How things stand with each address, before its @."""
    rows = Subscription.objects.values_list("subscriber__email", "status")
    return {email.partition("@")[0]: status for email, status in rows if email}


def suppressions() -> dict[str, str]:
    return {
        str(email).partition("@")[0]: reason for email, reason in Suppression.objects.values_list("email", "reason")
    }


def test_an_export_of_ours_without_its_later_columns_revives_nobody(take: Import, publication: Publication) -> None:
    report = take(
        "email,first_name,status,consent_source,consent_at,time_zone",
        "stays@example.org,Stina,active,old list,2025-01-02T03:04:05Z,",
        "gone@example.org,Gustav,left,old list,2025-01-02T03:04:05Z,",
        "dead@example.org,Dora,suppressed,old list,2025-01-02T03:04:05Z,",
        "asked@example.org,Pia,pending,old list,,",
        "rests@example.org,Per,paused,old list,2025-01-02T03:04:05Z,",
    )
    assert report.problems[0].problem == ("The status is paused, but has no end date. Add it in a column paused_until.")
    assert (report.added, report.left, report.suppressed, report.unconfirmed, report.bad) == (1, 1, 1, 1, 1)
    assert statuses() == {"stays": "active", "gone": "left", "asked": "pending"}
    assert suppressions() == {"dead": "desk"}
    stays = Subscription.objects.get(status=SubscriptionStatus.ACTIVE)
    assert (stays.consent_source, stays.consent_at) == ("old list", datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert count_subscribers(publication) == SubscriberCounts(active=1, suppressed=0, pending=1, paused=0, left=1)


@pytest.mark.parametrize(
    ("header", "row", "stands", "barred"),
    [
        # Ghost
        ("id,email,name,subscribed_to_emails,deleted_at", "1,r@example.org,R,true,", "active", ""),
        ("id,email,name,subscribed_to_emails,deleted_at", "1,r@example.org,R,false,", "left", ""),
        (
            "id,email,name,subscribed_to_emails,deleted_at",
            "1,r@example.org,R,true,2024-01-02T03:04:05.000Z",
            "left",
            "",
        ),
        # listmonk
        ("uuid,email,name,attributes,status", 'a,r@example.org,R,"{""city"": ""Ystad""}",enabled', "active", ""),
        ("uuid,email,name,attributes,status", "a,r@example.org,R,{},disabled", "left", ""),
        ("uuid,email,name,attributes,status", "a,r@example.org,R,{},blocklisted", "", "desk"),
        # Substack
        ("email,active_subscription,expiry,plan,email_disabled", "r@example.org,false,,other,false", "active", ""),
        ("email,active_subscription,expiry,plan,email_disabled", "r@example.org,true,,yearly,true", "", "person"),
        # beehiiv
        ("email,First Name,status,tier,unsubscribed_at", "r@example.org,R,active,free,", "active", ""),
        ("email,First Name,status,tier,unsubscribed_at", "r@example.org,R,inactive,free,", "left", ""),
        ("email,First Name,status,tier,unsubscribed_at", "r@example.org,R,pending,free,", "pending", ""),
        ("email,status,unsubscribed_at", "r@example.org,active,2023-03-24 10:23:10 UTC", "left", ""),
        # Mailchimp: subscribed, unsubscribed, cleaned, and two of them put together
        ("Email Address,MEMBER_RATING,LAST_CHANGED", "r@example.org,2,2024-01-02 03:04:05", "active", ""),
        ("Email Address,UNSUB_TIME,UNSUB_REASON", "r@example.org,2024-01-02 03:04:05,NORMAL", "left", ""),
        ("Email Address,UNSUB_TIME,UNSUB_REASON", "r@example.org,,", "left", ""),
        ("Email Address,LAST_CHANGED,CLEAN_TIME", "r@example.org,2024-01-02,2024-01-02 03:04:05", "", "hard-bounce"),
        ("Email Address,CLEAN_TIME,CLEAN_CAMPAIGN_ID", "r@example.org,,", "", "hard-bounce"),
        ("Email Address,LAST_CHANGED,UNSUB_TIME", "r@example.org,2024-01-02 03:04:05,", "active", ""),
        # Buttondown, Keila, and what people type
        ("email,type", "r@example.org,regular", "active", ""),
        ("email,type", "r@example.org,premium", "active", ""),
        ("email,type", "r@example.org,unsubscribed", "left", ""),
        ("email,type", "r@example.org,unactivated", "pending", ""),
        ("Email,Status", "r@example.org,unreachable", "", "hard-bounce"),
        ("email,Opted Out", "r@example.org,yes", "left", ""),
        ("email,Opted Out", "r@example.org,no", "active", ""),
        ("email,subscribed", "r@example.org,0", "left", ""),
        ("email,subscribed,status", "r@example.org,1,Unsubscribed", "left", ""),
        ("email,status,suppression", "r@example.org,left,complaint", "left", "complaint"),
    ],
)
def test_what_other_senders_say_of_consent_is_obeyed(
    take: Import, header: str, row: str, stands: str, barred: str
) -> None:
    assert take(header, row).bad == 0
    assert statuses() == ({"r": stands} if stands else {})
    assert suppressions() == ({"r": barred} if barred else {})


@pytest.mark.parametrize(
    ("header", "value", "said"),
    [
        ("status", "rita@example.org", "The status is not known. Use active, pending, paused, left or"),
        ("status", "", "The status is not known."),
        ("status", "4", "The status is not known."),
        ("subscribed_to_emails", "", "The subscribed to emails is empty. Use true or false."),
        ("subscribed_to_emails", "perhaps", "The subscribed to emails is not a date or time."),
        ("email_disabled", "perhaps", "The email disabled is not a date or time."),
        ("unsubscribed_at", "last week", "The unsubscribed at is not a date or time."),
        ("suppression", "whatever", "The suppression is not known. Use one of: hard-bounce, complaint,"),
        ("consent_at", "2999-01-01", "The consent at is in the future."),
        ("consent_at", "yesterday", "The consent at is not a date or time."),
    ],
)
def test_a_word_that_is_not_known_is_refused_by_line_and_never_taken_for_consent(
    take: Import, header: str, value: str, said: str
) -> None:
    report = take(f"email,{header}", f"r@example.org,{value}", "s@example.org")
    assert report.problems[0].line == 2
    assert report.problems[0].problem.startswith(said)
    assert "rita" not in report.problems[0].problem
    assert "r" not in statuses()


def test_who_receives_it_here_and_left_by_the_file_has_left_and_is_counted(
    take: Import, publication: Publication, now: datetime
) -> None:
    for name in ("stays", "left", "dead", "waits"):
        subscribe(publication, email=f"{name}@example.org", first_name="", source="form", now=now, confirmed=True)
    subscribe(publication, email="waits2@example.org", first_name="", source="form", now=now, confirmed=False)
    report = take(
        "email,status",
        "stays@example.org,active",
        "left@example.org,unsubscribed",
        "dead@example.org,bounced",
        "waits@example.org,pending",
        "waits2@example.org,active",
    )
    assert (report.known, report.left, report.suppressed, report.waiting, report.ended) == (2, 1, 1, 1, 2)
    assert statuses() == {"stays": "active", "left": "left", "dead": "active", "waits": "active", "waits2": "pending"}
    assert suppressions() == {"dead": "hard-bounce"}
    gone = Subscription.objects.get(subscriber__email="left@example.org")
    assert (gone.unsubscribed_at, gone.unsubscribed_via) == (now, "import")
    assert take("email,status", "left@example.org,unsubscribed", "dead@example.org,bounced").ended == 0


@pytest.mark.parametrize("first", ["active", "unsubscribed"])
def test_of_two_rows_about_one_person_the_stricter_holds(take: Import, first: str) -> None:
    second = {"active": "unsubscribed", "unsubscribed": "active"}[first]
    report = take("email,status", f"r@example.org,{first}", f"R@example.org,{second}", f"r@example.org,{first}")
    assert statuses() == {"r": "left"}
    assert (report.left, report.repeated) == (1, 2)


def test_the_stricter_row_holds_also_far_below(take: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsletter.audience.import_subscribers.CHUNK_SIZE", 2)
    rows = [f"r{n}@example.org,active" for n in range(4)]
    report = take("email,status", *rows, "r0@example.org,unsubscribed", "r1@example.org,blocklisted")
    assert (report.added, report.left, report.suppressed, report.ended) == (4, 1, 1, 2)
    assert statuses()["r0"] == "left"


def test_who_left_in_the_future_has_left(take: Import, now: datetime) -> None:
    """The clock of another program is no reason to mail somebody."""
    assert take("email,unsubscribed_at", "r@example.org,2999-01-01").left == 1
    assert Subscription.objects.get().unsubscribed_at == now


def test_a_pause_comes_with_its_end(take: Import, now: datetime) -> None:
    report = take("email,status,paused_until", "a@example.org,paused,2026-12-24", "b@example.org,paused,2036-12-24")
    assert (report.paused, report.bad) == (1, 1)
    assert report.problems[0].problem == "The paused until is more than a year away."
    paused = Subscription.objects.get()
    assert (paused.status, paused.paused_until, paused.consent_at) == (
        SubscriptionStatus.PAUSED,
        date(2026, 12, 24),
        now,
    )


def test_a_word_to_leave_is_kept_of_who_must_not_be_mailed(take: Import, publication: Publication) -> None:
    """So that lifting the suppression later brings nobody back."""
    Suppression.objects.create(email="r@example.org", reason="hard-bounce")
    assert take("email,status", "r@example.org,unsubscribed").suppressed == 1
    Suppression.objects.all().delete()
    assert take("email", "r@example.org").left == 1


def test_a_file_without_such_columns_is_read_as_ever(take: Import, now: datetime) -> None:
    assert take("email,State,City", "r@example.org,NY,Albany").added == 1
    kept = Subscription.objects.get()
    assert (kept.status, kept.consent_source, kept.consent_at) == (SubscriptionStatus.ACTIVE, "the old system", now)
