"""Middleware that tells the audit trail that actions come from a web page, and from which IP address."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from newsletter.audit import audit_trail
from newsletter.audit.acts import Door
from newsletter.web.shared import client_address


class OriginMiddleware:
    """Records the client's address as the origin of all acts of a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with audit_trail.acting_from(Door.PAGE, client_address.address(request)):
            return self.get_response(request)
