"""The orders for emails to staff users."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from newsletter.lib.claim_rows import Claimable, is_due


class StaffEmailKind(models.TextChoices):
    """What a staff email is. Links are made when it is sent, so that no row holds a secret."""

    NOTE = "note", "Note"  # its text is in the row
    NOTICE = "notice", "Notice"  # the same, sent only while its recipient may know what it says
    INVITATION = "invitation", "Invitation"
    PASSWORD_RESET = "password-reset", "Link to a new password"


class StaffEmailQuerySet(models.QuerySet["StaffEmail"]):
    """Queries of staff emails."""

    def due(self, now: datetime) -> "StaffEmailQuerySet":
        """Return the emails that are to be sent at `now`."""
        return self.filter(is_due(now), sent_at=None, problem="")


class StaffEmail(Claimable):
    """An email to a staff user, written in the transaction of the act it is about. A worker sends it (`try_at`)."""

    kind = models.CharField(max_length=20, choices=StaffEmailKind.choices, default=StaffEmailKind.NOTE)
    to = models.EmailField()
    content = models.JSONField(
        default=dict,
        blank=True,
        help_text="The values of `StaffEmailContent`, of a note. Emptied once it is sent or discarded.",
    )
    asked_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True, db_index=True)
    problem = models.CharField(max_length=100, blank=True, help_text="Why sending was given up.")

    objects = StaffEmailQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # queried every two seconds, and nearly always empty
            models.Index(name="staff_email_to_send", fields=["id"], condition=Q(sent_at=None, problem="")),
        ]

    def __str__(self) -> str:
        return f"staff email {self.pk}"
