"""Undo an unsubscription directly after it was made.

The token appears only on the page that confirms the unsubscription, so an old link or a forwarded email cannot
resubscribe a reader. Later, a confirmation is needed (subscription_confirmation.py).
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db import transaction

from newsletter.audience import consent_events
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.models import ConsentAct, ConsentMethod, Subscription, SubscriptionStatus
from newsletter.lib.errors import InvalidState
from newsletter.lib.signed_tokens import TokenSigner

WINDOW = timedelta(minutes=30)
STATUSES = (
    SubscriptionStatus.PENDING,
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.PAUSED,
)  # tokens contain the index, so the order must not change
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1)
def _signer() -> TokenSigner:
    return TokenSigner([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS], purpose="undo", count=4)


def create_token(before: Subscription | None, left: Subscription) -> str:
    """Return the token that undoes this unsubscription; empty if there is nothing to restore.

    `before` is the subscription before it became `left`.
    """
    if before is None or left.unsubscribed_at is None or before.status not in STATUSES or left.pk is None:
        return ""
    until = before.paused_until.toordinal() if before.paused_until else 0
    return _signer().sign(
        left.pk, _microseconds(left.unsubscribed_at), STATUSES.index(SubscriptionStatus(before.status)), until
    )


def undo(token: str, *, subscriber_id: int, publication_id: int, now: datetime) -> Subscription:
    """Restore the subscription. Raises `BadToken`, or `InvalidState` if it is too late or the subscription changed."""
    pk, unsubscribed_at, status, until = _signer().read(token)
    at = EPOCH + timedelta(microseconds=unsubscribed_at)
    rows = Subscription.objects.filter(pk=pk, subscriber=subscriber_id, publication=publication_id)
    restored = {"status": STATUSES[status], "paused_until": date.fromordinal(until) if until else None}
    with transaction.atomic():
        if now - at > WINDOW or not rows.filter(status=SubscriptionStatus.UNSUBSCRIBED, unsubscribed_at=at).update(
            **restored, unsubscribed_at=None, unsubscribed_via="", unsubscribed_from_edition=None
        ):
            raise InvalidState("It is too late to undo this. You can subscribe again below.")
        who = {"subscriber_id": subscriber_id, "publication_id": publication_id}
        consent_events.record(ConsentAct.RESTORED, ConsentEvidence(ConsentMethod.PAGE, "undo"), **who, at=now)
    return rows.get()


def _microseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)
