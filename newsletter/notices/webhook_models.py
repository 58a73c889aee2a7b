"""Webhooks that get notices, and the log of what was delivered to them."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from newsletter.lib import encrypted_text
from newsletter.lib.claim_rows import Claimable, is_due
from newsletter.publications.models import Publication

PURPOSE = "webhook"  # of the encryption


class WebhookFormat(models.TextChoices):
    """What a webhook posts."""

    SIGNED = "signed", "Signed JSON (Standard Webhooks)"
    SLACK = "slack", "Text for Slack or Mattermost"


class Webhook(models.Model):
    """An address that gets notices of one publication, or of the whole service, by POST.

    The address is encrypted like the secret: that of a chat service is a secret, too.
    """

    publication = models.ForeignKey(
        Publication, null=True, blank=True, on_delete=models.CASCADE, related_name="webhooks", help_text="Empty: all."
    )
    name = models.CharField(max_length=60)
    format = models.CharField(max_length=6, choices=WebhookFormat.choices)
    encrypted_address = models.TextField()
    host = models.CharField(max_length=253)
    kinds = models.JSONField(default=list, help_text="Of the notices that it gets.")
    encrypted_secret = models.TextField(blank=True)
    encrypted_old_secret = models.TextField(blank=True)
    old_secret_until = models.DateTimeField(null=True, blank=True, help_text="Until then both secrets sign.")
    is_on = models.BooleanField(default=True)
    off_reason = models.CharField(max_length=200, blank=True, help_text="Why the service switched it off.")
    failing_since = models.DateTimeField(null=True, blank=True, help_text="Since when no delivery succeeded.")
    failures = models.PositiveIntegerField(default=0, help_text="Failed calls since the last success.")
    rest_until = models.DateTimeField(null=True, blank=True, help_text="It is not called earlier.")
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["publication", "name"], name="webhook_name_once"),
            models.UniqueConstraint(fields=["name"], condition=Q(publication=None), name="webhook_of_all_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        return encrypted_text.decrypt(self.encrypted_address, purpose=PURPOSE)

    @address.setter
    def address(self, url: str) -> None:
        self.encrypted_address = encrypted_text.encrypt(url, purpose=PURPOSE)

    def secrets(self, *, now: datetime) -> list[str]:
        """Return the secrets that sign at `now`, the newest first."""
        found = [self.encrypted_secret]
        if self.old_secret_until and now < self.old_secret_until:
            found.append(self.encrypted_old_secret)
        return [encrypted_text.decrypt(one, purpose=PURPOSE) for one in found if one]


class DeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    """Queries of deliveries."""

    def due(self, now: datetime) -> "DeliveryQuerySet":
        """Return what is to be posted at `now`. A webhook that failed or is being called rests."""
        rested = Q(webhook__rest_until=None) | Q(webhook__rest_until__lte=now)
        return self.filter(is_due(now), rested, delivered_at=None, given_up_at=None, webhook__is_on=True)


class WebhookDelivery(Claimable):
    """One message to one webhook. `message_id` is the same in all tries, so that a receiver can ignore repeats."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    notice = models.ForeignKey(
        "notices.StaffNotice", null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries"
    )
    message_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, help_text="The kind of its notice, or `test`.")
    body = models.TextField()
    asked_at = models.DateTimeField(db_index=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            # queried every second, and nearly always empty
            models.Index(name="webhook_to_deliver", fields=["id"], condition=Q(delivered_at=None, given_up_at=None)),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.delivered_at is None and self.given_up_at is None


class WebhookAttempt(models.Model):
    """One call of a webhook, and what came of it."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    seconds = models.FloatField()
    status = models.PositiveSmallIntegerField(default=0, help_text="Of HTTP; 0 without an answer.")
    problem = models.CharField(max_length=200, blank=True, help_text="Empty: it was delivered.")

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return f"attempt {self.pk}"
