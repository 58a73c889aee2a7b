"""Post what is due, one message at a time for each webhook, with retries further and further apart.

An endpoint that fails or is slow rests between its calls, so it takes a worker one short call in each pause and delays
nobody else. After three days without a success it is switched off, and staff get a notice.
"""

import time
from datetime import datetime, timedelta

import structlog
from cryptography.fernet import InvalidToken
from django.db import transaction
from django.db.models import QuerySet
from standardwebhooks.webhooks import Webhook as Signer

from newsletter.lib import claim_rows, safe_post
from newsletter.lib.safe_connection import PUBLIC_ONLY, FetchError, FetchPolicy
from newsletter.notices.webhook_models import Webhook, WebhookAttempt, WebhookDelivery, WebhookFormat

SECONDS = 5.0  # for a call
LEASE = timedelta(seconds=60)  # longer than a call
WAITS = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200, 18_000, 36_000, 50_400))
MAX_TRIES = len(WAITS) + 1
GIVEN_UP_AFTER = timedelta(days=3)
GONE = 410  # by which a receiver says that it wants no more (Standard Webhooks)
log = structlog.get_logger()


def call_next(*, now: datetime, policy: FetchPolicy = PUBLIC_ONLY) -> bool:
    """Make one call that is due. Return False if there is none."""
    with transaction.atomic():
        due = WebhookDelivery.objects.due(now)
        found, spent = claim_rows.claim(due, now=now, lease=LEASE, max_rows=1, max_tries=MAX_TRIES)
        for delivery in found:  # so that no other worker calls it at the same time
            Webhook.objects.filter(pk=delivery.webhook_id).update(rest_until=now + LEASE)
    for delivery in spent:
        _ours(delivery).update(given_up_at=now)
    for delivery in found:
        if webhook := Webhook.objects.filter(pk=delivery.webhook_id).first():  # else it was removed meanwhile
            delivery.webhook = webhook
            _call(delivery, now=now, policy=policy)
    return bool(found or spent)


def _ours(delivery: WebhookDelivery) -> QuerySet[WebhookDelivery]:
    """Return the row, unless a later claim replaced this one or somebody ordered it again."""
    return WebhookDelivery.objects.filter(pk=delivery.pk, tries=delivery.tries)


def signature_headers(delivery: WebhookDelivery, *, now: datetime) -> dict[str, str]:
    """Return the headers that prove who sent it: one signature a secret, two while a secret is replaced."""
    signatures = [
        Signer(secret).sign(delivery.message_id, now, delivery.body) for secret in delivery.webhook.secrets(now=now)
    ]
    return {
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _call(delivery: WebhookDelivery, *, now: datetime, policy: FetchPolicy) -> None:
    began, status, problem = time.monotonic(), 0, ""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    try:
        if delivery.webhook.format == WebhookFormat.SIGNED:
            headers |= signature_headers(delivery, now=now)
        body = delivery.body.encode()
        address = delivery.webhook.address
        status = safe_post.post(address, body, headers=headers, noun="webhook", seconds=SECONDS, policy=policy)
        if not 200 <= status < 300:
            problem = f"The receiver answered with status {status}."
    except FetchError as error:
        problem = error.problem
    except InvalidToken:
        problem = "Its address or secret cannot be decrypted: SECRET_KEY was changed without SECRET_KEY_FALLBACKS."
    seconds = time.monotonic() - began
    with transaction.atomic():
        webhook = Webhook.objects.select_for_update().filter(pk=delivery.webhook_id).first()
        if webhook is None:
            return  # it was removed meanwhile
        attempt = WebhookAttempt(delivery=delivery, at=now, seconds=round(seconds, 3), status=status)
        attempt.problem = problem[:200]
        attempt.save()
        (_note_failure if problem else _note_success)(delivery, webhook, status=status, now=now)
    log.info("webhook.called", webhook=webhook.pk, delivery=delivery.pk, status=status, delivered=not problem)


def _note_success(delivery: WebhookDelivery, webhook: Webhook, *, status: int, now: datetime) -> None:  # noqa: ARG001
    _ours(delivery).update(delivered_at=now)
    webhook.failing_since, webhook.failures, webhook.rest_until = None, 0, None
    webhook.save(update_fields=["failing_since", "failures", "rest_until"])


def _note_failure(delivery: WebhookDelivery, webhook: Webhook, *, status: int, now: datetime) -> None:
    webhook.failing_since, webhook.failures = webhook.failing_since or now, webhook.failures + 1
    webhook.rest_until = now + WAITS[min(webhook.failures, len(WAITS)) - 1]
    is_last = delivery.tries >= MAX_TRIES or now - delivery.asked_at > GIVEN_UP_AFTER
    next_try = {"given_up_at": now} if is_last else {"try_at": now + WAITS[delivery.tries - 1]}
    _ours(delivery).update(**next_try)
    if status == GONE:
        webhook.is_on, webhook.off_reason = False, "The receiver answered with status 410, so it wants no more."
    elif now - webhook.failing_since > GIVEN_UP_AFTER:
        webhook.is_on, webhook.off_reason = False, "Every call failed for three days."
    webhook.save(update_fields=["failing_since", "failures", "rest_until", "is_on", "off_reason"])
