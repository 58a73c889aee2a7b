"""The rows of test emails: an order, and the addresses that it goes to."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from newsletter.editions.models import Edition
from newsletter.lib.claim_rows import Claimable, is_due


class EmailTestQuerySet(models.QuerySet["EmailTestRecipient"]):
    """Queries of the recipients of test emails."""

    def due(self, now: datetime) -> "EmailTestQuerySet":
        """Return the test emails to send at `now`."""
        return self.filter(is_due(now), sent_at=None, problem="")


class EmailTest(models.Model):
    """The order to send the email of an edition to named people. It is no dispatch, and nothing counts it.

    The letter is stored as it was when it was ordered, with links that belong to no subscriber.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="tests")
    key = models.CharField(max_length=40, help_text="From the form: a repeated click has the same one.")
    variant = models.CharField(max_length=40)
    subject = models.CharField(max_length=260)
    text = models.TextField()
    html = models.TextField()
    ordered_at = models.DateTimeField(db_index=True)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "test email"
        ordering: ClassVar[list[str]] = ["-ordered_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["edition", "key"], name="email_test_once"),
        ]

    def __str__(self) -> str:
        return f"test email {self.pk}"


class EmailTestRecipient(Claimable):
    """One address that a test email goes to, once."""

    test = models.ForeignKey(EmailTest, on_delete=models.CASCADE, related_name="recipients")
    address = models.CharField(max_length=320)
    called_at = models.DateTimeField(
        null=True, blank=True, help_text="Committed before the call, so that no second call follows a crash."
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=100, blank=True, help_text="Why it was not sent, or may not have been.")

    objects = EmailTestQuerySet.as_manager()

    class Meta:
        verbose_name = "recipient of a test email"
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["test", "address"], name="email_test_recipient_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="email_test_to_send", fields=["id"], condition=Q(sent_at=None, problem="")),
        ]

    def __str__(self) -> str:
        return f"recipient {self.pk} of test email {self.test_id}"
