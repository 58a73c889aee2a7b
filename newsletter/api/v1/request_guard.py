"""What all answers of the API have in common: the origin of acts, headers, and problems in place of error pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.http import HttpRequest, UnreadablePostError
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from newsletter.api.v1 import problems
from newsletter.api.v1.problems import ApiError
from newsletter.api_tokens.check_token import RequestQuota
from newsletter.audit import audit_trail
from newsletter.audit.acts import Door
from newsletter.lib import clock
from newsletter.ops.failures.record_failure import record_failure

API = "/api/v1/"
View = Callable[..., HttpResponseBase]
log = structlog.get_logger()


class ProblemMiddleware:
    """Puts problems in place of error pages, also of those for requests that reach no view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        found = self.get_response(request)
        is_page = found.status_code >= 400 and found.headers.get("Content-Type") != problems.CONTENT_TYPE
        return problems.of_page(found) if is_page and request.path_info.startswith(API) else found


def guarded(view: View) -> View:
    """Return the view of an address of the API. Acts in it come from the API, from the client's network address."""

    @csrf_exempt  # it knows no cookies
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with audit_trail.acting_from(Door.API, audit_trail.place()):
            return with_headers(request, _answer(view, request, *args, **kwargs))

    return answer


def with_headers(request: HttpRequest, found: HttpResponseBase) -> HttpResponseBase:
    """Add the limit of the token, and whether the answer is that of an earlier request."""
    quota: RequestQuota | None = getattr(request, "quota", None)
    if quota:
        found["RateLimit-Limit"], found["RateLimit-Remaining"] = str(quota.limit), str(quota.left)
        found["RateLimit-Reset"] = str(quota.seconds)
        if not quota.is_admitted:
            found["Retry-After"] = str(quota.seconds)
    if getattr(request, "is_repeat", False):
        found["Idempotent-Replayed"] = "true"
    return found


def _answer(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    try:
        return view(request, *args, **kwargs)
    except UnreadablePostError:
        return problems.response(ApiError("bad-request", "The body did not arrive completely."))
    except Exception as error:
        name = request.resolver_match.view_name if request.resolver_match else "unknown"
        log.exception("api.failed", operation=name)
        record_failure(error, source="page", name=name, now=clock.now())
        return problems.response(ApiError("failed", "The error is recorded for the people who run this service."))
