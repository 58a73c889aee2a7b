"""What curators choose for an edition before it is assembled, and the changes of it that can be undone."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from newsletter.pictures.models import Picture
from newsletter.stories.models import Story


class Pick(models.Model):
    """A story that a curator put into an edition, or took out of it. It stays queued until the edition is assembled."""

    edition = models.ForeignKey("editions.Edition", on_delete=models.CASCADE, related_name="picks")
    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="picks")
    position = models.PositiveSmallIntegerField(help_text="Among the picked stories of the edition, from 1.")
    is_out = models.BooleanField(
        default=False, help_text="It was taken out of the edition, which is not filled with it either."
    )
    own_values = models.JSONField(
        default=dict, help_text="In this edition's email in place of the story's values, by field name."
    )
    picture = models.ForeignKey(
        Picture,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="In place of the story's picture, if `own_values` has a `picture_url`.",
    )
    version = models.PositiveIntegerField(default=1, help_text="Incremented by each change of its values.")
    picked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    picked_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["edition", "story"], name="pick_once_an_edition"),
        ]

    def __str__(self) -> str:
        return f"pick of story {self.story_id} for edition {self.edition_id}"


class EditionPitch(models.Model):
    """The edition that a contributor pitches a story for. Once the pitch is accepted, the story is picked for it."""

    story = models.OneToOneField(Story, on_delete=models.CASCADE, related_name="edition_pitch")
    edition = models.ForeignKey("editions.Edition", on_delete=models.CASCADE, related_name="pitches")

    def __str__(self) -> str:
        return f"pitch of story {self.story_id} for edition {self.edition_id}"


class PickChange(models.Model):
    """A change of an edition's picks that can be undone: the changed picks before and after, by story."""

    edition = models.ForeignKey("editions.Edition", on_delete=models.CASCADE, related_name="pick_changes")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    sentence = models.CharField(max_length=400, help_text="What was done.")
    before = models.JSONField(help_text="Story id → values of its pick, or null without one.")
    after = models.JSONField()
    is_undone = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return self.sentence
