"""Limits on failed sign-ins by address, network, account and browser. Over a limit, even the right password waits.

A stranger must not lock users out by guessing. Attempts on an account are therefore counted per network; the limit for
an account across all networks is high and does not apply to known browsers, which have their own limit. Codes of a
second factor are counted in the same way; a browser is known for them once it has passed the second step.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import RateLimitUsage
from django.http import HttpRequest

from newsletter.accounts.models import User
from newsletter.web.shared import client_address
from newsletter.web.site.sign_in import known_browsers

# failed attempts per period, in django-allauth's notation
RATES = {
    "known-browser": "8/15m/key,40/d/key",
    "address": "20/15m/key",
    "network": "60/15m/key",
    "account-in-network": "8/15m/key,40/d/key",
    "account": "60/h/key",
    "old-password": "8/15m/key,40/d/key",  # by session: a stolen one keeps its owner out of no other
    # codes of a second factor: whoever tries has the password. A browser that passed the second step counts alone.
    "code-known-browser": "8/15m/key,40/d/key",
    "code-in-network": "8/15m/key,20/d/key",
    "code": "40/d/key",  # of one account, in all other browsers
    "wrong-codes": "5/d/key",  # more of them are reported to the owner of the account
    "wrong-codes-note": "1/d/key",
    # a passkey cannot be guessed: these bound the work, and right ones do not count
    "passkey-question": "300/m/key",
    "passkey-address": "20/15m/key",
    "passkey-network": "60/15m/key",
    "reset-address": "10/h/key",  # requests of a link to a new password
    "reset-network": "30/h/key",
    "reset-account": "3/h/key",
    "refusal": "1/15m/key",  # audit records of rejected attempts
}


class SignInAttempt(NamedTuple):
    """A sign-in attempt. `browser` is empty unless it is known to the account."""

    email: str
    address: str
    network: str
    browser: str

    def counts(self) -> Iterator[tuple[str, str]]:
        """Yield the applicable limits and their keys, the widest last: a rejected attempt does not count there."""
        if self.browser:
            yield "known-browser", self.browser
            return
        yield "address", self.address
        yield "network", self.network
        yield "account-in-network", f"{self.network} {self.email}"
        yield "account", self.email


def attempt_of(request: HttpRequest, email: str) -> SignInAttempt:
    """Return the sign-in attempt that a request makes."""
    address = client_address.address(request)
    return SignInAttempt(email, address, client_address.network(address), known_browsers.browser_of(request, email))


def count(request: HttpRequest, attempt: SignInAttempt) -> RateLimitUsage | None:
    """Count an attempt before it is made, so that parallel attempts find no gap. Return None if a limit is reached.

    Call `rollback` on the result after a correct password: it removes this attempt and nothing else.
    """
    return _consume_all(request, attempt.counts())


def count_old_password(request: HttpRequest, user_id: int) -> RateLimitUsage | None:
    """Count an attempt at the current password in an open session."""
    return _consume(request, "old-password", f"{user_id} {request.session.session_key}")


def count_code(request: HttpRequest, user: User) -> RateLimitUsage | None:
    """Count an attempt at a code. Return None if a limit is reached."""
    if browser := known_browsers.browser_with_second_factor(request, user.email):
        return _consume(request, "code-known-browser", browser)
    network = client_address.network(client_address.address(request))
    return _consume_all(request, [("code-in-network", f"{network} {user.pk}"), ("code", str(user.pk))])


def informs_owner(request: HttpRequest, user_id: int) -> bool:
    """Count a wrong or refused code. Return True for the sixth of a day, and for no other of that day."""
    if _consume(request, "wrong-codes", str(user_id)) is not None:
        return False
    return _consume(request, "wrong-codes-note", str(user_id)) is not None


def admit_passkey_question(request: HttpRequest) -> bool:
    """Count a request of a question for passkeys: each stores a session. Return False if a limit is reached."""
    return _consume(request, "passkey-question", client_address.address(request)) is not None


def count_passkey(request: HttpRequest) -> RateLimitUsage | None:
    """Count an answer with a passkey. Return None if a limit is reached; `rollback` takes a right one back."""
    address = client_address.address(request)
    return _consume_all(request, [("passkey-address", address), ("passkey-network", client_address.network(address))])


def admit_reset(request: HttpRequest, email: str) -> tuple[bool, bool]:
    """Count a request of a link to a new password. Return whether it is answered, and whether it orders an email.

    One address may have three an hour; further requests are answered alike, so that nobody is flooded and nobody learns
    anything.
    """
    address = client_address.address(request)
    if not _consume(request, "reset-address", address):
        return False, False
    if not _consume(request, "reset-network", client_address.network(address)):
        return False, False
    return True, _consume(request, "reset-account", email) is not None


def is_first_refusal(request: HttpRequest, key: str) -> bool:
    """Return True once per period for `key`, so that a stranger cannot flood the audit trail."""
    return _consume(request, "refusal", key) is not None


def _consume(request: HttpRequest, limit: str, key: str) -> RateLimitUsage | None:
    return ratelimit.consume(request, app="newsletter", action=limit, config=RATES, key=key)


def _consume_all(request: HttpRequest, counts: Iterable[tuple[str, str]]) -> RateLimitUsage | None:
    usage = RateLimitUsage(usage=[])
    for limit, key in counts:
        used = _consume(request, limit, key)
        if used is None:
            return None
        usage.usage += used.usage
    return usage
