"""Notices, the people who get them, and what each of them chose."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from newsletter.editions.models import Edition
from newsletter.notices.kinds import DeliveryChoice
from newsletter.notices.webhook_models import Webhook, WebhookAttempt, WebhookDelivery
from newsletter.publications.models import Publication

__all__ = ["NoticeChoice", "NoticeRecipient", "StaffNotice", "Webhook", "WebhookAttempt", "WebhookDelivery"]


class StaffNotice(models.Model):
    """One thing that staff learn, once. A condition is open until it is over; an event is over from the start."""

    kind = models.CharField(max_length=10, help_text="One of `NoticeKind`.")
    key = models.CharField(max_length=120, unique=True, help_text="So that nobody gets it twice.")
    condition = models.CharField(max_length=100, help_text="What it is about, such as `edition:5`.")
    publication = models.ForeignKey(
        Publication, null=True, blank=True, on_delete=models.CASCADE, related_name="notices", help_text="Empty: all."
    )
    edition = models.ForeignKey(Edition, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=200)
    lines = models.JSONField(default=list, help_text="What happened, in sentences.")
    label = models.CharField(max_length=60, help_text="Of the button that leads to where one acts.")
    paths = models.JSONField(
        default=dict, help_text="Where one acts, by the permission that it needs; who has one of them gets it."
    )
    happened_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Since when the condition is over.")

    class Meta:
        ordering: ClassVar[list[str]] = ["-happened_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="notice_open", fields=["kind"], condition=Q(ended_at=None)),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "condition"], condition=Q(ended_at=None), name="notice_open_condition_once"
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"


class RecipientQuerySet(models.QuerySet["NoticeRecipient"]):
    """Queries of recipients."""

    def email_due(self, now: datetime) -> "RecipientQuerySet":
        """Return those to whom an email is due at `now`."""
        return self.filter(emailed_at=None, email_due_at__lte=now)


class NoticeRecipient(models.Model):
    """One person who gets a notice, by which permission, and what became of it."""

    notice = models.ForeignKey(StaffNotice, on_delete=models.CASCADE, related_name="recipients")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    permission = models.CharField(max_length=10, blank=True, help_text="Empty: it is about the person.")
    choice = models.CharField(max_length=6, choices=DeliveryChoice.choices)
    read_at = models.DateTimeField(null=True, blank=True)
    email_due_at = models.DateTimeField(null=True, blank=True, help_text="Empty: no email.")
    emailed_at = models.DateTimeField(null=True, blank=True)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="notice_unread", fields=["user"], condition=Q(read_at=None)),  # counted on every page
            models.Index(
                name="notice_email_due",
                fields=["email_due_at"],
                condition=Q(emailed_at=None, email_due_at__isnull=False),
            ),
            models.Index(name="notice_emailed", fields=["user", "emailed_at"], condition=Q(emailed_at__isnull=False)),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["notice", "user"], name="notice_recipient_once"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} for user {self.user_id}"

    @property
    def path(self) -> str:
        """Where this person acts."""
        return str(self.notice.paths[self.permission])


class NoticeChoice(models.Model):
    """How a person gets the notices of a kind, if they chose it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices")
    kind = models.CharField(max_length=10, help_text="One of `NoticeKind`.")
    choice = models.CharField(max_length=6, choices=DeliveryChoice.choices)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "kind"], name="notice_choice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.choice}"
