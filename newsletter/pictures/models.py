"""A picture: a stored file, or the order to fetch it."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from newsletter.lib.claim_rows import Claimable, is_due


class Use(models.TextChoices):
    """What a picture is for; it decides the size."""

    STORY = "story", "beside a story"
    LOGO = "logo", "a publication's logo"


class PictureState(models.TextChoices):
    """The state of a picture."""

    PENDING = "coming"  # to be fetched, now or at `try_at`
    STORED = "stored"  # its file is kept for ever, because sent emails link to it
    FAILED = "failed"  # given up; `problem` says why
    DISCARDED = "discarded"  # given up, and a person of ops has decided that nobody tries it again


class PictureQuerySet(models.QuerySet["Picture"]):
    """Queries of pictures."""

    def due(self, now: datetime) -> "PictureQuerySet":
        """Return the pictures to fetch at `now`, oldest first."""
        return self.filter(is_due(now), state=PictureState.PENDING).order_by("id")


class Picture(Claimable):
    """An image to be fetched, or its stored file."""

    use = models.CharField(max_length=5, choices=Use.choices)
    state = models.CharField(max_length=9, choices=PictureState.choices, default=PictureState.PENDING)
    source_url = models.URLField(max_length=2000, blank=True, help_text="The URL it is fetched from. Empty: uploaded.")

    digest = models.CharField(max_length=32, blank=True, help_text="First half of the stored file's SHA-256.")
    kind = models.CharField(max_length=3, blank=True, help_text="jpg or png.")
    width = models.PositiveIntegerField(null=True, blank=True, help_text="Of the file, in pixels.")
    height = models.PositiveIntegerField(null=True, blank=True, help_text="Of the file, in pixels.")
    weight = models.PositiveIntegerField(null=True, blank=True, help_text="Of the file, in bytes.")
    note = models.CharField(max_length=200, blank=True, help_text="What was lost in encoding.")

    dark_share = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Of a file with transparency: how many per cent of what is visible are dark.",
    )

    problem = models.CharField(max_length=300, blank=True, help_text="Why the last try failed.")
    hint = models.CharField(max_length=300, blank=True, help_text="What to do about it.")
    asked_at = models.DateTimeField(auto_now_add=True)
    stored_at = models.DateTimeField(null=True, blank=True)

    objects = PictureQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # queried every second, and nearly always empty
            models.Index(name="picture_coming", fields=["id"], condition=Q(state="coming")),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="picture_stored_with_its_file",
                condition=~Q(state="stored") | (~Q(digest="") & Q(width__gt=0) & Q(height__gt=0)),
            ),
            models.CheckConstraint(
                name="picture_fetched_from_somewhere", condition=~Q(state="coming") | ~Q(source_url="")
            ),
        ]

    def __str__(self) -> str:
        return f"picture {self.pk}"

    @property
    def name(self) -> str:
        """Return the file name, which is also the last part of the URL."""
        return f"{self.digest}.{self.kind}"

    @property
    def is_stored(self) -> bool:
        return self.state == PictureState.STORED

    @property
    def is_pending(self) -> bool:
        return self.state == PictureState.PENDING

    @property
    def has_failed(self) -> bool:
        return self.state in (PictureState.FAILED, PictureState.DISCARDED)
