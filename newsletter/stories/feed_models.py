"""A feed of a publication, and the suggestions that are its articles."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from newsletter.lib.claim_rows import Claimable, is_due
from newsletter.publications.models import Publication


class FeedQuerySet(models.QuerySet["Feed"]):
    """Queries of feeds."""

    def due(self, now: datetime) -> "FeedQuerySet":
        """Return the feeds to read at `now` that no worker holds. A paused publication's feeds are not read."""
        active = Publication.objects.filter(is_active=True)  # a subquery: claiming locks no publication
        free = Q(held_until=None) | Q(held_until__lte=now)
        return self.filter(is_due(now), free, publication__in=active).order_by("id")


class Feed(Claimable):
    """The address of a feed, the rules for its articles, and how its last reading went.

    `tries` counts the tries since the last success, `try_at` is when it is read next.
    """

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="feeds")
    url = models.URLField(max_length=2000, verbose_name="address")
    page_key = models.CharField(max_length=32, editable=False, help_text="Key of the address, as in a story.")
    title = models.CharField(max_length=200, blank=True, help_text="As the feed calls itself.")

    section = models.CharField(max_length=60, blank=True, help_text="Section of the stories from this feed.")
    kicker = models.CharField(max_length=80, blank=True, help_text="Kicker of the stories from this feed.")
    auto_queue = models.BooleanField(default=False, help_text="New articles are added to the queue at once.")
    max_suggestions = models.PositiveSmallIntegerField(
        default=20, verbose_name="maximum", help_text="Suggestions kept at most; the oldest go first."
    )
    max_age_days = models.PositiveSmallIntegerField(
        default=7, verbose_name="maximum age", help_text="Older articles are not suggested, in days."
    )

    held_until = models.DateTimeField(null=True, blank=True, help_text="A worker reads it until then at most.")
    etag = models.CharField(max_length=250, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    read_at = models.DateTimeField(null=True, blank=True, help_text="Last success, also when nothing was new.")
    content_at = models.DateTimeField(null=True, blank=True, help_text="When the last content was read.")
    problem = models.CharField(max_length=300, blank=True, help_text="Why the last try failed; empty: it did not.")
    hint = models.CharField(max_length=600, blank=True, help_text="What to do about it.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="feed_due", fields=["try_at"]),  # queried every few seconds
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="feed_once",
                fields=["publication", "page_key"],
                violation_error_message="This publication already has this feed.",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.url

    @property
    def is_new(self) -> bool:
        """Return True until its first reading has ended, well or not."""
        return self.read_at is None and not self.problem


class SuggestionState(models.TextChoices):
    """The state of a suggestion."""

    OPEN = "open"  # on the desk
    ORDERED = "ordered"  # a worker adds it to the queue (rule of the feed)
    TAKEN = "taken"  # in the queue, or a draft that is being read
    DISMISSED = "dismissed"  # by a curator
    EXPIRED = "expired"  # too old, or more than the feed keeps


class Suggestion(models.Model):
    """An article of a feed: a suggestion, and afterwards the memory that it was one."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="suggestions")
    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="suggestions")
    state = models.CharField(max_length=9, choices=SuggestionState.choices, default=SuggestionState.OPEN)
    key = models.CharField(max_length=32, help_text="Key of the entry's id, or of its link.")
    page_key = models.CharField(max_length=32, help_text="Key of the page, as in a story.")
    url = models.URLField(max_length=2000)
    summary = models.CharField(max_length=400, blank=True, help_text="Its standfirst, else how it begins.")
    fields = models.JSONField(default=dict, help_text="Names of fields with value and origin (reading/page_story.py).")
    paragraphs = models.JSONField(default=list, help_text="The article's blocks; empty: its link is read.")
    is_whole = models.BooleanField(default=False, help_text="The feed has the article's text.")
    dated_at = models.DateTimeField(help_text="When it was published, else when it was found.")
    seen_at = models.DateTimeField(help_text="When the feed last contained it.")
    problem = models.CharField(max_length=300, blank=True, help_text="Why it was not added to the queue by itself.")
    story = models.ForeignKey("stories.Story", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["publication", "state", "dated_at"]),
            # queried every few seconds, and nearly always empty
            models.Index(name="suggestion_ordered", fields=["id"], condition=Q(state="ordered")),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="suggestion_once", fields=["feed", "key"]),
            # two feeds of a publication may have the same article
            models.UniqueConstraint(name="suggestion_of_a_page_once", fields=["publication", "page_key"]),
        ]

    def __str__(self) -> str:
        return f"suggestion {self.pk}"

    @property
    def headline(self) -> str:
        """Return the headline, or the address of an article without one."""
        found = self.fields.get("headline")
        return str(found[0]) if found else self.url


def absent_since(moment: datetime) -> Q:
    """Return the condition for items that their feed has not contained since `moment`, as later content showed."""
    return Q(seen_at__lt=moment) & Q(seen_at__lt=F("feed__content_at"))
