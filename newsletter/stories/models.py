"""A story: a teaser for an article, as curators queue it."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from newsletter.pictures.models import Picture
from newsletter.publications.models import Publication


class Direction(models.TextChoices):
    LTR = "ltr", "left to right"
    RTL = "rtl", "right to left"


class Kind(models.TextChoices):
    """How much of a story is printed."""

    LEAD = "lead", "lead: large, with its picture"
    STORY = "story", "story: with its picture"
    SHORT = "short", "short: headline and first paragraph"


class State(models.TextChoices):
    QUEUED = "queued"  # waiting, and offered to the next edition
    USED = "used"  # stands in an edition, and is not offered again
    DROPPED = "dropped"  # taken out by a curator; kept, so that it can be put back


class StoryQuerySet(models.QuerySet["Story"]):
    def queued(self) -> "StoryQuerySet":
        """Waiting, in the curators' order."""
        return self.filter(state=State.QUEUED).order_by("position", "id")

    def offered(self, at: datetime, *, until: datetime | None = None) -> "StoryQuerySet":
        """Queued and fit for readers who get it from `at` until `until`: no embargo then, and not expired."""
        return self.queued().filter(
            Q(embargo_until=None) | Q(embargo_until__lte=at), Q(expires_at=None) | Q(expires_at__gt=until or at)
        )


class Story(models.Model):
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="stories")
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    position = models.BigIntegerField(
        default=0,
        help_text="Order key among those of its state, smallest first (order_keys.py).",
    )
    version = models.PositiveIntegerField(default=1, help_text="Raised by each change; a save names the one it saw.")

    kind = models.CharField(
        max_length=5, choices=Kind.choices, blank=True, help_text="Empty: as the publication's look has it."
    )
    section = models.CharField(
        max_length=60, blank=True, help_text="A heading above it; stories of the same section that follow share it."
    )
    kicker = models.CharField(max_length=80, blank=True, help_text="A word or two above the headline.")
    headline = models.CharField(max_length=250)
    byline = models.CharField(max_length=200, blank=True, help_text="The author's name, without “by”.")
    source_name = models.CharField(max_length=120, blank=True, help_text="Who published the article.")
    url = models.URLField(max_length=2000, verbose_name="link")
    page_key = models.CharField(
        max_length=32,
        blank=True,
        editable=False,
        help_text="Of the page that the link leads to, however it is spelled.",
    )
    body = models.TextField(help_text="Sanitised HTML of whole paragraphs and lists (stories/richtext.py).")

    quote = models.CharField(
        max_length=240, blank=True, help_text="A sentence of the article to be set large, without quotation marks."
    )
    quote_by = models.CharField(max_length=120, blank=True, help_text="Who said it.")

    picture = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="The file that we keep."
    )
    picture_url = models.URLField(max_length=2000, blank=True, help_text="Where it is fetched; empty when uploaded.")
    picture_alt = models.CharField(
        max_length=300, blank=True, help_text="What the picture shows, for those who do not see it."
    )
    picture_decorative = models.BooleanField(default=False, help_text="It shows nothing that needs words.")
    picture_credit = models.CharField(max_length=200, blank=True)

    language = models.CharField(max_length=12, blank=True, help_text="When it is not the publication's.")
    direction = models.CharField(
        max_length=3, choices=Direction.choices, blank=True, help_text="When the language does not tell."
    )
    is_sensitive = models.BooleanField(default=False, help_text="No appeal may stand beside this story.")
    embargo_until = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "stories"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["publication", "state", "position"]),
            models.Index(fields=["publication", "page_key"]),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="story_expires_after_embargo",
                condition=Q(embargo_until=None) | Q(expires_at=None) | Q(expires_at__gt=F("embargo_until")),
            ),
        ]

    def __str__(self) -> str:
        return self.headline

    @property
    def has_picture(self) -> bool:
        """Was one given, whether we have it by now or not?"""
        return bool(self.picture_url or self.picture_id)
