"""`POST /webhooks/sendgrid`: verify the signature, store the post and respond. Processing happens later.

Every post needs a valid signature. The postbox signs its posts as SendGrid does.
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

from newsletter.insights import rejected_posts, webhook_post_queue
from newsletter.insights.rejected_posts import Reason
from newsletter.lib import clock
from newsletter.mail.sendgrid import event_webhook

MAX_AGE = timedelta(days=2)  # SendGrid retries for a day; an older post is a replay, or our clock is wrong
MAX_BODY_BYTES = 2_000_000  # SendGrid posts up to 768 KB, and Django itself rejects more than 2.5 MB
log = structlog.get_logger()


@csrf_exempt
@require_POST
def sendgrid(request: HttpRequest) -> HttpResponse:
    """Store a webhook post and return 204.

    Otherwise return 403 for a missing, wrong or old signature, 411 or 413 for the size, 503 if it cannot be stored now.

    SendGrid retries for a day until it receives 2xx. A problem that is fixed within that time, such as a missing
    key, loses no events.
    """
    now, signature = clock.now(), request.headers.get(event_webhook.SIGNATURE, "")
    keys = _keys(tuple(settings.SENDGRID_WEBHOOK_KEYS))
    if not keys:
        log.error("webhook.no_key", hint="Set SENDGRID_WEBHOOK_KEY to the verification key that SendGrid shows.")
        rejected_posts.record(Reason.NO_KEY, now=now)
        return _respond(503, "no verification key is set")
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdigit():
        return _respond(411, "Content-Length is required")
    if int(length) > MAX_BODY_BYTES:
        log.error("webhook.too_large", bytes=int(length))
        return _respond(413, f"at most {MAX_BODY_BYTES} bytes")
    body = request.body
    stamp = request.headers.get(event_webhook.TIMESTAMP, "")
    if not event_webhook.is_signed(body, signature=signature, timestamp=stamp, keys=keys):
        log.warning("webhook.not_signed", bytes=len(body), has_signature=bool(signature))
        if signature and event_webhook.parse_timestamp(stamp):  # a post without both is not from SendGrid
            rejected_posts.record(Reason.SIGNATURE, now=now)
        return _respond(403, "the signature is missing or wrong")
    signed_at = event_webhook.parse_timestamp(stamp)
    if signed_at is None or abs(now - signed_at) > MAX_AGE:
        log.warning("webhook.too_old", stamp=stamp)
        rejected_posts.record(Reason.AGE, now=now)
        return _respond(403, "the signature is more than two days old, or our clock is wrong")
    try:
        webhook_post_queue.store(body, stamp=stamp, now=now)
    except DatabaseError as error:
        log.error("webhook.not_kept", problem=type(error).__name__)
        return _respond(503, "the post cannot be stored at the moment")
    return HttpResponse(status=204)


@lru_cache(maxsize=4)
def _keys(texts: tuple[str, ...]) -> list[EllipticCurvePublicKey]:
    """Parse the keys once; the settings module has validated them."""
    return [event_webhook.read_key(text) for text in texts]


def _respond(status: int, text: str) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
