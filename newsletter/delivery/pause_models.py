"""The table of pauses of sending."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from newsletter.publications.models import Publication


class SendingPause(models.Model):
    """A pause of all sending, or of one publication, until a time or until a person resumes it."""

    publication = models.ForeignKey(
        Publication,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Empty: all sending.",
    )
    reason = models.CharField(max_length=200)
    by = models.CharField(max_length=254, help_text="The name of the person.")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True, help_text="Empty: until a person resumes.")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=254, blank=True, help_text="Empty when its time was over.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Coalesce("publication", 0), condition=Q(ended_at=None), name="pause_once"),
        ]

    def __str__(self) -> str:
        return f"sending pause {self.pk}"

    @property
    def scope(self) -> str:
        """Return what is paused, in words."""
        return f"Sending of {self.publication.name}" if self.publication else "All sending"
