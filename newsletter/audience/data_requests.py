"""A reader asks for their data: the mailbox gets a link, because a link of an edition may have been passed on."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db import transaction

from newsletter.audience import suppressions
from newsletter.audience.data_request_models import DataRequest
from newsletter.audience.models import Subscriber
from newsletter.lib.errors import BadToken, InvalidState
from newsletter.lib.signed_tokens import TokenSigner
from newsletter.publications.models import Publication

VALID = timedelta(hours=24)  # of the link; also the time between two emails


@lru_cache(maxsize=1)
def _signer() -> TokenSigner:
    return TokenSigner([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS], purpose="own data", count=2)


def request_data(subscriber: Subscriber, publication: Publication, *, now: datetime) -> DataRequest:
    """Order the email with the link, unless one was ordered in the last day. Return the order.

    Raises `InvalidState` if the address must not be mailed.
    """
    if barrier := suppressions.suppression_notice(subscriber.email):
        raise InvalidState(barrier)
    with transaction.atomic():
        order = DataRequest.objects.select_for_update().filter(subscriber=subscriber).first()
        if order and not order.problem and order.asked_at > now - VALID:
            return order
        values = {"publication": publication, "asked_at": now.replace(microsecond=0), "sent_at": None, "problem": ""}
        order, _ = DataRequest.objects.update_or_create(
            subscriber=subscriber, defaults=values | {"tries": 0, "try_at": None}
        )
        return order


def create_token(order: DataRequest) -> str:
    """Return the token for the link in the email."""
    return _signer().sign(order.subscriber_id, int(order.asked_at.timestamp()))


def open_request(token: str, *, now: datetime) -> DataRequest:
    """Return the request of this token. Raises `BadToken` if it is invalid, replaced or older than a day."""
    subscriber, asked = _signer().read(token)
    at = datetime.fromtimestamp(min(asked, 253_402_300_000), UTC)
    rows = DataRequest.objects.select_related("subscriber", "publication")
    order = rows.filter(subscriber=subscriber, asked_at=at).first()
    if order is None or now - at > VALID:
        raise BadToken("This link was already used or has expired.")
    return order


def delete_expired(*, now: datetime) -> None:
    """Delete requests whose link has expired."""
    DataRequest.objects.filter(asked_at__lt=now - VALID).delete()
