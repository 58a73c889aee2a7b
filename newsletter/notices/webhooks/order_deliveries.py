"""Order deliveries: rows that a worker posts, written in the transaction of their notice."""

import secrets
from datetime import datetime

from django.db.models import Q

from newsletter.notices.models import StaffNotice
from newsletter.notices.read_notices import consequence, pauses_now
from newsletter.notices.webhook_models import Webhook, WebhookDelivery, WebhookFormat
from newsletter.notices.webhooks.payloads import payload, test_payload

TEST = "test"


def order(notice: StaffNotice, *, now: datetime, not_before: datetime) -> None:
    """Order the deliveries of a notice to the webhooks that get its kind: of its publication, and of all."""
    receives = Q(publication=None)
    if notice.publication_id is not None:
        receives |= Q(publication=notice.publication_id)
    webhooks = [hook for hook in Webhook.objects.filter(receives, is_on=True) if notice.kind in hook.kinds]
    if not webhooks:
        return
    sentence = consequence(notice, pauses=pauses_now(now=now), now=now)
    bodies = {
        form: payload(notice, form, if_nobody_acts=sentence)
        for form in {WebhookFormat(hook.format) for hook in webhooks}
    }
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            webhook=hook,
            notice=notice,
            message_id=new_message_id(),
            kind=notice.kind,
            body=bodies[WebhookFormat(hook.format)],
            asked_at=now,
            try_at=not_before,
        )
        for hook in webhooks
    )


def order_test(webhook: Webhook, *, now: datetime) -> WebhookDelivery:
    """Order a message that says only that it is a test."""
    body = test_payload(WebhookFormat(webhook.format), now=now)
    return WebhookDelivery.objects.create(
        webhook=webhook, message_id=new_message_id(), kind=TEST, body=body, asked_at=now
    )


def new_message_id() -> str:
    """Return an id that receivers can tell repeats by."""
    return f"msg_{secrets.token_hex(12)}"
