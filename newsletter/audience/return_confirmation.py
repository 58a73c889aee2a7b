"""Coming back: somebody who left is subscribed again when they open a link that was sent to their mailbox.

Anybody may hold an old link of theirs, from an email that was forwarded. So a link alone asks; the mailbox answers.
The row is the order: `delivery/confirmation_mail.py` sends it.
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
from newsletter.lib.signed_tokens import Signer

VALID = timedelta(days=3)
ONE_EMAIL_IN = timedelta(hours=6)  # strangers may ask as well
ONE_TRY_IN = timedelta(minutes=10)  # after one that could not be sent
SOURCE = "confirmed by email after unsubscribing"


class Asked(NamedTuple):
    """Who a token was sent to, and when it was asked for."""

    subscriber_id: int
    publication_id: int
    at: datetime


@lru_cache(maxsize=1)
def _signer() -> Signer:
    return Signer([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS], purpose="confirm", count=3)


def ask(subscription: Subscription, *, now: datetime) -> Confirmation:
    """Order the email that confirms this subscription, at most one in six hours; the order.

    `InvalidState` when the subscription needs none, or the address must not be mailed.
    """
    if subscription.standing not in (SubscriptionStatus.UNSUBSCRIBED, SubscriptionStatus.PENDING):
        raise InvalidState("This subscription is not ended, so there is nothing to confirm.")
    if barrier := suppressions.barrier(subscription.subscriber.email):
        raise InvalidState(barrier)
    asked_at = now.replace(microsecond=0)  # as the token tells it
    with transaction.atomic():
        order, made = Confirmation.objects.get_or_create(subscription=subscription, defaults={"asked_at": asked_at})
        if not made and order.asked_at <= now - (ONE_TRY_IN if order.problem else ONE_EMAIL_IN):
            again = {"asked_at": asked_at, "sent_at": None, "tries": 0, "try_at": None, "problem": ""}
            Confirmation.objects.filter(pk=order.pk, asked_at=order.asked_at).update(**again)
            order.refresh_from_db()
    return order


def token(order: Confirmation) -> str:
    """What stands in the link of the email."""
    subscription = order.subscription
    return _signer().sign(subscription.subscriber_id, subscription.publication_id, int(order.asked_at.timestamp()))


def read(token: str) -> Asked:
    """Who `token` was sent to; raises `BadToken`."""
    subscriber, publication, at = _signer().read(token)
    return Asked(subscriber, publication, datetime.fromtimestamp(at, UTC))


def waits(asked: Asked, *, now: datetime) -> bool:
    """True when this token was not used yet, and is not too old."""
    return now - asked.at <= VALID and _orders(asked).exists()


def confirm(asked: Asked, *, now: datetime) -> Subscription:
    """Active from now: the mailbox answered.

    `BadToken` when the token was used, is too old, or a newer one was sent; `InvalidState` for an address that must
    not be mailed.
    """
    with transaction.atomic():
        order = _orders(asked).select_related("subscription__publication", "subscription__subscriber").first()
        if order is None or now - asked.at > VALID:
            raise BadToken("This link was used already, or is too old.")
        subscription = order.subscription
        if barrier := suppressions.barrier(subscription.subscriber.email):
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


def _orders(asked: Asked) -> QuerySet[Confirmation]:
    return Confirmation.objects.filter(
        subscription__subscriber=asked.subscriber_id,
        subscription__publication=asked.publication_id,
        asked_at=asked.at,
    )
