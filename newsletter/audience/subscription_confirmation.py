"""Confirm a subscription by opening a link that was sent to the mailbox: by who signed up, or left and wants to return.

Anybody can type anybody's address, and an old link may be in the hands of others. Both can therefore only request the
confirmation; the mailbox must confirm. The row orders the email, and `delivery/recipients/confirmation_emails.py` sends
it.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from newsletter.audience import consent_events, sign_up_limits, suppressions
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.models import Confirmation, ConsentAct, ConsentMethod, Subscription, SubscriptionStatus
from newsletter.audience.subscribe import subscribe
from newsletter.lib.errors import BadToken, InvalidState
from newsletter.lib.signed_tokens import TokenSigner

VALID = timedelta(days=7)
MIN_RETRY_INTERVAL = timedelta(minutes=10)  # after an email that could not be sent
JOINED, RETURNED = "confirmed by email after signing up", "confirmed by email after unsubscribing"
FROM_PREFERENCES = ConsentEvidence(ConsentMethod.PREFERENCES, "preferences page")


class ConfirmationRequest(NamedTuple):
    """The subscription that a token belongs to, and when it was requested."""

    subscriber_id: int
    publication_id: int
    at: datetime


@lru_cache(maxsize=1)
def _signer() -> TokenSigner:
    return TokenSigner([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS], purpose="confirm", count=3)


def request_return(subscription: Subscription, *, now: datetime) -> Confirmation:
    """Order the email for a reader who wants to return. Return the order, which may be an earlier one.

    Raises `InvalidState` if the subscription needs no confirmation, the address must not be mailed, or it has had as
    many confirmation emails as it may.
    """
    if subscription.status not in (SubscriptionStatus.UNSUBSCRIBED, SubscriptionStatus.PENDING):
        raise InvalidState("This subscription has not ended, so there is nothing to confirm.")
    if barrier := suppressions.barrier_to_confirming(subscription.subscriber.email):
        raise InvalidState(barrier)
    place_order(subscription, FROM_PREFERENCES, now=now)
    order = Confirmation.objects.filter(subscription=subscription, already=False).first()
    if order is None:
        raise InvalidState("We have sent you several confirmation emails already. Contact us, and we will help you.")
    return order


def place_order(subscription: Subscription, evidence: ConsentEvidence, *, now: datetime) -> bool:
    """Order the confirmation email, unless one was ordered recently or the address has had as many as it may.

    Return True if it was ordered. `evidence` becomes part of the consent once it is confirmed.
    """
    with transaction.atomic():
        # one order at a time; the caller's object may be out of date
        status = Subscription.objects.select_for_update().values_list("status", flat=True).get(pk=subscription.pk)
        already = status in (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED)
        order = Confirmation.objects.filter(subscription=subscription, already=already).first()
        interval = timedelta(hours=settings.CONFIRMATION_HOURS)
        if order and order.asked_at > now - (MIN_RETRY_INTERVAL if order.problem else interval):
            return False
        if not sign_up_limits.admit_confirmation(subscription.subscriber.email, now=now):
            return False
        Confirmation.objects.update_or_create(
            subscription=subscription,
            defaults={
                "asked_at": now.replace(microsecond=0),  # the token has whole seconds
                "sent_at": None,
                "tries": 0,
                "try_at": None,
                "problem": "",
                "wording": evidence.wording,
                "form": evidence.form,
                "already": already,
            },
        )
        if not already:
            who = {"subscriber_id": subscription.subscriber_id, "publication_id": subscription.publication_id}
            consent_events.record(ConsentAct.REQUESTED, evidence, **who, at=now)
    return True


def create_token(order: Confirmation) -> str:
    """Return the token for the link in the email."""
    subscription = order.subscription
    return _signer().sign(subscription.subscriber_id, subscription.publication_id, int(order.asked_at.timestamp()))


def parse_token(token: str) -> ConfirmationRequest:
    """Return the request that `token` belongs to; raise `BadToken` if it is invalid."""
    subscriber, publication, at = _signer().read(token)
    return ConfirmationRequest(subscriber, publication, datetime.fromtimestamp(at, UTC))


def is_open(request: ConfirmationRequest, *, now: datetime) -> bool:
    """Return True if this token is unused and not expired."""
    return now - request.at <= VALID and _orders(request).exists()


def is_done(request: ConfirmationRequest, *, now: datetime) -> bool:
    """Return True if this token is not expired and the subscription is active: it was confirmed before."""
    rows = Subscription.objects.filter(subscriber=request.subscriber_id, publication=request.publication_id)
    return now - request.at <= VALID and rows.filter(status=SubscriptionStatus.ACTIVE).exists()


def confirm(request: ConfirmationRequest, *, now: datetime, method: ConsentMethod) -> Subscription:
    """Activate the subscription, because the mailbox confirmed it.

    Raises `BadToken` if the token was used, has expired or was replaced by a newer one, and `InvalidState` if the
    address must not be mailed.
    """
    with transaction.atomic():
        # the subscription is locked before its order, as in `place_order`
        subscription = (
            Subscription.objects.select_for_update(of=("self",))
            .select_related("publication", "subscriber")
            .filter(subscriber=request.subscriber_id, publication=request.publication_id)
            .first()
        )
        order = _orders(request).select_related("wording").first()
        if subscription is None or order is None or now - request.at > VALID:
            raise BadToken("This link was already used or has expired.")
        address = subscription.subscriber.email
        if barrier := suppressions.barrier_to_confirming(address):
            raise InvalidState(barrier)
        order.delete()
        sign_up_limits.forget_address(address)
        return subscribe(
            subscription.publication,
            email=address,
            first_name="",
            source=RETURNED if subscription.status == SubscriptionStatus.UNSUBSCRIBED else JOINED,
            now=now,
            confirmed=True,
            evidence=ConsentEvidence(method, order.form, order.wording),
        )


def _orders(request: ConfirmationRequest) -> QuerySet[Confirmation]:
    return Confirmation.objects.filter(
        subscription__subscriber=request.subscriber_id,
        subscription__publication=request.publication_id,
        asked_at=request.at,
    )
