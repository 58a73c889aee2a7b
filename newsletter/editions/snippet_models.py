"""A snippet: a block that a publication prints in its emails while it runs, such as events or a sponsor's note."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from newsletter.pictures.models import Picture
from newsletter.publications.models import Publication


class SnippetPlace(models.TextChoices):
    """Where an email prints a snippet."""

    START = "start", "Before the first story"
    AFTER = "after", "After a story"
    END = "end", "After the last story"


class SnippetQuerySet(models.QuerySet["Snippet"]):
    """Queries of snippets."""

    def running(self, on: date) -> "SnippetQuerySet":
        """Return the snippets that an email of this day prints, in their order."""
        begun, not_over = Q(starts_on=None) | Q(starts_on__lte=on), Q(ends_on=None) | Q(ends_on__gte=on)
        return self.filter(begun, not_over, is_active=True).order_by("pk")


class Snippet(models.Model):
    """A block with a title, a text, a picture and a link; title or text may be missing, and so may the others."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="snippets")
    name = models.CharField(max_length=80, help_text="Internal name; readers do not see it.")
    title = models.CharField(max_length=120, blank=True, help_text="Heading of the block.")
    body = models.TextField(blank=True, help_text="Sanitised HTML of paragraphs and lists (stories/rich_text).")
    url = models.URLField(max_length=2000, blank=True, verbose_name="link", help_text="Where the title leads.")
    picture = models.ForeignKey(Picture, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    picture_alt = models.CharField(
        max_length=300, blank=True, help_text="What the picture shows, for readers who cannot see it; empty: nothing."
    )
    place = models.CharField(max_length=5, choices=SnippetPlace.choices, default=SnippetPlace.END)
    story_number = models.PositiveSmallIntegerField(default=1, help_text="After which story, counted from 1.")
    starts_on = models.DateField(null=True, blank=True, help_text="First day; empty: from now on.")
    ends_on = models.DateField(null=True, blank=True, help_text="Last day; empty: without an end.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SnippetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["publication", "name"], name="snippet_name_once"),
            models.CheckConstraint(name="snippet_says_something", condition=~Q(title="") | ~Q(body="")),
            models.CheckConstraint(
                name="snippet_ends_after_start",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.name
