"""An act of a person with what it takes to undo it. `letters/undo` undoes it."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class UndoKind(models.TextChoices):
    """The kinds of acts that are kept. Those in `FINAL` cannot be undone."""

    STORY_ADDED = "story-added"
    STORY_CHANGED = "story-changed"
    STORY_MOVED = "story-moved"
    STORY_REMOVED = "story-removed"
    STORY_RESTORED = "story-restored"
    STORY_CLAIMED = "story-claimed"
    STORY_RELEASED = "story-released"
    STORY_PITCHED = "story-pitched"
    PITCH_WITHDRAWN = "pitch-withdrawn"
    PITCH_ACCEPTED = "pitch-accepted"
    PITCH_DECLINED = "pitch-declined"
    SUGGESTION_DISMISSED = "suggestion-dismissed"
    DRAFT_DISCARDED = "draft-discarded"
    CORRECTION_FORGOTTEN = "correction-forgotten"
    EDITION_ARRANGED = "edition-arranged"
    STORY_OVERRIDDEN = "story-overridden"
    EDITION_EDITED = "edition-edited"
    READERS_CHOSEN = "readers-chosen"
    EDITION_ADDED = "edition-added"
    EDITION_SUBMITTED = "edition-submitted"
    EDITION_APPROVED = "edition-approved"
    EDITION_RESCHEDULED = "edition-rescheduled"
    EDITION_HELD = "edition-held"
    EDITION_RELEASED = "edition-released"
    EDITION_REOPENED = "edition-reopened"
    EDITION_CANCELLED = "edition-cancelled"
    EDITION_SENT_NOW = "edition-sent-now"
    APPEAL_ADDED = "appeal-added"
    APPEAL_CHANGED = "appeal-changed"
    SNIPPET_ADDED = "snippet-added"
    SNIPPET_LEFT_OUT = "snippet-left-out"
    SNIPPET_CHANGED = "snippet-changed"
    COMMENT_WRITTEN = "comment-written"
    THREAD_RESOLVED = "thread-resolved"
    THREAD_REOPENED = "thread-reopened"
    REQUEST_CLAIMED = "request-claimed"
    REQUEST_RELEASED = "request-released"


class KeptAct(models.Model):
    """What somebody did, for twelve hours: with the values before and after, by which it is undone."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    publication_id = models.BigIntegerField()
    made_at = models.DateTimeField()
    kind = models.CharField(max_length=24, help_text="One of `UndoKind`.")
    subject_id = models.BigIntegerField(help_text="Of the story, edition or other row that the kind names.")
    sentence = models.CharField(max_length=400, help_text="What was done.")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["user", "made_at"])]

    def __str__(self) -> str:
        return self.sentence
