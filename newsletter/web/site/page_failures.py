"""Record the unexpected errors of pages, for the failures page of ops."""

from collections.abc import Callable

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse

from newsletter.lib import clock
from newsletter.ops.failures.record_failure import record_failure

EXPECTED = (
    Http404,
    PermissionDenied,
    SuspiciousOperation,
    BadRequest,
)  # Django answers them with a status of their own


class FailureMiddleware:
    """Records what a view raises, and changes nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        if not isinstance(error, EXPECTED):
            # the name of the view, because a path may have a reader's token
            name = request.resolver_match.view_name if request.resolver_match else "unknown"
            record_failure(error, source="page", name=name, now=clock.now())
