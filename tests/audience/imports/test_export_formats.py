"""Whole exports of other services: recognised, and nobody comes back who left."""

import io
from datetime import UTC, date, datetime

import pytest

from newsletter.audience.import_subscribers import ImportTerms
from newsletter.audience.imports import choose_tables, import_tables, reader_files
from newsletter.audience.models import ConsentEvent, Subscriber, Subscription, Suppression
from newsletter.audience.subscribe import subscribe
from newsletter.audience.subscriber_import_report import SubscriberImportReport
from newsletter.publications.models import Publication
from tests.audience.imports import exports


def take(
    publication: Publication, now: datetime, content: bytes, *, name: str = "export.zip", dry_run: bool = False
) -> SubscriberImportReport:
    report = SubscriberImportReport()
    choices = choose_tables.choose(reader_files.tables(io.BytesIO(content), name=name))
    terms = ImportTerms("the old system", now, now if import_tables.lacks_times(choices) else None)
    for _ in import_tables.import_tables(publication, choices, terms, report, dry_run=dry_run):
        pass
    assert report.adds_up
    return report


def statuses() -> dict[str, str]:
    return dict(Subscription.objects.values_list("subscriber__email", "status"))


def test_a_mailchimp_export_brings_back_nobody_who_left_or_bounced(publication: Publication, now: datetime) -> None:
    dry = take(publication, now, exports.zipped(exports.MAILCHIMP), dry_run=True)
    assert not Subscriber.objects.exists()
    report = take(publication, now, exports.zipped(exports.MAILCHIMP))
    assert report == dry
    assert report.balance == {"added": 2, "updated": 0, "unchanged": 0, "suppressed": 3, "refused": 0}
    assert statuses() == {
        "rita@readers.example": "active",
        "ada@readers.example": "active",
        "gone@readers.example": "left",
        "buyer@readers.example": "left",
    }
    gone = Subscription.objects.get(subscriber__email="gone@readers.example")
    assert (gone.unsubscribed_at, gone.unsubscribed_via) == (
        datetime(2024, 2, 3, 10, tzinfo=UTC),
        "import: No longer interested",
    )
    dead = Suppression.objects.get()
    assert (dead.email, dead.reason) == ("dead@readers.example", "hard-bounce")
    assert dead.detail == "as an imported file says (Mailchimp: clean time 2024-02-04 10:00:00)"
    rita = Subscription.objects.get(subscriber__email="rita@readers.example")
    assert rita.consent_at == datetime(2023, 5, 4, 8, 5, tzinfo=UTC)
    again = take(publication, now, exports.zipped(exports.MAILCHIMP))
    assert again.balance == {"added": 0, "updated": 0, "unchanged": 2, "suppressed": 3, "refused": 0}


def test_who_left_elsewhere_leaves_here_with_the_cause_as_evidence(publication: Publication, now: datetime) -> None:
    subscribe(publication, email="gone@readers.example", first_name="", source="form", now=now, confirmed=True)
    assert take(publication, now, exports.zipped(exports.MAILCHIMP)).ended == 1
    event = ConsentEvent.objects.get(act="withdrawn", subscriber__email="gone@readers.example")
    assert event.form == "the old system (Mailchimp: unsub time 2024-02-03 10:00:00)"
    assert Subscription.objects.get(subscriber=event.subscriber).unsubscribed_via == "import: No longer interested"


def test_the_file_of_subscribed_people_alone_asks_for_the_other_two() -> None:
    only = {name: text for name, text in exports.MAILCHIMP.items() if "/subscribed" in name}
    choices = choose_tables.choose(reader_files.tables(io.BytesIO(exports.zipped(only)), name="export.zip"))
    assert "three files" in choose_tables.notes(choices)[0]
    everything = reader_files.tables(io.BytesIO(exports.zipped(exports.MAILCHIMP)), name="export.zip")
    assert choose_tables.notes(choose_tables.choose(everything)) == []


def test_of_a_substack_export_only_the_list_is_imported(publication: Publication, now: datetime) -> None:
    content = exports.zipped(exports.SUBSTACK)
    choices = choose_tables.choose(reader_files.tables(io.BytesIO(content), name="export.zip"))
    assert [one.table.name for one in choices if one.is_imported] == ["email_list.morning.csv"]
    assert all(one.why_not for one in choices if not one.is_imported)
    report = take(publication, now, content)
    assert (report.added, report.suppressed) == (1, 1)
    assert Suppression.objects.get().email == "gone@readers.example"
    assert statuses() == {"rita@readers.example": "active"}


@pytest.mark.parametrize(
    ("service", "content"),
    [
        ("Ghost", exports.GHOST),
        ("listmonk", exports.LISTMONK),
        ("beehiiv", exports.BEEHIIV),
        ("Buttondown", exports.BUTTONDOWN),
    ],
)
def test_other_exports_are_recognised_with_the_time_of_joining(
    publication: Publication, now: datetime, service: str, content: str
) -> None:
    [choice] = choose_tables.choose(reader_files.tables(io.BytesIO(content.encode()), name="members.csv"))
    assert choice.columns
    assert choice.columns.format.service == service
    report = take(publication, now, content.encode(), name="members.csv")
    assert (report.added, report.left + report.suppressed) == (1, 1)
    joined = Subscription.objects.get(subscriber__email="rita@readers.example").consent_at
    assert joined
    assert joined.date() == date(2025, 1, 1)
    if service == "beehiiv":
        gone = Subscription.objects.get(subscriber__email="gone@readers.example")
        assert gone.unsubscribed_at == datetime(2025, 6, 1, 10, tzinfo=UTC)


def test_the_file_name_says_what_its_columns_do_not(publication: Publication, now: datetime) -> None:
    text = exports.MAILCHIMP["export/nonsubscribed_members_export_1.csv"]
    assert take(publication, now, text.encode(), name="nonsubscribed_members_export_1.csv").left == 1
    assert take(publication, now, text.encode(), name="members.csv").left == 1
    assert statuses() == {"buyer@readers.example": "left"}
