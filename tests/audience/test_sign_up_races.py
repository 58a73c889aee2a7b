"""Two processes act on one reader at the same time, and neither fails. PostgreSQL alone can show it."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from newsletter.audience import sign_up_limits, subscription_confirmation, suppressions
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.import_subscribers import import_subscribers
from newsletter.audience.models import (
    Confirmation,
    ConsentEvent,
    ConsentMethod,
    Subscriber,
    Subscription,
    SubscriptionStatus,
    Suppression,
    SuppressionReason,
)
from newsletter.audience.sign_up import erase_unconfirmed, sign_up
from newsletter.audience.subscribe import subscribe
from newsletter.audience.subscriptions import unsubscribe
from newsletter.audience.suppress_domain import suppress_domain
from newsletter.audience.suppressions import suppression_of
from newsletter.giving.import_gifts import import_gifts
from newsletter.giving.models import Gift
from newsletter.insights import erase_reader
from newsletter.insights.apply_events import apply_suppressions
from newsletter.mail.sendgrid.event_webhook import Event, EventType, SuppressionCause
from newsletter.publications.models import Publication
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"),
    pytest.mark.django_db(transaction=True),
]
RITA = "rita@example.org"
PAGE = ConsentEvidence(ConsentMethod.SIGN_UP_PAGE, "https://news.example.org/j/morning")
Beside = Callable[[Callable[[], Any]], Future[Any]]


@pytest.fixture
def beside() -> Iterator[Beside]:
    """Start an act on a connection of its own; return when it waits for a lock of this one, or has ended."""
    with ThreadPoolExecutor(1) as pool:

        def started(act: Callable[[], Any]) -> Future[Any]:
            future = pool.submit(_acted, act)
            wait_until(lambda: future.done() or _somebody_waits_for_us())
            return future

        yield started


def _acted(act: Callable[[], Any]) -> Any:
    try:
        return act()
    finally:
        connections.close_all()


def _somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone() is not None


def acts() -> list[str]:
    return list(ConsentEvent.objects.order_by("pk").values_list("act", flat=True))


def confirm(order: Confirmation, *, now: datetime) -> Subscription:
    asked = subscription_confirmation.parse_token(subscription_confirmation.create_token(order))
    return subscription_confirmation.confirm(asked, now=now, method=ConsentMethod.CONFIRM_BUTTON)


def test_a_link_is_opened_while_its_address_signs_up_again(
    publication: Publication, now: datetime, beside: Beside
) -> None:
    sign_up(publication, email=RITA, evidence=PAGE, now=now)
    order = Confirmation.objects.get()
    later = now + timedelta(hours=25)
    with transaction.atomic():
        Subscription.objects.select_for_update().get()  # as signing up begins
        confirmed = beside(lambda: confirm(order, now=later))
        assert not confirmed.done()
        Confirmation.objects.select_for_update(nowait=True).get()  # free, so neither waits for ever
    assert confirmed.result(30).status == SubscriptionStatus.ACTIVE
    assert acts() == ["requested", "given"]


def test_an_address_signs_up_again_while_its_old_sign_up_expires(
    publication: Publication, now: datetime, beside: Beside
) -> None:
    sign_up(publication, email=RITA, evidence=PAGE, now=now)
    later = now + timedelta(days=7, seconds=1)
    with transaction.atomic():
        sign_up(publication, email=RITA, evidence=PAGE, now=later)
        assert beside(lambda: erase_unconfirmed(now=later)).result(30) == 0
    assert erase_unconfirmed(now=later) == 0
    assert Subscription.objects.get().status == SubscriptionStatus.PENDING
    assert confirm(Confirmation.objects.get(), now=later).status == SubscriptionStatus.ACTIVE


def test_an_address_is_counted_while_its_counts_are_forgotten(
    publication: Publication, now: datetime, beside: Beside
) -> None:
    sign_up_limits.admit_confirmation(RITA, now=now)
    with transaction.atomic():
        sign_up_limits.forget_address(RITA)
        admitted = beside(lambda: sign_up_limits.admit_confirmation(RITA, now=now))
        assert not admitted.done()
    assert admitted.result(30)


def test_a_reader_returns_while_an_import_says_that_they_left(
    publication: Publication, now: datetime, beside: Beside
) -> None:
    """The import sees the reader as unsubscribed; another reader of the file keeps it waiting."""
    for email in (RITA, "ada@example.org"):
        subscribe(publication, email=email, first_name="", source="form", now=now, confirmed=True)
    import_subscribers(publication, ["email,status\n", f"{RITA},left\n"], source="the old system", now=now)
    lines = ["email,status\n", f"{RITA},left\n", "ada@example.org,left\n"]
    with transaction.atomic():
        Subscription.objects.select_for_update().get(subscriber__email="ada@example.org")
        imported = beside(lambda: import_subscribers(publication, lines, source="the old system", now=now))
        assert not imported.done()
        subscribe(publication, email=RITA, first_name="", source="form", now=now, confirmed=True)
    assert imported.result(30).ended == 1
    rita = Subscription.objects.get(subscriber__email=RITA)
    events = ConsentEvent.objects.filter(subscriber=rita.subscriber_id).order_by("pk").values_list("act", flat=True)
    assert (rita.status, list(events)) == (SubscriptionStatus.ACTIVE, ["given", "withdrawn", "given"])


def test_a_reader_leaves_while_they_are_erased(publication: Publication, now: datetime, beside: Beside) -> None:
    reader = subscribe(publication, email=RITA, first_name="", source="form", now=now, confirmed=True)
    with transaction.atomic():
        unsubscribe(subscriber_id=reader.subscriber_id, publication_id=publication.pk, by="one-click", now=now)
        erased = beside(lambda: erase_reader.erase(RITA))
        assert not erased.done()
    assert erased.result(30).gifts == 0
    assert not Subscriber.objects.exists()
    assert not ConsentEvent.objects.exists()
    assert suppression_of(RITA) is not None


def test_a_person_is_erased_while_an_import_adds_them(publication: Publication, now: datetime, beside: Beside) -> None:
    with transaction.atomic():
        import_subscribers(publication, [f"{RITA}\n"], source="the old system", now=now)
        erased = beside(lambda: erase_reader.erase(RITA))
        assert not erased.done()
    assert erased.result(30).subscriptions == 1
    assert not Subscriber.objects.exists()
    assert not ConsentEvent.objects.exists()


def test_an_import_adds_nobody_who_is_being_erased(publication: Publication, now: datetime, beside: Beside) -> None:
    with transaction.atomic():
        erase_reader.erase(RITA)
        imported = beside(lambda: import_subscribers(publication, [f"{RITA}\n"], source="the old system", now=now))
        assert not imported.done()
    assert (imported.result(30).added, imported.result().suppressed) == (0, 1)
    assert not Subscriber.objects.exists()


def test_the_address_of_a_person_who_is_being_erased_is_not_kept_by_a_suppression(beside: Beside) -> None:
    with transaction.atomic():
        erase_reader.erase(RITA)
        suppressed = beside(lambda: suppressions.suppress(RITA, reason=SuppressionReason.DESK))
        assert not suppressed.done()
    assert suppressed.result(30).reason == SuppressionReason.ERASED
    assert not Suppression.objects.exclude(email=None).exists()


def test_an_event_about_a_person_who_is_being_erased_keeps_no_address(
    publication: Publication, now: datetime, beside: Beside
) -> None:
    reader = subscribe(publication, email=RITA, first_name="", source="form", now=now, confirmed=True)
    with transaction.atomic():
        erase_reader.erase(RITA)
        bounce = Event(
            EventType.BOUNCED, now, RITA, "", None, None, None, reader.subscriber_id, SuppressionCause.DEAD, ""
        )
        applied = beside(lambda: apply_suppressions([bounce], publications={}))
        assert not applied.done()
    applied.result(30)
    assert not Suppression.objects.exclude(email=None).exists()


def test_the_gift_of_a_person_who_is_being_erased_is_not_recorded(
    publication: Publication, now: datetime, beside: Beside
) -> None:
    lines = ["email,amount,currency,date,id\n", f"{RITA},5.00,EUR,{now.date()},1\n"]
    with transaction.atomic():
        erase_reader.erase(RITA)
        imported = beside(lambda: import_gifts(lines, source="stripe", erased=suppressions.erased, now=now))
        assert not imported.done()
    assert (imported.result(30).added, imported.result().erased) == (0, 1)
    assert not Gift.objects.exists()


@pytest.mark.parametrize("by_import", [True, False])
def test_every_address_of_a_domain_has_a_row_when_some_are_added_as_it_is_suppressed(
    publication: Publication, now: datetime, beside: Beside, *, by_import: bool
) -> None:
    with transaction.atomic():
        if by_import:
            import_subscribers(publication, [f"{RITA}\n"], source="the old system", now=now)
        else:
            sign_up(publication, email=RITA, evidence=PAGE, now=now)
        suppressing = beside(lambda: suppress_domain("example.org"))
        assert not suppressing.done()
    suppressing.result(30)
    assert Suppression.objects.filter(email=RITA).exists()


def test_nobody_signs_up_with_an_address_of_a_domain_that_is_being_suppressed(
    publication: Publication, now: datetime, beside: Beside
) -> None:
    with transaction.atomic():
        suppress_domain("example.org")
        signed_up = beside(lambda: sign_up(publication, email=RITA, evidence=PAGE, now=now))
        assert not signed_up.done()
    assert not signed_up.result(30)
    assert not Subscriber.objects.exists()
