"""Taking an unsubscription back right after it was made, by whoever made it.

The token is shown on the page that answers the unsubscription and nowhere else, so an old link, or a forwarded
email, does not bring a reader back. What comes later needs a confirmation (return_confirmation.py).
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from django.conf import settings

from newsletter.audience.models import Subscription, SubscriptionStatus
from newsletter.lib.errors import InvalidState
from newsletter.lib.signed_tokens import Signer

WINDOW = timedelta(minutes=30)
STANDINGS = (
    SubscriptionStatus.PENDING,
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.PAUSED,
)  # their places stand in tokens
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1)
def _signer() -> Signer:
    return Signer([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS], purpose="undo", count=4)


def token(before: Subscription | None, left: Subscription) -> str:
    """What takes this unsubscription back; empty when there is nothing to go back to.

    `before` is the subscription as it was when `left` was made of it.
    """
    if before is None or left.unsubscribed_at is None or before.standing not in STANDINGS or left.pk is None:
        return ""
    until = before.paused_until.toordinal() if before.paused_until else 0
    return _signer().sign(
        left.pk, _microseconds(left.unsubscribed_at), STANDINGS.index(SubscriptionStatus(before.standing)), until
    )


def undo(token: str, *, subscriber_id: int, publication_id: int, now: datetime) -> Subscription:
    """The subscription as it was before. `BadToken`; `InvalidState` when too much time or something else has passed."""
    pk, unsubscribed_at, standing, until = _signer().read(token)
    at = EPOCH + timedelta(microseconds=unsubscribed_at)
    rows = Subscription.objects.filter(pk=pk, subscriber=subscriber_id, publication=publication_id)
    restored = {"standing": STANDINGS[standing], "paused_until": date.fromordinal(until) if until else None}
    if now - at > WINDOW or not rows.filter(standing=SubscriptionStatus.UNSUBSCRIBED, unsubscribed_at=at).update(
        **restored, unsubscribed_at=None, unsubscribed_via="", unsubscribed_from_edition=None
    ):
        raise InvalidState("It is too late to undo this. You can subscribe again below.")
    return rows.get()


def _microseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)
