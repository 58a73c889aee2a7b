"""Middleware that tells the polling of a page how many notices are unread, so that the bell in the bar follows."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from newsletter.accounts.models import User
from newsletter.notices.read_notices import count_unread

HEADER = "X-Unread-Notices"


class UnreadNoticesMiddleware:
    """Adds the count to parts of pages of staff; whole pages contain it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if getattr(request, "shows_bell", False) and isinstance(request.user, User):
            response[HEADER] = str(count_unread(request.user))
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_args: object) -> None:
        """Choose the requests of htmx for a part of a page of staff."""
        is_part = request.method == "GET" and "HX-Request" in request.headers
        request.shows_bell = is_part and getattr(view, "is_for_staff", False)  # type: ignore[attr-defined]
