"""Every way in which a subscription begins or ends leaves an event, and nothing changes one."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from newsletter.audience import consent_events, consent_proof, subscriptions, undo_unsubscribe
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.import_subscribers import import_subscribers
from newsletter.audience.models import ConsentEvent, ConsentMethod, ConsentWording, Subscriber, Subscription
from newsletter.audience.subscribe import subscribe
from newsletter.audit import audit_trail
from newsletter.audit.acts import Door
from newsletter.lib.errors import InvalidState
from newsletter.publications.models import Publication


def events(email: str = "rita@example.org") -> list[tuple[str, str, str, str]]:
    rows = ConsentEvent.objects.filter(subscriber__email=email).order_by("pk")
    return [(row.act, row.method, row.form, row.actor) for row in rows]


@pytest.fixture
def rita(publication: Publication, now: datetime) -> Subscription:
    evidence = ConsentEvidence(
        ConsentMethod.CONFIRM_BUTTON, "https://news.example.org/j/morning", network="192.0.2.0/24"
    )
    return subscribe(
        publication, email="rita@example.org", first_name="", source="page", now=now, confirmed=True, evidence=evidence
    )


def test_a_subscription_that_begins_has_its_evidence(rita: Subscription, now: datetime) -> None:
    [event] = ConsentEvent.objects.all()
    assert (event.act, event.method, event.purpose, event.basis) == ("given", "button", "emails", "express")
    assert (event.at, event.actor, event.network) == (now, "reader", "192.0.2.0/24")
    event.full_clean()


def test_somebody_who_only_asked_has_given_nothing(publication: Publication, now: datetime) -> None:
    subscribe(publication, email="rita@example.org", first_name="", source="page", now=now, confirmed=False)
    assert events() == []


@pytest.mark.parametrize(
    ("by", "method", "actor"),
    [
        ("one-click", "one-click", "reader"),
        ("page", "page", "reader"),
        ("mail", "mail", "reader"),
        ("complaint", "complaint", "reader"),
        ("provider", "provider", "provider"),
        ("desk", "desk", "ada at the command line"),
        ("a way of tomorrow", "other", "ada at the command line"),
    ],
)
def test_each_way_of_leaving_is_named(rita: Subscription, now: datetime, by: str, method: str, actor: str) -> None:
    with audit_trail.acting_from(Door.COMMAND, "ada"):
        subscriptions.unsubscribe(
            subscriber_id=rita.subscriber_id, publication_id=rita.publication_id, by=by, now=now, edition_id=7
        )
    assert events()[1:] == [("withdrawn", method, "link in the email of edition 7", actor)]


def test_leaving_twice_is_one_event_and_undo_is_another(rita: Subscription, now: datetime) -> None:
    who = {"subscriber_id": rita.subscriber_id, "publication_id": rita.publication_id}
    before = Subscription.objects.get(pk=rita.pk)
    left = subscriptions.unsubscribe(**who, by="one-click", now=now)
    subscriptions.unsubscribe(**who, by="one-click", now=now + timedelta(minutes=1))
    undo_unsubscribe.undo(undo_unsubscribe.create_token(before, left), **who, now=now + timedelta(minutes=2))
    assert [act for act, *_ in events()] == ["given", "withdrawn", "restored"]


def test_a_change_that_fails_leaves_no_event(rita: Subscription, now: datetime) -> None:
    with transaction.atomic():
        subscriptions.unsubscribe(
            subscriber_id=rita.subscriber_id, publication_id=rita.publication_id, by="page", now=now
        )
        transaction.set_rollback(True)
    assert [act for act, *_ in events()] == ["given"]


def test_an_import_says_what_its_file_says(rita: Subscription, publication: Publication, now: datetime) -> None:
    lines = [
        "email,status,consent_at,consent_source,unsubscribed_at",
        "new@example.org,active,2024-05-01T08:00:00Z,fair in May,",
        "bare@example.org,active,,,",
        "gone@example.org,left,2024-05-01T08:00:00Z,fair in May,2025-02-03T09:00:00Z",
        "waits@example.org,pending,,,",
        "rita@example.org,left,,,",
    ]
    with audit_trail.acting_from(Door.COMMAND, "ada"):
        import_subscribers(publication, [f"{line}\n" for line in lines], source="the old system", now=now)
        import_subscribers(publication, [f"{line}\n" for line in lines], source="the old system", now=now)
    ada = "ada at the command line"
    assert events("new@example.org") == [("given", "import", "fair in May", ada)]
    assert events("bare@example.org") == [("given", "import", "the old system", ada)]
    assert events("gone@example.org") == [("withdrawn", "import", "fair in May", ada)]
    assert events("waits@example.org") == []
    assert events()[1:] == [("withdrawn", "import", "the old system (status left)", ada)]
    new = ConsentEvent.objects.get(subscriber__email="new@example.org")
    new.full_clean()
    assert (new.at, new.recorded_at, new.basis) == (datetime(2024, 5, 1, 8, tzinfo=UTC), now, "stated")


def test_a_large_import_has_an_event_for_each_reader(publication: Publication, now: datetime) -> None:
    lines = [f"reader{number}@example.org\n" for number in range(4_500)]
    import_subscribers(publication, lines, source="the old system", now=now)
    assert ConsentEvent.objects.count() == 4_500


@pytest.mark.parametrize(
    "change",
    [
        lambda: ConsentEvent.objects.update(form="another"),
        lambda: ConsentEvent.objects.all().delete(),
        lambda: ConsentEvent.objects.get().delete(),
        lambda: ConsentEvent.objects.get().save(),
        lambda: ConsentEvent.objects.bulk_update(ConsentEvent.objects.all(), ["form"]),
    ],
)
def test_events_are_not_changed(rita: Subscription, change: Callable[[], object]) -> None:
    with pytest.raises(InvalidState):
        change()
    assert ConsentEvent.objects.get().form == "https://news.example.org/j/morning"


def test_events_of_a_deleted_person_are_deleted(rita: Subscription) -> None:
    Subscriber.objects.get(email="rita@example.org").delete()
    assert not ConsentEvent.objects.exists()


def test_a_wording_is_stored_once_and_a_new_text_is_the_next_version(publication: Publication) -> None:
    first = consent_events.wording(publication, "I agree to receive it.")
    assert consent_events.wording(publication, "I agree to receive it.") == first
    second = consent_events.wording(publication, "I agree to receive it every day.")
    assert (first.version, second.version) == (1, 2)
    assert second.text_hash == hashlib.sha256(b"I agree to receive it every day.").hexdigest()
    assert ConsentWording.objects.count() == 2


def test_the_proof_holds_the_whole_text(publication: Publication, now: datetime) -> None:
    text = consent_events.wording(publication, "أوافق على تلقي الرسالة.")
    subscribe(
        publication, email="rita@example.org", first_name="", source="page", now=now, confirmed=True,
        evidence=ConsentEvidence(ConsentMethod.SAME_BROWSER, "/j/morning", text),
    )  # fmt: skip
    [event] = consent_proof.proof_of(" Rita@Example.org").events
    assert (event.wording, event.wording_version, event.wording_hash) == (text.text, 1, text.text_hash)
