"""Browsers in which somebody has signed in before, known by a cookie.

Guesses from elsewhere may use up what an account allows. Its people still get in from their own browsers, whose
attempts are counted by themselves (the device cookies of OWASP, “Slow Down Online Guessing Attacks”).
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

MAX_AGE = 180 * 24 * 3600  # seconds


def browser_of(request: HttpRequest, email: str) -> str:
    """The name that this browser has for this account; empty when nobody signed in to it here."""
    written = request.COOKIES.get(_cookie(email), "")
    try:
        return _signer(email).unsign(written, max_age=MAX_AGE)
    except signing.BadSignature:
        return ""


def remember(response: HttpResponse, request: HttpRequest, email: str) -> None:
    """Know this browser from now on. It keeps its name, and with it what was counted."""
    response.set_cookie(
        _cookie(email),
        _signer(email).sign(browser_of(request, email) or secrets.token_urlsafe(16)),
        max_age=MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _cookie(email: str) -> str:
    """A name for each account, so that several people may share a browser; it tells nobody the address."""
    return "known-" + salted_hmac("newsletter.known-browser", email).hexdigest()[:16]


def _signer(email: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"newsletter.known-browser {email}")
