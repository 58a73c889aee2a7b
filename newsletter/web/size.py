"""No request is larger than we have room for. Stands before whatever reads bodies, which Django does before sign-in.

A body waits in /tmp while it is read, and docker-compose.yml gives that 256 MB: enough for each of a container's
eight threads to hold one.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from newsletter.web import problems

LARGEST = 25_000_000  # bytes: a picture or a file of gifts, which say themselves that they end at 20 MB


class SizeMiddleware:
    """413 for a body that is too large, 411 for one that does not say how large it is. Neither is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or ""
        if not length and request.META.get("HTTP_TRANSFER_ENCODING"):
            return problems.no_length(request)
        if length.isdecimal() and int(length) > LARGEST:
            return problems.too_large(request)
        return self.get_response(request)
