"""Signing up: what is stored, what is asked of the mailbox, and what is erased."""

from datetime import datetime, timedelta

import pytest

from newsletter.audience import subscription_confirmation, subscriptions, suppressions
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.import_subscribers import import_subscribers
from newsletter.audience.models import (
    Confirmation,
    ConsentEvent,
    ConsentMethod,
    SignUpCount,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)
from newsletter.audience.sign_up import erase_unconfirmed, sign_up
from newsletter.audience.subscribe import subscribe
from newsletter.lib.errors import BadInput, BadToken
from newsletter.publications.models import Publication
from tests.support import factories as make

RITA = "rita@example.org"
PAGE = ConsentEvidence(ConsentMethod.SIGN_UP_PAGE, "https://news.example.org/j/morning", network="192.0.2.0/24")


def join(publication: Publication, now: datetime, email: str = RITA) -> bool:
    return sign_up(publication, email=email, evidence=PAGE, now=now)


def confirm(now: datetime, method: ConsentMethod = ConsentMethod.CONFIRM_BUTTON) -> Subscription:
    token = subscription_confirmation.create_token(Confirmation.objects.get())
    return subscription_confirmation.confirm(subscription_confirmation.parse_token(token), now=now, method=method)


def acts() -> list[tuple[str, str]]:
    return list(ConsentEvent.objects.order_by("pk").values_list("act", "method"))


def test_a_new_reader_waits_until_the_mailbox_confirms(publication: Publication, now: datetime) -> None:
    assert join(publication, now, " Rita@Example.org")
    assert Subscription.objects.get().status == SubscriptionStatus.PENDING
    confirmed = confirm(now + timedelta(hours=2), ConsentMethod.SAME_BROWSER)
    assert (confirmed.status, confirmed.consent_source) == ("active", subscription_confirmation.JOINED)
    assert acts() == [("requested", "sign-up"), ("given", "same-browser")]
    given = ConsentEvent.objects.get(act="given")
    assert given.form == "https://news.example.org/j/morning"
    assert not Confirmation.objects.exists()


def test_a_link_confirms_once(publication: Publication, now: datetime) -> None:
    join(publication, now)
    token = subscription_confirmation.create_token(Confirmation.objects.get())
    asked = subscription_confirmation.parse_token(token)
    subscription_confirmation.confirm(asked, now=now, method=ConsentMethod.CONFIRM_BUTTON)
    with pytest.raises(BadToken):
        subscription_confirmation.confirm(asked, now=now, method=ConsentMethod.CONFIRM_BUTTON)
    assert [act for act, _ in acts()] == ["requested", "given"]
    assert subscription_confirmation.is_done(asked, now=now)


def test_signing_up_again_the_same_day_orders_nothing(publication: Publication, now: datetime) -> None:
    assert [join(publication, now + timedelta(hours=hour)) for hour in (0, 1, 23, 24)] == [True, False, False, True]
    assert [act for act, _ in acts()] == ["requested", "requested"]


def test_another_publication_is_another_email_up_to_three(publication: Publication, now: datetime) -> None:
    others = [make.publication() for _ in range(4)]
    assert [join(each, now) for each in [publication, *others]] == [True, True, True, False, False]
    assert Subscription.objects.count() == 3  # nothing is stored without an email


def test_a_confirmed_mailbox_may_join_further_publications(publication: Publication, now: datetime) -> None:
    for _ in range(6):
        assert join(make.publication(), now)
        confirm(now)
    assert Subscription.objects.filter(status=SubscriptionStatus.ACTIVE).count() == 6


def test_a_subscribed_reader_gets_an_email_and_no_event(publication: Publication, now: datetime) -> None:
    subscribe(publication, email=RITA, first_name="", source="form", now=now, confirmed=True)
    before = Subscription.objects.values().get()
    assert join(publication, now)
    assert Subscription.objects.values().get() == before
    assert Confirmation.objects.get().already
    assert acts() == [("given", "desk")]


def test_who_leaves_after_being_reminded_can_still_ask_to_return(publication: Publication, now: datetime) -> None:
    active = subscribe(publication, email=RITA, first_name="", source="form", now=now, confirmed=True)
    join(publication, now)
    left = subscriptions.unsubscribe(
        subscriber_id=active.subscriber_id, publication_id=publication.pk, by="page", now=now
    )
    assert not subscription_confirmation.request_return(left, now=now).already


