"""Browsers in which a user has signed in before, recognised by a cookie.

Guesses from elsewhere can use up the limit of an account. Its user can still sign in from a known browser, whose
attempts are counted separately (OWASP, “Slow Down Online Guessing Attacks with Device Cookies”).
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

MAX_AGE = 180 * 24 * 3600  # seconds
SECOND_STEP = ".2"  # after the id of a browser in which the second step was passed


def browser_of(request: HttpRequest, email: str) -> str:
    """Return this browser's id for the account; empty if nobody has signed in to it here."""
    return _read(request, email).removesuffix(SECOND_STEP)


def browser_with_second_factor(request: HttpRequest, email: str) -> str:
    """Return this browser's id for the account if somebody has passed its second step here; else empty.

    A new password behind a link makes no such browser: whoever reads the mailbox could make many.
    """
    written = _read(request, email)
    return written.removesuffix(SECOND_STEP) if written.endswith(SECOND_STEP) else ""


def remember(response: HttpResponse, request: HttpRequest, email: str, *, second_step: bool = False) -> None:
    """Set the cookie. A known browser keeps its id, and with it its attempt counts."""
    number = browser_of(request, email) or secrets.token_urlsafe(16)
    passed = second_step or bool(browser_with_second_factor(request, email))
    response.set_cookie(
        _cookie(email),
        _signer(email).sign(number + SECOND_STEP if passed else number),
        max_age=MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest, email: str) -> str:
    written = request.COOKIES.get(_cookie(email), "")
    try:
        return _signer(email).unsign(written, max_age=MAX_AGE)
    except signing.BadSignature:
        return ""


def _cookie(email: str) -> str:
    """Return a cookie name per account, so that users can share a browser; it does not reveal the address."""
    return "known-" + salted_hmac("newsletter.known-browser", email).hexdigest()[:16]


def _signer(email: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"newsletter.known-browser {email}")
