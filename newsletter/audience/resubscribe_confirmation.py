"""Resubscribe an unsubscribed reader after they open a link that was sent to their mailbox.

An old link may be in the hands of others, through a forwarded email. A link can therefore only request the
confirmation; the mailbox must confirm. The row orders the email, and `delivery/recipients/confirmation_emails.py` sends
it.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from newsletter.audience import suppressions
from newsletter.audience.models import Confirmation, Subscription, SubscriptionStatus
from newsletter.audience.subscribe import subscribe
from newsletter.lib.errors import BadToken, InvalidState
from newsletter.lib.signed_tokens import TokenSigner

VALID = timedelta(days=3)
MIN_EMAIL_INTERVAL = timedelta(hours=6)  # strangers can request it too
MIN_RETRY_INTERVAL = timedelta(minutes=10)  # after an email that could not be sent
SOURCE = "confirmed by email after unsubscribing"


class ConfirmationRequest(NamedTuple):
    """The subscription that a token belongs to, and when it was requested."""

    subscriber_id: int
    publication_id: int
    at: datetime


@lru_cache(maxsize=1)
def _signer() -> TokenSigner:
    return TokenSigner([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS], purpose="confirm", count=3)


def request_confirmation(subscription: Subscription, *, now: datetime) -> Confirmation:
    """Order the email that confirms this subscription, at most one in six hours. Return the order.

    Raises `InvalidState` if the subscription needs no confirmation, or the address must not be mailed.
    """
    if subscription.status not in (SubscriptionStatus.UNSUBSCRIBED, SubscriptionStatus.PENDING):
        raise InvalidState("This subscription has not ended, so there is nothing to confirm.")
    if barrier := suppressions.suppression_notice(subscription.subscriber.email):
        raise InvalidState(barrier)
    asked_at = now.replace(microsecond=0)  # the token has whole seconds
    with transaction.atomic():
        order, made = Confirmation.objects.get_or_create(subscription=subscription, defaults={"asked_at": asked_at})
        if not made and order.asked_at <= now - (MIN_RETRY_INTERVAL if order.problem else MIN_EMAIL_INTERVAL):
            again = {"asked_at": asked_at, "sent_at": None, "tries": 0, "try_at": None, "problem": ""}
            Confirmation.objects.filter(pk=order.pk, asked_at=order.asked_at).update(**again)
            order.refresh_from_db()
    return order


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


def confirm(request: ConfirmationRequest, *, now: datetime) -> Subscription:
    """Activate the subscription, because the mailbox confirmed it.

    Raises `BadToken` if the token was used, has expired or was replaced by a newer one, and `InvalidState` if the
    address must not be mailed.
    """
    with transaction.atomic():
        order = _orders(request).select_related("subscription__publication", "subscription__subscriber").first()
        if order is None or now - request.at > VALID:
            raise BadToken("This link was already used or has expired.")
        subscription = order.subscription
        if barrier := suppressions.suppression_notice(subscription.subscriber.email):
            raise InvalidState(barrier)
        order.delete()
        return subscribe(
            subscription.publication,
            email=subscription.subscriber.email,
            first_name="",
            source=SOURCE,
            now=now,
            confirmed=True,
        )


def _orders(request: ConfirmationRequest) -> QuerySet[Confirmation]:
    return Confirmation.objects.filter(
        subscription__subscriber=request.subscriber_id,
        subscription__publication=request.publication_id,
        asked_at=request.at,
    )
