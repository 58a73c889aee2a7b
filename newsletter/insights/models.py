"""Posts as they came in, and what became of each reader's letter."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from newsletter.delivery.models import Dispatch
from newsletter.lib.claim_rows import Claimable, is_due


class WebhookPostState(models.TextChoices):
    WAITING = "waiting"  # not understood yet
    PROCESSED = "absorbed"
    FAILED = "aside"  # could not be understood; `problem` says why


class NoticeQuerySet(models.QuerySet["WebhookPost"]):
    def waiting(self, now: datetime) -> NoticeQuerySet:
        """Not absorbed, and in no worker's hands."""
        return self.filter(is_due(now), state=WebhookPostState.WAITING)


class WebhookPost(Claimable):
    """One post of the provider's events, byte for byte, kept for thirty days."""

    received_at = models.DateTimeField(db_index=True)
    signed_at = models.DateTimeField(null=True, blank=True, help_text="By the provider's clock, if it said.")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of stamp and body: each is kept once.")
    body = models.BinaryField()
    state = models.CharField(max_length=8, choices=WebhookPostState.choices, default=WebhookPostState.WAITING)
    events = models.PositiveIntegerField(default=0, help_text="How many of interest were in it.")
    problem = models.CharField(max_length=200, blank=True, help_text="What in it could not be understood.")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["id"], name="notice_waiting", condition=Q(state="waiting")),
            models.Index(fields=["received_at"], name="notice_aside", condition=Q(state="aside")),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"


class PostRefusal(models.Model):
    """Posts that were turned away since the last one that was kept, by the reason: one row a reason."""

    reason = models.CharField(max_length=20, unique=True)
    posts = models.PositiveIntegerField(default=0, help_text="Counted at most once a minute in each process.")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"posts refused for {self.reason}"


class DeliveryStage(models.IntegerChoices):
    """How far a letter has got. It only rises, so that it does not matter in which order events come.

    Delivered stands above dropped and blocked, because of two attempts at one reader the one that
    arrived counts; bounced stands above delivered, because some mailboxes take first and refuse later.
    """

    PROCESSED = 1
    DEFERRED = 2
    DROPPED = 3
    BLOCKED = 4
    DELIVERED = 5
    BOUNCED = 6


class ReaderOutcome(models.Model):
    """What became of one reader's letter of one dispatch; there is none before something happened to it.

    Every field is the highest or the earliest of what was told: joining the same events again, in
    any order, changes nothing. The subscriber is an id only, as in a batch: a person may be erased.
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

    def __str__(self) -> str:
        return f"outcome {self.pk}"
