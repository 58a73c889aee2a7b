"""What all answers of the API have in common: their headers, and problems in place of every other error page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from newsletter.api.v1 import problems
from newsletter.api.v1.problems import ApiError
from newsletter.api_tokens.check_token import RequestQuota
from newsletter.audit import audit_trail
from newsletter.audit.acts import Door
from newsletter.lib import clock
from newsletter.ops.failures.record_failure import record_failure

MAX_BODY_BYTES = 1_000_000
View = Callable[..., HttpResponseBase]
KINDS_OF_STATUS = {kind.status: name for name, kind in reversed(problems.KINDS.items())}
log = structlog.get_logger()


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
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
        return problems.response(ApiError("too-large", f"Send at most {MAX_BODY_BYTES:,} bytes."))
    try:
        found = view(request, *args, **kwargs)
    except Exception as error:
        name = request.resolver_match.view_name if request.resolver_match else "unknown"
        log.exception("api.failed", operation=name)
        record_failure(error, source="page", name=name, now=clock.now())
        return problems.response(ApiError("failed", "It is recorded, and no part of the request was done."))
    if found.status_code >= 400 and found.headers.get("Content-Type") != problems.CONTENT_TYPE:
        kind = KINDS_OF_STATUS.get(found.status_code, "failed")
        allowed = found.headers.get("Allow")
        found = problems.response(ApiError(kind, f"Use {allowed}." if allowed else problems.KINDS[kind].title + "."))
        if allowed:
            found["Allow"] = allowed
    return found
