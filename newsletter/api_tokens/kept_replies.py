"""Keep the replies to requests with an idempotency key, so that a repeated request does nothing twice.

The claim is committed before the act. The act and its reply are one transaction, which names the claim: a request that
was taken for lost and is answered late changes nothing.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from newsletter.api_tokens.models import ApiReply, ApiToken
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState

KEPT = timedelta(hours=24)
LEASE = timedelta(minutes=1)  # after which a request that was never answered may be repeated
MAX_KEY_CHARS = 64
DELETED_AT_ONCE = 5_000


class RequestInProgress(InvalidState):
    """The same request is being answered at this moment."""


class KeptReply(NamedTuple):
    """A status and a body, and whether they are those of an earlier request."""

    status: int
    body: Any
    is_repeat: bool


def reply_once(
    token: ApiToken, key: str, request: bytes, act: Callable[[], tuple[int, Any]], *, now: datetime
) -> KeptReply:
    """Return what `act` returns, or what it returned to the same `request` with this key in the last 24 hours.

    `act` returns a status and a JSON value that names no reader. What raises is not kept. Raises `BadInput` if the key
    was used for another request, and `RequestInProgress`.
    """
    if not (0 < len(key) <= MAX_KEY_CHARS and key.isascii() and key.isprintable()):
        raise BadInput(
            "Idempotency-Key", "is not valid.", f"Send 1 to {MAX_KEY_CHARS} printable ASCII characters, such as a UUID."
        )
    claimed = _claim(token, key, _hash(request), now=now)
    if claimed.status is not None:
        return KeptReply(claimed.status, claimed.body, True)
    own = ApiReply.objects.filter(pk=claimed.pk, claims=claimed.claims, status=None)
    try:
        with transaction.atomic():
            status, body = act()
            if not own.update(status=status, body=body):
                raise RequestInProgress("This request took too long and was sent again meanwhile.")
    except BaseException:
        own.delete()
        raise
    return KeptReply(status, body, False)


def delete_old(*, now: datetime) -> None:
    """Delete replies that are no longer repeated."""
    found = ApiReply.objects.filter(created_at__lt=now - KEPT).order_by("created_at").values_list("pk", flat=True)
    ApiReply.objects.filter(pk__in=list(found[:DELETED_AT_ONCE])).delete()


def _claim(token: ApiToken, key: str, request_hash: str, *, now: datetime) -> ApiReply:
    """Return the row of this key: a new claim, or the reply."""
    until = clock.now() + LEASE
    ApiReply.objects.filter(token=token, key=key, created_at__lt=now - KEPT).delete()
    try:
        with transaction.atomic():
            return ApiReply.objects.create(
                token=token, key=key, request_hash=request_hash, claimed_until=until, created_at=now
            )
    except IntegrityError:
        found = ApiReply.objects.filter(token=token, key=key).first()
    if found is None:  # it failed at this moment
        raise RequestInProgress("The same request has just failed. Send it again.")
    if found.request_hash != request_hash:
        raise BadInput(
            "Idempotency-Key",
            "was used for another request.",
            "Use a new key for each request, and again for its repeats.",
        )
    if found.status is None:
        free = ApiReply.objects.filter(pk=found.pk, claims=found.claims, status=None, claimed_until__lte=clock.now())
        if not free.update(claims=F("claims") + 1, claimed_until=until):
            raise RequestInProgress("The same request is being answered at this moment.")
        found.claims += 1
    return found


def _hash(request: bytes) -> str:
    key = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    return hashlib.blake2b(request, digest_size=32, key=key, person=b"API request").hexdigest()
