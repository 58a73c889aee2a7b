"""A picture: the file that we keep of it, or the order to fetch it."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from newsletter.lib.claim_rows import Claimable, is_due


class Use(models.TextChoices):
    STORY = "story", "beside a story"
    LOGO = "logo", "a publication's logo"


class State(models.TextChoices):
    COMING = "coming"  # to be fetched, now or at `try_at`
    STORED = "stored"  # its file is kept for ever: letters in mailboxes show it
    FAILED = "failed"  # not tried any more; `problem` says why


class PictureQuerySet(models.QuerySet["Picture"]):
    def due(self, now: datetime) -> "PictureQuerySet":
        """To be fetched at `now`, the longest waiting first."""
        return self.filter(is_due(now), state=State.COMING).order_by("id")


class Picture(Claimable):
    use = models.CharField(max_length=5, choices=Use.choices)
    state = models.CharField(max_length=6, choices=State.choices, default=State.COMING)
    source_url = models.URLField(max_length=2000, blank=True, help_text="Where it is fetched; empty: uploaded.")

    digest = models.CharField(max_length=32, blank=True, help_text="Of the file as kept: the start of its SHA-256.")
    kind = models.CharField(max_length=3, blank=True, help_text="jpg or png.")
    width = models.PositiveIntegerField(null=True, blank=True, help_text="Of the file, in pixels.")
    height = models.PositiveIntegerField(null=True, blank=True, help_text="Of the file, in pixels.")
    weight = models.PositiveIntegerField(null=True, blank=True, help_text="Of the file, in bytes.")
    note = models.CharField(max_length=200, blank=True, help_text="What it lost on its way.")

    problem = models.CharField(max_length=300, blank=True, help_text="Why the last try failed.")
    hint = models.CharField(max_length=300, blank=True, help_text="What to do about it.")
    asked_at = models.DateTimeField(auto_now_add=True)
    stored_at = models.DateTimeField(null=True, blank=True)

    objects = PictureQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # asked every second, and nearly always empty
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
        """Of its file, and the end of its address."""
        return f"{self.digest}.{self.kind}"

    @property
    def is_stored(self) -> bool:
        return self.state == State.STORED

    @property
    def is_pending(self) -> bool:
        return self.state == State.COMING

    @property
    def has_failed(self) -> bool:
        return self.state == State.FAILED
