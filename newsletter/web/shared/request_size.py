"""Middleware that limits request bodies. Runs before anything reads a body, which Django does before sign-in.

Bodies are buffered in /tmp. docker-compose.yml gives it 256 MB: enough for one body in each of a container's eight
threads.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from newsletter.web.shared import error_pages

MAX_BODY_BYTES = 25_000_000  # pictures and gift files have their own limit of 20 MB
API = "/api/"  # has a lower limit
ANY_BODY = "/u/"  # one-click unsubscribe: any body that a mailbox provider sends means the same
MAX_DISCARDED_BYTES, MAX_DISCARD_SECONDS = 100_000_000, 10.0
CHUNK_BYTES = 65536


class SizeMiddleware:
    """Return 413 for a body that is too large and 411 for one without a length."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or ""
        response: HttpResponseBase
        if request.path_info.startswith(ANY_BODY):
            response = self.get_response(request)
        elif not length and request.META.get("HTTP_TRANSFER_ENCODING"):
            response = error_pages.no_length(request)
        elif length.isdecimal() and int(length) > _limit(request.path_info):
            response = error_pages.too_large(request)
        else:
            return self.get_response(request)
        _discard(request, length)
        return response


def _limit(path: str) -> int:
    return settings.API_MAX_BODY_BYTES if path.startswith(API) else MAX_BODY_BYTES


def _discard(request: HttpRequest, length: str) -> None:
    """Read and discard the body, within limits: closing a connection with unread bytes loses the response.

    A body without a length is read only if the server terminates the input; otherwise reading would not end.
    """
    left = int(length) if length.isdecimal() else MAX_DISCARDED_BYTES
    if left > MAX_DISCARDED_BYTES or not (length.isdecimal() or request.META.get("wsgi.input_terminated")):
        return
    until = time.monotonic() + MAX_DISCARD_SECONDS
    with suppress(Exception):  # a truncated or malformed body does not change the response
        while (
            left > 0 and time.monotonic() < until and (got := request.META["wsgi.input"].read(min(CHUNK_BYTES, left)))
        ):
            left -= len(got)
