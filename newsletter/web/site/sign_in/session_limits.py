"""Middleware that ends sessions that are over, and notes when the others are used."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponseBase

from newsletter.accounts import browser_sessions
from newsletter.accounts.models import User
from newsletter.lib import clock
from newsletter.web.shared import client_address


class SessionLimitsMiddleware:
    """Comes after AuthenticationMiddleware in the settings. Refreshes that a page makes by itself are no use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_args: object) -> None:
        """Look at the session for views of staff only: pictures and readers' pages must not depend on a cookie."""
        if not getattr(view, "is_for_staff", False):
            return
        user, now = request.user, clock.now()
        if isinstance(user, User):
            if browser_sessions.is_over(request.session, now=now):
                logout(request)
            elif not (request.method == "GET" and "HX-Request" in request.headers):
                try:
                    browser_sessions.note_use(request.session, user, **origin_of(request), now=now)
                except UpdateError:  # it was ended while the request arrived
                    logout(request)


def origin_of(request: HttpRequest) -> dict[str, str]:
    """Return browser and network of a request, as the list of sessions names them."""
    return {
        "browser": browser_sessions.browser_name(request.headers.get("User-Agent", "")),
        "network": client_address.network(client_address.address(request)),
    }
