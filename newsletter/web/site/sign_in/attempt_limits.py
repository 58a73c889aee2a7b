"""How many wrong passwords are tried: by address, network, account and browser. Beyond that even the right one waits.

A stranger must not keep anybody out by guessing. So the count of an account is kept for each network apart; the count
of an account from everywhere is wide, and does not hold for a known browser, which has a count of its own.
"""

from collections.abc import Iterator
from typing import NamedTuple

from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import RateLimitUsage
from django.http import HttpRequest

from newsletter.web.site.sign_in import client_address
from newsletter.web.site.sign_in.known_browsers import browser_of

# wrong passwords in so long: django-allauth's notation
RATES = {
    "known-browser": "8/15m/key,40/d/key",
    "address": "20/15m/key",
    "network": "60/15m/key",
    "account-in-network": "8/15m/key,40/d/key",
    "account": "60/h/key",
    "old-password": "8/15m/key,40/d/key",
    "refusal": "1/15m/key",  # records of refused attempts
}


class Attempt(NamedTuple):
    """A sign-in that is about to be tried. `browser` is empty unless it is known to the account."""

    email: str
    address: str
    network: str
    browser: str

    def counts(self) -> Iterator[tuple[str, str]]:
        """Under which limits it falls, and what is counted there. The widest last: a refused attempt is not in it."""
        if self.browser:
            yield "known-browser", self.browser
            return
        yield "address", self.address
        yield "network", self.network
        yield "account-in-network", f"{self.network} {self.email}"
        yield "account", self.email


def attempt_of(request: HttpRequest, email: str) -> Attempt:
    address = client_address.address(request)
    return Attempt(email, address, client_address.network(address), browser_of(request, email))


def count(request: HttpRequest, attempt: Attempt) -> RateLimitUsage | None:
    """Count an attempt before it is tried, so that many at once find no gap; None when no more is tried.

    `rollback` on what is returned takes it back: the password was right. Nothing else is forgotten with it.
    """
    usage = RateLimitUsage(usage=[])
    for limit, key in attempt.counts():
        used = _consume(request, limit, key)
        if used is None:
            return None
        usage.usage += used.usage
    return usage


def count_old_password(request: HttpRequest, user_id: int) -> RateLimitUsage | None:
    """The same for the old password on the password page, by the person whose session it is."""
    return _consume(request, "old-password", str(user_id))


def is_first_refusal(request: HttpRequest, key: str) -> bool:
    """True once for `key` while a limit holds: a stranger cannot fill the audit trail."""
    return _consume(request, "refusal", key) is not None


def _consume(request: HttpRequest, limit: str, key: str) -> RateLimitUsage | None:
    return ratelimit.consume(request, app="newsletter", action=limit, config=RATES, key=key)
