"""No request is larger than we have room for. Stands before whatever reads bodies, which Django does before sign-in.

A body waits in /tmp while it is read, and docker-compose.yml gives that 256 MB: enough for each of a container's
eight threads to hold one.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponseBase

from newsletter.web.shared import error_pages

LARGEST = 25_000_000  # bytes: a picture or a file of gifts, which say themselves that they end at 20 MB
ANY_BODY = "/u/"  # unsubscribing by one click: whatever body a mailbox provider sends along means the same
MAX_DISCARDED, MAX_DISCARDING = 100_000_000, 10.0  # bytes, seconds
PIECE = 65536  # bytes


class SizeMiddleware:
    """413 for a body that is too large, 411 for one that does not say how large it is. Neither is kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or ""
        answer: HttpResponseBase
        if request.path_info.startswith(ANY_BODY):
            answer = self.get_response(request)
        elif not length and request.META.get("HTTP_TRANSFER_ENCODING"):
            answer = error_pages.no_length(request)
        elif length.isdecimal() and int(length) > LARGEST:
            answer = error_pages.too_large(request)
        else:
            return self.get_response(request)
        _discard(request, length)
        return answer


def _discard(request: HttpRequest, length: str) -> None:
    """Read what nobody wants, within bounds: a connection closed on unread bytes is reset, and its answer lost with it.

    Without a length only where the server says that it ends the body by itself; elsewhere reading would not end.
    """
    left = int(length) if length.isdecimal() else MAX_DISCARDED
    if left > MAX_DISCARDED or not (length.isdecimal() or request.META.get("wsgi.input_terminated")):
        return
    until = time.monotonic() + MAX_DISCARDING
    with suppress(Exception):  # a body that breaks off, or in no known form, changes nothing about the answer
        while left > 0 and time.monotonic() < until and (got := request.META["wsgi.input"].read(min(PIECE, left))):
            left -= len(got)
