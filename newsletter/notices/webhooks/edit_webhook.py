"""Add, change, test and remove webhooks, rotate their secrets, replay deliveries. Each act writes an audit record."""

import base64
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.lib import encrypted_text
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.lib.safe_connection import PUBLIC_ONLY, FetchError, SafeConnector
from newsletter.notices.kind_names import NoticeKind
from newsletter.notices.kinds import FOR_WEBHOOKS, OF_SERVICE
from newsletter.notices.webhook_models import PURPOSE, Webhook, WebhookDelivery, WebhookFormat
from newsletter.notices.webhooks import order_deliveries
from newsletter.publications.models import Publication

OVERLAP = timedelta(hours=24)  # in which the old secret signs, too
MAX_WEBHOOKS = 10  # of a publication, and of all together
MAX_REPLAYED = 500


def add_webhook(
    publication: Publication | None,
    *,
    name: str,
    address: str,
    form: WebhookFormat,
    kinds: Collection[str],
    by: Actor,
    now: datetime,
) -> tuple[Webhook, str]:
    """Add a webhook for the notices of a publication, with None of all.

    Return it and its secret, which is not shown again; empty for a chat service.
    """
    require(by, Permission.CONFIGURE, publication=publication)
    webhook = Webhook(publication=publication, format=form, created_at=now)
    webhook.name, webhook.kinds = _checked_name(name), _checked_kinds(kinds, publication)
    webhook.address, webhook.host = address, _checked_host(address)
    secret = new_secret() if form == WebhookFormat.SIGNED else ""
    webhook.encrypted_secret = encrypted_text.encrypt(secret, purpose=PURPOSE) if secret else ""
    with transaction.atomic():
        if publication:
            Publication.objects.select_for_update().get(pk=publication.pk)
        if Webhook.objects.filter(publication=publication).count() >= MAX_WEBHOOKS:
            raise InvalidState(f"There are {MAX_WEBHOOKS} webhooks already. Remove one first.")
        _require_free_name(webhook)
        webhook.save()
        audit_trail.record(by, Act.WEBHOOK_ADDED, webhook, now=now, host=webhook.host, **_place(webhook))
    return webhook, secret


def change_webhook(
    webhook: Webhook, *, name: str, kinds: Collection[str], by: Actor, now: datetime, address: str = ""
) -> Webhook:
    """Change name and kinds; with an `address`, also where it posts."""
    require(by, Permission.CONFIGURE, publication=webhook.publication_id)
    name, kinds = _checked_name(name), _checked_kinds(kinds, webhook.publication)
    host = _checked_host(address) if address else ""
    with transaction.atomic():
        webhook = _locked(webhook)
        details = {"kinds": ", ".join(kinds)} if kinds != webhook.kinds else {}
        details |= {"name": name} if name != webhook.name else {}
        if host:
            details["host"] = host
            webhook.address, webhook.host = address, host
            _forget_failures(webhook)
        webhook.name, webhook.kinds = name, list(kinds)
        _require_free_name(webhook)
        if details:
            webhook.save()
            audit_trail.record(by, Act.WEBHOOK_CHANGED, webhook, now=now, **details, **_place(webhook))
    return webhook


def switch(webhook: Webhook, *, is_on: bool, by: Actor, now: datetime) -> Webhook:
    """Switch a webhook on or off. While it is off, it gets no new messages, and those that wait go on waiting."""
    require(by, Permission.CONFIGURE, publication=webhook.publication_id)
    with transaction.atomic():
        webhook = _locked(webhook)
        if webhook.is_on != is_on:
            webhook.is_on, webhook.off_reason = is_on, ""
            _forget_failures(webhook)
            webhook.save()
            audit_trail.record(by, Act.WEBHOOK_CHANGED, webhook, now=now, is_on=is_on, **_place(webhook))
    return webhook


def rotate_secret(webhook: Webhook, *, by: Actor, now: datetime) -> str:
    """Make a new secret and return it. The old one signs for another 24 hours, so that the receiver can follow."""
    require(by, Permission.CONFIGURE, publication=webhook.publication_id)
    if webhook.format != WebhookFormat.SIGNED:
        raise InvalidState("A webhook of a chat service has no secret.")
    secret = new_secret()
    with transaction.atomic():
        webhook = _locked(webhook)
        webhook.encrypted_old_secret, webhook.old_secret_until = webhook.encrypted_secret, now + OVERLAP
        webhook.encrypted_secret = encrypted_text.encrypt(secret, purpose=PURPOSE)
        webhook.save(update_fields=["encrypted_secret", "encrypted_old_secret", "old_secret_until"])
        audit_trail.record(by, Act.WEBHOOK_SECRET_ROTATED, webhook, now=now, **_place(webhook))
    return secret


