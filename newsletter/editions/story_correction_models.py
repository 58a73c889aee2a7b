"""The correction of a story that readers have received, for its web version and for the next email."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from newsletter.stories.models import Story

MAX_SENTENCE = 500  # characters


class StoryCorrectionQuerySet(models.QuerySet["StoryCorrection"]):
    """Queries of corrections."""

    def in_force(self) -> "StoryCorrectionQuerySet":
        """Return the corrections that were not withdrawn, in the order in which they were made."""
        return self.filter(withdrawn_at=None).order_by("corrected_at", "id")


class StoryCorrection(models.Model):
    """What was wrong in a story of an edition that has left. The edition's frozen email stays as it left."""

    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="corrections")
    edition = models.ForeignKey(
        "editions.Edition",
        on_delete=models.PROTECT,
        related_name="corrections",
        help_text="The edition that has left with it.",
    )
    text = models.CharField(max_length=MAX_SENTENCE, help_text="A sentence that says what was wrong and what is right.")
    headline = models.CharField(
        max_length=250, blank=True, help_text="For the web version; empty: the one that was sent."
    )
    body = models.TextField(blank=True, help_text="Sanitised HTML for the web version; empty: the text that was sent.")
    sent_headline = models.CharField(max_length=250, help_text="The headline in the email that left.")
    is_for_next_email = models.BooleanField(default=True, help_text="A line of it is printed in one email.")
    printed_in = models.ForeignKey(
        "editions.Edition",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="printed_corrections",
        help_text="The edition that has its line.",
    )
    corrected_at = models.DateTimeField()
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="When it was undone: nothing shows it then.")

    objects = StoryCorrectionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["corrected_at", "id"]

    def __str__(self) -> str:
        return f"correction {self.pk} of story {self.story_id}"

    @property
    def shown_headline(self) -> str:
        """Return the headline that the web version shows."""
        return self.headline or self.sent_headline
