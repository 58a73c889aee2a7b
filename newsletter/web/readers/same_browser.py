"""Recognise the browser that signed up, by a signed first-party cookie that is valid for a day.

Whoever opens a confirmation link in that browser is the person who typed the address and reads its mailbox, so no
second click is needed. Link scanners have no such cookie.
"""

from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from newsletter.audience.address_hashes import hashes
from newsletter.lib.errors import BadToken
from newsletter.lib.signed_tokens import TokenSigner

VALID = timedelta(hours=24)
PATH = "/c/"  # sent with confirmation links only


@lru_cache(maxsize=1)
def _signer() -> TokenSigner:
    return TokenSigner([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS], purpose="same browser", count=3)


def remember(response: HttpResponse, *, publication_id: int, address: str, now: datetime) -> None:
    """Set the cookie. It holds a keyed hash of the normalised address, and never says whether it is known here."""
    response.set_cookie(
        _name(publication_id),
        _signer().sign(publication_id, _numbers(address)[0], int(now.timestamp())),
        max_age=VALID,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def is_same(request: HttpRequest, *, publication_id: int, address: str, now: datetime) -> bool:
    """Return True if this browser signed up with this address for this publication in the last day."""
    try:
        publication, number, at = _signer().read(request.COOKIES.get(_name(publication_id), ""))
    except BadToken:
        return False
    fresh = 0 <= now.timestamp() - at <= VALID.total_seconds()
    return fresh and publication == publication_id and number in _numbers(address)


def _name(publication_id: int) -> str:
    return f"joined-{publication_id}"


def _numbers(address: str) -> list[int]:
    """Return 60 bits of each hash under which an address may be stored."""
    return [int(digest[:15], 16) for digest in hashes(f"browser {address}")]