def test_who_left_returns_by_signing_up(publication: Publication, now: datetime) -> None:
    active = subscribe(publication, email=RITA, first_name="", source="form", now=now, confirmed=True)
    subscriptions.unsubscribe(subscriber_id=active.subscriber_id, publication_id=publication.pk, by="page", now=now)
    assert join(publication, now)
    assert Subscription.objects.get().status == SubscriptionStatus.UNSUBSCRIBED
    assert confirm(now).consent_source == subscription_confirmation.RETURNED


@pytest.mark.parametrize("reason", suppressions.SETTABLE_REASONS)
def test_a_suppressed_address_gets_nothing(publication: Publication, now: datetime, reason: str) -> None:
    suppressions.suppress(RITA, reason=reason)
    assert not join(publication, now)
    assert not Subscriber.objects.exists()
    assert not Confirmation.objects.exists()


def test_an_erased_person_joins_again_only_by_confirming_from_the_mailbox(
    publication: Publication, now: datetime
) -> None:
    suppressions.remember_erased(RITA)
    assert join(publication, now)
    assert suppressions.suppressed([RITA]) == {RITA}
    assert erase_unconfirmed(now=now + timedelta(days=8)) == 1
    assert not Subscriber.objects.exists()
    assert suppressions.suppressed([RITA]) == {RITA}
    later = now + timedelta(days=9)
    assert join(publication, later)
    request = subscription_confirmation.parse_token(subscription_confirmation.create_token(Confirmation.objects.get()))
    subscription_confirmation.confirm(request, now=later, method=ConsentMethod.CONFIRM_BUTTON)
    assert Subscription.objects.get().status == SubscriptionStatus.ACTIVE
    assert suppressions.suppressed([RITA]) == set()


@pytest.mark.parametrize("typed", ["", "rita", "rita@", "a" * 300 + "@example.org", "rita@example.org\r\nBcc: x@y.org"])
def test_what_is_no_address_is_refused(publication: Publication, now: datetime, typed: str) -> None:
    with pytest.raises(BadInput):
        join(publication, now, typed)


def test_what_nobody_confirms_is_erased_after_seven_days(publication: Publication, now: datetime) -> None:
    join(publication, now)
    join(publication, now, "ada@example.org")
    kept = subscribe(publication, email="kept@example.org", first_name="", source="form", now=now, confirmed=True)
    join(publication, now, "kept@example.org")
    assert erase_unconfirmed(now=now + timedelta(days=6, hours=23)) == 0
    assert erase_unconfirmed(now=now + timedelta(days=7, minutes=1)) == 2
    assert list(Subscriber.objects.values_list("email", flat=True)) == ["kept@example.org"]
    assert list(Subscription.objects.all()) == [kept]
    assert acts() == [("given", "desk")]
    assert not Confirmation.objects.exists()
    assert SignUpCount.objects.count() == 3  # only hashes, so that the limit of thirty days holds


def test_a_reader_of_another_publication_stays(publication: Publication, now: datetime) -> None:
    subscribe(make.publication(), email=RITA, first_name="", source="form", now=now, confirmed=True)
    join(publication, now)
    erase_unconfirmed(now=now + timedelta(days=8))
    assert Subscriber.objects.get().subscriptions.get().status == SubscriptionStatus.ACTIVE
    assert acts() == [("given", "desk")]


def test_who_left_and_did_not_return_stays_unsubscribed(publication: Publication, now: datetime) -> None:
    active = subscribe(publication, email=RITA, first_name="", source="form", now=now, confirmed=True)
    subscriptions.unsubscribe(subscriber_id=active.subscriber_id, publication_id=publication.pk, by="page", now=now)
    join(publication, now)
    assert erase_unconfirmed(now=now + timedelta(days=8)) == 0
    assert Subscription.objects.get().status == SubscriptionStatus.UNSUBSCRIBED
    assert not Confirmation.objects.exists()


def test_who_was_imported_as_unconfirmed_stays_when_somebody_types_the_address(
    publication: Publication, now: datetime
) -> None:
    import_subscribers(publication, ["email,status\n", f"{RITA},pending\n"], source="the old system", now=now)
    join(publication, now)
    assert erase_unconfirmed(now=now + timedelta(days=8)) == 0
    kept = Subscription.objects.get(subscriber__email=RITA)
    assert (kept.status, kept.consent_source) == (SubscriptionStatus.PENDING, "the old system")
    assert not Confirmation.objects.exists()
