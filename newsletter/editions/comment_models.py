"""A thread of comments on a story or an edition, its comments, and whom they mention."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from newsletter.publications.models import Publication
from newsletter.stories.models import Story

MAX_COMMENT = 2000  # characters


class CommentThread(models.Model):
    """A comment with its replies. One that asks a team waits until a person of that team claims it."""

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="comment_threads")
    story = models.ForeignKey(Story, null=True, blank=True, on_delete=models.CASCADE, related_name="comment_threads")
    edition = models.ForeignKey(
        "editions.Edition", null=True, blank=True, on_delete=models.CASCADE, related_name="comment_threads"
    )
    opened_at = models.DateTimeField()
    team = models.CharField(max_length=20, blank=True, help_text="The role that is asked; empty: a comment.")
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-opened_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            # counted on every page
            models.Index(name="request_waiting", fields=["team"], condition=Q(claimed_by=None, resolved_at=None)),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="thread_of_one_thing",
                condition=Q(story__isnull=False, edition=None) | Q(story=None, edition__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"comments on story {self.story_id}" if self.story_id else f"comments on edition {self.edition_id}"


class Comment(models.Model):
    """One comment, plain text. The first of a thread opens it."""

    thread = models.ForeignKey(CommentThread, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments")
    text = models.TextField(max_length=MAX_COMMENT, blank=True, help_text="Empty once it was deleted.")
    key = models.CharField(max_length=32, unique=True, help_text="Of the form, so that two clicks write one comment.")
    written_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["written_at", "id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["author", "written_at"])]

    def __str__(self) -> str:
        return f"comment {self.pk}"


class CommentMention(models.Model):
    """A colleague whom a comment mentions, until they have read it."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="comment_mentions")
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="mention_unread", fields=["user"], condition=Q(read_at=None)),  # counted on every page
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["comment", "user"], name="mention_once"),
        ]

    def __str__(self) -> str:
        return f"mention of user {self.user_id} in comment {self.comment_id}"
