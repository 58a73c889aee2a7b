"""Webhook posts as received, and the outcome of each reader's letter."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from newsletter.delivery.models import Dispatch
from newsletter.lib.claim_rows import Claimable, is_due


class WebhookPostState(models.TextChoices):
    """Where a post is in processing."""

    WAITING = "waiting"  # not processed yet
    PROCESSED = "processed"
    FAILED = "failed"  # could not be understood; `problem` says why
    DISCARDED = "discarded"  # by a person, after it failed


class WebhookPostQuerySet(models.QuerySet["WebhookPost"]):
    """Queries of webhook posts."""

    def waiting(self, now: datetime) -> WebhookPostQuerySet:
        """Return the posts that are not processed and not claimed by a worker."""
        return self.filter(is_due(now), state=WebhookPostState.WAITING)


class WebhookPost(Claimable):
    """One post of events from the provider, byte for byte, kept for `POSTS_KEPT_DAYS`."""

    received_at = models.DateTimeField(db_index=True)
    signed_at = models.DateTimeField(null=True, blank=True, help_text="By the provider's clock, if it is known.")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of stamp and body: each is kept once.")
    body = models.BinaryField()
    state = models.CharField(max_length=9, choices=WebhookPostState.choices, default=WebhookPostState.WAITING)
    events = models.PositiveIntegerField(default=0, help_text="How many of interest were in it.")
    problem = models.CharField(max_length=200, blank=True, help_text="What in it could not be understood.")

    objects = WebhookPostQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["id"], name="post_waiting", condition=Q(state="waiting")),
            models.Index(fields=["received_at"], name="post_failed", condition=Q(state="failed")),
        ]

    def __str__(self) -> str:
        return f"webhook post {self.pk}"


class PostRefusal(models.Model):
    """Posts that were rejected since the last valid one: one row per reason."""

    reason = models.CharField(max_length=20, unique=True)
    posts = models.PositiveIntegerField(default=0, help_text="Counted at most once a minute in each process.")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"posts refused for {self.reason}"


class DeliveryStage(models.IntegerChoices):
    """How far a letter has got. The stage only rises, so the order of events does not matter.

    Delivered is above dropped and blocked: of two attempts for one reader, the delivered one counts. Bounced is above
    delivered: some mailboxes accept a letter and return it later.
    """

    PROCESSED = 1
    DEFERRED = 2
    DROPPED = 3
    BLOCKED = 4
    DELIVERED = 5
    BOUNCED = 6


class OutcomeCounts(models.Model):
    """Numbers of readers of one dispatch by outcome, written together with their outcomes (outcome_counts.py)."""

    dispatch = models.OneToOneField(Dispatch, on_delete=models.PROTECT, primary_key=True, related_name="outcome_counts")
    processed = models.PositiveBigIntegerField(default=0)
    deferred = models.PositiveBigIntegerField(default=0)
    dropped = models.PositiveBigIntegerField(default=0)
    blocked = models.PositiveBigIntegerField(default=0)
    delivered = models.PositiveBigIntegerField(default=0)
    bounced = models.PositiveBigIntegerField(default=0)
    complained = models.PositiveBigIntegerField(default=0)
    unsubscribed = models.PositiveBigIntegerField(default=0)
    prefetched = models.PositiveBigIntegerField(default=0)
    opened = models.PositiveBigIntegerField(default=0)
    clicked = models.PositiveBigIntegerField(default=0)
    final_at = models.DateTimeField(null=True, blank=True, help_text="Since then they take no more outcomes.")
    deleted_at = models.DateTimeField(null=True, blank=True, help_text="When the last of the outcomes was deleted.")

    def __str__(self) -> str:
        return f"outcome counts of dispatch {self.dispatch_id}"


class ReaderOutcome(models.Model):
    """The outcome of one reader's letter of one dispatch, created by its first event.

    Every field holds the highest or the earliest value of all events, so merging the same events again, in any order,
    changes nothing. The subscriber is only an id, as in a batch: a person may be erased.
    """

    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="outcomes", db_index=False)
    subscriber = models.PositiveBigIntegerField()
    reached = models.PositiveSmallIntegerField(choices=DeliveryStage.choices)
    delivered_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    complained_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    prefetched_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    clicked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dispatch", "subscriber"], name="outcome_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # segments ask who clicked; few readers do
            models.Index(
                fields=["dispatch", "subscriber"], name="outcome_clicked", condition=Q(clicked_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"outcome {self.pk}"
