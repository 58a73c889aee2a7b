"""Find the token that a request presents, and count the request against its limit."""

import hashlib
import math
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Case, F, Q, Value, When

from newsletter.accounts.second_factors import lacks_second_factor
from newsletter.api_tokens.models import ApiToken
from newsletter.lib.errors import BadToken

MAX_CHARS = 200  # a longer text is no token
MINUTE = timedelta(minutes=1)


class RequestQuota(NamedTuple):
    """How many requests a token may make in a minute, how many are left in this one, and its seconds until the next."""

    limit: int
    left: int
    seconds: int
    is_admitted: bool


def hash_token(text: str) -> str:
    """Return the hash under which the text of a token is stored."""
    return _hashes(text)[0]


def find_token(text: str, *, now: datetime) -> ApiToken:
    """Return the token with this text. Raises `BadToken`, with the reason where the text is that of a token."""
    found = None
    if 0 < len(text) <= MAX_CHARS:
        found = ApiToken.objects.select_related("owner").filter(token_hash__in=_hashes(text)).first()
    if found is None:
        raise BadToken("This token is not known.")
    if found.revoked_at:
        raise BadToken("This token was revoked.")
    if found.expires_at and found.expires_at <= now:
        raise BadToken("This token has expired.")
    if why := found.is_void_because():
        raise BadToken(f"This token is void. {why}")
    if lacks_second_factor(found.owner):
        raise BadToken("This token is void until its owner has a second factor, which their role requires.")
    return found


def count_request(token: ApiToken, *, now: datetime) -> RequestQuota:
    """Count a request in the current minute, and note that the token is used. The limit is exact: one statement."""
    limit = settings.API_REQUESTS_PER_MINUTE
    minute = now.replace(second=0, microsecond=0)
    admitted = ApiToken.objects.filter(~Q(minute=minute) | Q(minute=None) | Q(requests__lt=limit), pk=token.pk).update(
        requests=Case(When(minute=minute, then=F("requests") + 1), default=Value(1)), minute=minute, last_used_at=now
    )
    before = token.requests if token.minute == minute else 0
    seconds = math.ceil((minute + MINUTE - now).total_seconds())
    return RequestQuota(limit, max(0, limit - before - 1) if admitted else 0, seconds, bool(admitted))


def _hashes(text: str) -> list[str]:
    """Return the keyed hashes of a text, that of the current key first."""
    return [
        hashlib.blake2b(
            text.encode(errors="replace"),
            digest_size=32,
            key=hashlib.sha256(key.encode()).digest(),
            person=b"API token",
        ).hexdigest()
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]
