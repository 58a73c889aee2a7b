"""`/healthz` and `/readyz` for load balancers, containers and supervisors."""

import time

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from newsletter.ops.readiness import Readiness, check_readiness

KEPT_SECONDS = 1.0  # anybody may ask, and each check opens connections
_last: tuple[float, Readiness] | None = None


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 if the web server works, whatever the state of the database."""
    return _text("ok\n", 200)


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 if requests can be served, otherwise 503: the database answers and has the tables of this release.

    The broker is named and does not count: readers can unsubscribe without it.
    """
    ready = _readiness()
    lines = f"database: {ready.database}\nmigrations: {ready.migrations}\nbroker: {ready.broker}\n"
    return _text(lines, 200 if ready.can_serve else 503)


def _readiness() -> Readiness:
    global _last  # noqa: PLW0603 — one process has one database
    now = time.monotonic()
    if _last is None or now - _last[0] > KEPT_SECONDS:
        _last = (now, check_readiness())
    return _last[1]


def reset() -> None:
    """Forget the last answer, so that the next request asks again."""
    global _last  # noqa: PLW0603 — as above
    _last = None


def _text(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
