"""`POST /webhooks/sendgrid`: is the post really SendGrid's? Then it is kept and answered; understanding comes later.

There is no way in without a signature, not even for the postbox: it signs as SendGrid does.
"""

from datetime import timedelta
from functools import lru_cache

import structlog
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from newsletter.insights import refused_posts, webhook_inbox
from newsletter.insights.refused_posts import Reason
from newsletter.lib import clock
from newsletter.mail.sendgrid import event_webhook

OLDEST = timedelta(days=2)  # SendGrid repeats a post for a day; what is older is replayed, or our clock is wrong
LARGEST = 2_000_000  # bytes; SendGrid posts at 768 KB, and Django itself refuses more than 2.5 MB
log = structlog.get_logger()


@csrf_exempt
@require_POST
def sendgrid(request: HttpRequest) -> HttpResponse:
    """204 when kept, 403 when not signed by one of our keys or too long ago, 411 and 413 for its size, 503 when it
    cannot be kept now.

    SendGrid repeats for a day whatever was not answered with 2xx, so nothing is lost by a refusal
    that is mended within that time, such as a key that was not set yet.
    """
    now, signature = clock.now(), request.headers.get(event_webhook.SIGNATURE, "")
    keys = _keys(tuple(settings.SENDGRID_WEBHOOK_KEYS))
    if not keys:
        log.error("webhook.no_key", hint="Set SENDGRID_WEBHOOK_KEY to the verification key that SendGrid shows.")
        refused_posts.remember(Reason.NO_KEY, now=now)
        return _answer(503, "no key is set to check signatures with")
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdigit():
        return _answer(411, "the length of the body must be said")
    if int(length) > LARGEST:
        log.error("webhook.too_large", bytes=int(length))
        return _answer(413, f"at most {LARGEST} bytes")
    body = request.body
    stamp = request.headers.get(event_webhook.TIMESTAMP, "")
    if not event_webhook.is_signed(body, signature=signature, timestamp=stamp, keys=keys):
        log.warning("webhook.not_signed", bytes=len(body), has_signature=bool(signature))
        if signature and event_webhook.parse_timestamp(stamp):  # what has neither is not the provider's
            refused_posts.remember(Reason.SIGNATURE, now=now)
        return _answer(403, "the signature is missing or wrong")
    signed_at = event_webhook.parse_timestamp(stamp)
    if signed_at is None or abs(now - signed_at) > OLDEST:
        log.warning("webhook.too_old", stamp=stamp)
        refused_posts.remember(Reason.AGE, now=now)
        return _answer(403, "it was signed more than two days ago, or our clock is wrong")
    try:
        webhook_inbox.store(body, stamp=stamp, now=now)
    except DatabaseError as error:
        log.error("webhook.not_kept", problem=type(error).__name__)
        return _answer(503, "it cannot be kept at the moment")
    return HttpResponse(status=204)


@lru_cache(maxsize=4)
def _keys(texts: tuple[str, ...]) -> list[EllipticCurvePublicKey]:
    """Read once; `settings.py` has checked them."""
    return [event_webhook.read_key(text) for text in texts]


def _answer(status: int, words: str) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")