def remove_webhook(webhook: Webhook, *, by: Actor, now: datetime) -> None:
    """Remove a webhook with its log. What waits is not delivered."""
    require(by, Permission.CONFIGURE, publication=webhook.publication_id)
    with transaction.atomic():
        webhook = _locked(webhook)
        audit_trail.record(by, Act.WEBHOOK_REMOVED, webhook, now=now, host=webhook.host, **_place(webhook))
        webhook.delete()


def send_test(webhook: Webhook, *, by: Actor, now: datetime) -> WebhookDelivery:
    """Order a test message. It is posted at once, also by a webhook that rests after a failure."""
    require(by, Permission.CONFIGURE, publication=webhook.publication_id)
    _require_on(webhook)
    with transaction.atomic():
        _end_rest(webhook)
        delivery = order_deliveries.order_test(webhook, now=now)
        audit_trail.record(by, Act.WEBHOOK_TESTED, webhook, now=now, **_place(webhook))
    return delivery


def replay(webhook: Webhook, *, delivery_id: int | None = None, by: Actor, now: datetime) -> int:
    """Deliver one message once more, with None all that were given up: at once, as a test. Return how many.

    Their message ids stay the same, so a receiver that has one already can ignore it.
    """
    require(by, Permission.CONFIGURE, publication=webhook.publication_id)
    _require_on(webhook)
    settled = webhook.deliveries.exclude(delivered_at=None, given_up_at=None)
    chosen = settled.filter(pk=delivery_id) if delivery_id else settled.filter(given_up_at__isnull=False)
    with transaction.atomic():
        ids = list(chosen.order_by("pk").values_list("pk", flat=True)[:MAX_REPLAYED])
        if ids:
            _end_rest(webhook)
            WebhookDelivery.objects.filter(pk__in=ids).update(
                delivered_at=None, given_up_at=None, tries=0, try_at=None, asked_at=now
            )
            audit_trail.record(by, Act.WEBHOOK_REPLAYED, webhook, now=now, count=len(ids), **_place(webhook))
    return len(ids)


def new_secret() -> str:
    """Return a secret as Standard Webhooks writes it."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode('ascii')}"


def _locked(webhook: Webhook) -> Webhook:
    Webhook.objects.select_for_update().get(pk=webhook.pk)
    return Webhook.objects.select_related("publication").get(pk=webhook.pk)


def _forget_failures(webhook: Webhook) -> None:
    """Let the webhook be called at once. The three days begin with its next failure."""
    webhook.failing_since, webhook.failures, webhook.rest_until = None, 0, None


def _end_rest(webhook: Webhook) -> None:
    """Let a webhook be called at once, because a person asks for it. A failure then lets it rest as long as before."""
    Webhook.objects.filter(pk=webhook.pk).update(rest_until=None)


def _require_on(webhook: Webhook) -> None:
    if not webhook.is_on:
        raise InvalidState("The webhook is switched off. Switch it on first.")


def _require_free_name(webhook: Webhook) -> None:
    same = Webhook.objects.filter(publication=webhook.publication_id, name=webhook.name).exclude(pk=webhook.pk)
    if same.exists():
        raise BadInput("name", "is that of another webhook.", "Choose another one.")


def _place(webhook: Webhook) -> dict[str, str]:
    return {"publication": webhook.publication.slug if webhook.publication else "all"}


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise BadInput("name", "is empty." if not name else "is too long.", "Use 1 to 60 characters.")
    return name


def kinds_for(publication: Publication | None) -> list[NoticeKind]:
    """Return the kinds of notices that a webhook of this publication can get, or one of all."""
    return [kind for kind in FOR_WEBHOOKS if publication is None or kind not in OF_SERVICE]


def _checked_kinds(kinds: Collection[str], publication: Publication | None) -> list[str]:
    offered = kinds_for(publication)
    if unknown := sorted(set(kinds) - set(offered)):
        raise BadInput("kinds", f"has “{unknown[0]}”.", f"Choose among: {', '.join(offered)}.")
    if not kinds:
        raise BadInput("kinds", "is empty.", "Choose at least one.")
    return [kind.value for kind in offered if kind in kinds]


def _checked_host(address: str) -> str:
    """Return the host of a valid address. Whether it is public is checked with each call, when it is resolved."""
    hint = "Give one that begins with https://"
    if not address.startswith("https://"):
        raise BadInput("address", "is not an https address.", hint)
    try:
        return SafeConnector(PUBLIC_ONLY, noun="webhook", instead="", seconds=1).target(address).host
    except FetchError as error:
        raise BadInput("address", error.problem[:1].lower() + error.problem[1:], error.hint or hint) from None
