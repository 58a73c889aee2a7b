"""A story: the teaser of an article that curators queue."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from newsletter.accounts.models import User
from newsletter.lib.claim_rows import Claimable, is_due
from newsletter.pictures.models import Picture
from newsletter.publications.models import Publication
from newsletter.stories import correction_models, feed_models  # noqa: F401 — Django looks for models here


class Direction(models.TextChoices):
    """The direction of writing."""

    LTR = "ltr", "left to right"
    RTL = "rtl", "right to left"


class Kind(models.TextChoices):
    """How much of a story an email shows."""

    LEAD = "lead", "lead: large, with its picture"
    STORY = "story", "story: with its picture"
    SHORT = "short", "short: headline and first paragraph"


class StoryState(models.TextChoices):
    """The state of a story."""

    PITCHED = "pitched"  # proposed by a contributor; a curator accepts or declines it (pitches.py)
    WITHDRAWN = "withdrawn"  # a pitch that its contributor took back
    DECLINED = "declined"  # a pitch that a curator declined, with a reason; can still be accepted
    QUEUED = "queued"  # waiting for the next edition
    USED = "used"  # in an edition, and not offered again
    DROPPED = "dropped"  # removed by a curator; kept so that it can be restored


class StoryQuerySet(models.QuerySet["Story"]):
    """Queries of stories."""

    def queued(self) -> "StoryQuerySet":
        """Return the queued stories in order."""
        return self.filter(state=StoryState.QUEUED).order_by("position", "id")

    def pitched(self) -> "StoryQuerySet":
        """Return the pitches that no curator has decided about, the oldest first."""
        return self.filter(state=StoryState.PITCHED).order_by("position", "id")

    def offered(self, at: datetime, *, until: datetime | None = None) -> "StoryQuerySet":
        """Return queued stories that are not embargoed at `at` and not expired by `until` (default: `at`)."""
        return self.queued().filter(
            Q(embargo_until=None) | Q(embargo_until__lte=at), Q(expires_at=None) | Q(expires_at__gt=until or at)
        )


class Story(models.Model):
    """An article teaser in the queue of a publication."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="stories")
    state = models.CharField(max_length=9, choices=StoryState.choices, default=StoryState.QUEUED)
    position = models.BigIntegerField(
        default=0,
        help_text="Order key among the stories of the same state, smallest first (order_keys.py).",
    )
    version = models.PositiveIntegerField(
        default=1, help_text="Incremented by each change; a save names the version it is based on."
    )

    kind = models.CharField(
        max_length=5, choices=Kind.choices, blank=True, help_text="Empty: as the publication's layout sets it."
    )
    section = models.CharField(
        max_length=60,
        blank=True,
        help_text="A heading above the story, shared by following stories of the same section.",
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
        help_text="Key of the page that the link leads to, the same for all its URLs.",
    )
    body = models.TextField(help_text="Sanitised HTML of paragraphs and lists (stories/rich_text).")

    quote = models.CharField(
        max_length=240, blank=True, help_text="A sentence of the article to display large, without quotation marks."
    )
    quote_by = models.CharField(max_length=120, blank=True, help_text="Who said it.")

    picture = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="The stored file."
    )
    picture_url = models.URLField(
        max_length=2000, blank=True, help_text="The URL it is fetched from; empty if uploaded."
    )
    picture_alt = models.CharField(
        max_length=300, blank=True, help_text="What the picture shows, for readers who cannot see it."
    )
    picture_decorative = models.BooleanField(default=False, help_text="The picture needs no description.")
    picture_credit = models.CharField(max_length=200, blank=True)

    language = models.CharField(max_length=12, blank=True, help_text="Only if it differs from the publication's.")
    direction = models.CharField(
        max_length=3, choices=Direction.choices, blank=True, help_text="Only if the language does not determine it."
    )
    is_sensitive = models.BooleanField(default=False, help_text="No appeal may appear next to this story.")
    embargo_until = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who is working on it (story_claims.py).",
    )
    claimed_at = models.DateTimeField(null=True, blank=True, help_text="When that person last did something to it.")
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="Empty: not a staff user."
    )
    pitch = models.CharField(max_length=300, blank=True, help_text="Why the contributor proposes it, in a sentence.")
    declined_because = models.CharField(max_length=300, blank=True, help_text="Why a curator declined the pitch.")

    created_at = models.DateTimeField(auto_now_add=True)
    queued_at = models.DateTimeField(
        auto_now_add=True, help_text="When it was queued: created, or accepted as a pitch. Closing times compare it."
    )
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
        """Return True if the story has a picture, even if it is not fetched yet."""
        return bool(self.picture_url or self.picture_id)


class DraftState(models.TextChoices):
    """The state of a story draft."""

    WAITING = "waiting"  # to be read, now or at `try_at`
    READ = "read"  # its fields were read; a curator decides
    FAILED = "failed"  # given up; `problem` says why, and the link is kept
    ADDED = "added"  # in the queue, as `story`
    DISCARDED = "discarded"  # by a curator


OPEN_DRAFTS = (DraftState.WAITING, DraftState.READ, DraftState.FAILED)


class StoryDraftQuerySet(models.QuerySet["StoryDraft"]):
    """Queries of story drafts."""

    def due(self, now: datetime) -> "StoryDraftQuerySet":
        """Return the drafts to read at `now`, oldest first."""
        return self.filter(is_due(now), state=DraftState.WAITING).order_by("id")

    def open(self) -> "StoryDraftQuerySet":
        """Return the drafts that no curator has decided about, newest first."""
        return self.filter(state__in=OPEN_DRAFTS).order_by("-id")


class StoryDraft(Claimable):
    """A link or pasted HTML that becomes a story: the order to read it, then what was read."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="drafts")
    state = models.CharField(max_length=9, choices=DraftState.choices, default=DraftState.WAITING)
    url = models.URLField(max_length=2000, blank=True, help_text="The given link. Empty: pasted without one.")
    page_key = models.CharField(max_length=32, blank=True, help_text="Key of the page, as in a story.")
    html = models.TextField(blank=True, help_text="Pasted HTML. Empty: the link is read.")

    fields = models.JSONField(default=dict, help_text="Names of fields with value and origin (reading/page_story.py).")
    paragraphs = models.JSONField(default=list, help_text="Blocks of the article as sanitised HTML.")
    problem = models.CharField(max_length=300, blank=True, help_text="What is unusual, or why the last try failed.")
    hint = models.CharField(max_length=300, blank=True, help_text="What to do about it.")
    story = models.ForeignKey(Story, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    section = models.CharField(max_length=60, blank=True, help_text="Section of its story.")
    kicker = models.CharField(max_length=80, blank=True, help_text="Kicker of its story.")
    adds_itself = models.BooleanField(default=False, help_text="Its story is added to the queue once it was read.")
    added_for = models.CharField(
        max_length=254, blank=True, help_text="Who ordered that: the sign-in address of a staff user, or a feed."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = StoryDraftQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # queried every second, and nearly always empty
            models.Index(name="draft_waiting", fields=["id"], condition=Q(state="waiting")),
            models.Index(fields=["publication", "state"]),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="draft_of_a_page_once",
                fields=["publication", "page_key"],
                condition=Q(state__in=["waiting", "read", "failed"]) & ~Q(page_key=""),
            ),
            models.CheckConstraint(name="draft_of_something", condition=~Q(url="") | ~Q(html="")),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.state == DraftState.WAITING
