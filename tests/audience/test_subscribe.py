from datetime import datetime, timedelta

import pytest

from newsletter.audience.models import Subscriber, Subscription, SubscriptionStatus, Suppression
from newsletter.audience.subscribe import subscribe
from newsletter.audience.subscriptions import pause, unsubscribe
from newsletter.audience.suppressions import suppress
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication


def ask(publication: Publication, now: datetime, *, confirmed: bool, name: str = "Rita") -> Subscription:
    return subscribe(
        publication, email="Rita@Example.org", first_name=name, source="form", now=now, confirmed=confirmed
    )


def test_asking_makes_a_pending_subscription_without_consent(publication: Publication, now: datetime) -> None:
    made = ask(publication, now, confirmed=False)
    assert (made.status, made.consent_at, made.consent_source) == (SubscriptionStatus.PENDING, None, "form")
    assert made.subscriber.email == "rita@example.org"


def test_confirming_makes_it_active_from_that_moment(publication: Publication, now: datetime) -> None:
    ask(publication, now - timedelta(hours=1), confirmed=False)
    made = ask(publication, now, confirmed=True)
    assert (made.status, made.consent_at) == (SubscriptionStatus.ACTIVE, now)
    assert Subscription.objects.count() == Subscriber.objects.count() == 1


def test_the_first_consent_is_kept_when_somebody_active_confirms_again(publication: Publication, now: datetime) -> None:
    ask(publication, now, confirmed=True)
    assert ask(publication, now + timedelta(days=9), confirmed=True).consent_at == now


def test_somebody_who_left_stays_so_until_they_confirm_anew(publication: Publication, now: datetime) -> None:
    made = ask(publication, now, confirmed=True)
    unsubscribe(subscriber_id=made.subscriber_id, publication_id=publication.pk, by="page", now=now, edition_id=3)

    asked = ask(publication, now, confirmed=False)
    assert (asked.status, asked.unsubscribed_via, asked.unsubscribed_from_edition) == (
        SubscriptionStatus.UNSUBSCRIBED,
        "page",
        3,
    )

    later = now + timedelta(days=1)
    back = ask(publication, later, confirmed=True)
    assert (back.status, back.consent_at, back.unsubscribed_at, back.unsubscribed_via) == (
        SubscriptionStatus.ACTIVE,
        later,
        None,
        "",
    )


def test_a_pause_ends_when_the_person_confirms_anew_and_not_by_asking(publication: Publication, now: datetime) -> None:
    made = ask(publication, now, confirmed=True)
    until = (now + timedelta(days=9)).date()
    pause(subscriber_id=made.subscriber_id, publication_id=publication.pk, until=until, now=now)
    assert ask(publication, now, confirmed=False).status == SubscriptionStatus.PAUSED
    back = ask(publication, now, confirmed=True)
    assert (back.status, back.paused_until) == (SubscriptionStatus.ACTIVE, None)


def test_a_stranger_cannot_change_a_readers_name(publication: Publication, now: datetime) -> None:
    ask(publication, now, confirmed=True)
    ask(publication, now, confirmed=False, name="Fool")
    assert Subscriber.objects.get().first_name == "Rita"
    ask(publication, now, confirmed=True, name="Margarita")
    assert Subscriber.objects.get().first_name == "Margarita"
    ask(publication, now, confirmed=True, name="")
    assert Subscriber.objects.get().first_name == "Margarita"


def test_a_persons_own_wish_is_lifted_by_that_person_only(publication: Publication, now: datetime) -> None:
    suppress("rita@example.org", reason="person")
    ask(publication, now, confirmed=False)
    assert Suppression.objects.count() == 1
    ask(publication, now, confirmed=True)
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("reason", ["hard-bounce", "complaint", "desk", "provider"])
def test_a_suppression_for_another_reason_stands_whatever_is_confirmed(
    publication: Publication, now: datetime, reason: str
) -> None:
    suppress("rita@example.org", reason=reason)
    ask(publication, now, confirmed=True)
    assert Suppression.objects.count() == 1


@pytest.mark.parametrize("source", ["", "  ", "x" * 201, "form\x00"])
def test_consent_without_a_source_is_not_taken(publication: Publication, now: datetime, source: str) -> None:
    with pytest.raises(BadInput, match="source"):
        subscribe(publication, email="r@example.org", first_name="", source=source, now=now, confirmed=True)
    assert not Subscriber.objects.exists()
