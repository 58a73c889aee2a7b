"""`/metrics` for Prometheus: with the token of METRICS_TOKEN, or without one for programs on this machine."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from newsletter.lib import clock
from newsletter.ops.metrics.metrics_text import CONTENT_TYPE, metrics_text

LOOPBACK = ("127.0.0.1", "::1", "")  # empty: a socket file
PROXY_HEADERS = ("X-Forwarded-For", "Forwarded", "Via")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all metrics, or 403."""
    if not _is_permitted(request):
        text = "Send the token of METRICS_TOKEN as a bearer token.\n"
        return HttpResponse(text, status=403, content_type="text/plain; charset=utf-8")
    return HttpResponse(metrics_text(now=clock.now()), content_type=CONTENT_TYPE)


def _is_permitted(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        sent = request.headers.get("Authorization", "").encode()
        return hmac.compare_digest(sent, f"Bearer {settings.METRICS_TOKEN}".encode())
    # a proxy on this machine also connects from loopback
    is_proxied = any(name in request.headers for name in PROXY_HEADERS)
    return request.META.get("REMOTE_ADDR", "") in LOOPBACK and not is_proxied
