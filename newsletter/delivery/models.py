"""The ledger of dispatches. It stores batches, not recipients: a million readers are a thousand rows."""

from __future__ import annotations  # array[int] has no meaning at run time before 3.12

from datetime import date, datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from newsletter.delivery import email_test_models  # noqa: F401 — Django looks for models here
from newsletter.delivery.pause_models import SendingPause
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState, ScheduledGroupState
from newsletter.editions.models import Edition, FrozenLetter


class Dispatch(models.Model):
    """The only dispatch of an edition. One commit creates it together with its first batches.

    `frozen_up_to_id` is None once all batches exist; until then the dispatch cannot be finished.
    """

    edition = models.OneToOneField(Edition, on_delete=models.PROTECT, related_name="dispatch")
    state = models.CharField(max_length=9, choices=DispatchState.choices, default=DispatchState.OPEN)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it is paused, stopped or needs attention.")
    candidates = models.PositiveBigIntegerField(help_text="Everyone with a subscription when it opened.")
    planned = models.PositiveBigIntegerField(help_text="Readers frozen into batches.")
    left_out = models.JSONField(default=dict, help_text="How many candidates were left out, by reason.")
    versions = models.JSONField(
        default=dict, help_text="Planned readers of another letter than the default, by variant."
    )
    leaves_at = models.DateTimeField(
        null=True, blank=True, help_text="Set when it opened before its send time: no letter may be sent earlier."
    )
    day = models.DateField(help_text="The day readers get it: a pause that is over by then does not count.")
    frozen_up_to_id = models.BigIntegerField(
        null=True, blank=True, help_text="While it opens: the highest subscriber id frozen so far."
    )
    is_paced = models.BooleanField(default=False, help_text="It has rate limits, checked before each call (quotas.py).")
    thank_gifts_since = models.DateTimeField(
        null=True, blank=True, help_text="Readers who donated since then get the thank-you letter; empty: no reader."
    )
    refusals_counted_from = models.PositiveBigIntegerField(
        default=0, help_text="The latest attempt when a person last resumed it: earlier refusals do not count."
    )
    too_late_after = models.DateTimeField(
        null=True, blank=True, help_text="From then on it waits for a person, if no reader got it; empty: no limit."
    )
    sending_pause = models.ForeignKey(
        SendingPause,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The pause of sending that paused it, and whose end resumes it.",
    )
    opened_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    final_counts = models.JSONField(
        default=dict, help_text="Numbers of readers in its batches when they became final (batch_counts.py)."
    )
    final_at = models.DateTimeField(
        null=True, blank=True, help_text="Since then its batches are not read: they are being deleted, or are."
    )
    batches_deleted_at = models.DateTimeField(null=True, blank=True, help_text="When the last batch was deleted.")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["opened_at"], name="dispatch_with_batches", condition=Q(batches_deleted_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"dispatch {self.pk}"


class ScheduledGroup(models.Model):
    """Calls submitted before their send time under one batch id of the provider, to be cancelled together.

    SendGrid allows ten pending cancels per account. A group reserves one slot (`cancel_slot`) before its batch id is
    created and releases it afterwards, so that every group with an id can be cancelled.
    """

    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="groups")
    number = models.PositiveSmallIntegerField(help_text="Counted from 1 within the dispatch.")
    send_at = models.DateTimeField(help_text="When the provider sends its letters.")
    state = models.CharField(max_length=10, choices=ScheduledGroupState.choices, default=ScheduledGroupState.OPEN)
    cancel_slot = models.PositiveSmallIntegerField(null=True, blank=True, unique=True, help_text="1 to 10.")
    provider_batch_id = models.CharField(max_length=100, blank=True, help_text="The provider's batch id.")
    cancel_reason = models.CharField(max_length=200, blank=True, help_text="Why it is cancelled.")
    cancel_requested_at = models.DateTimeField(null=True, blank=True, help_text="Committed before the first cancel.")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When its cancel was confirmed, or it was sent.")
    lease_until = models.DateTimeField(null=True, blank=True, help_text="Until then a worker has it.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dispatch", "number"], name="group_number_once"),
            models.CheckConstraint(
                name="group_cancel_slot", condition=Q(cancel_slot=None) | Q(cancel_slot__gte=1, cancel_slot__lte=10)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["send_at"], name="group_unfinished", condition=Q(state__in=["open", "cancelling"])),
        ]

    def __str__(self) -> str:
        return f"group {self.pk}"


class BatchQuerySet(models.QuerySet["Batch"]):
    """Queries of batches."""

    def due(self, now: datetime) -> BatchQuerySet:
        """Return pending batches of open dispatches whose due time has passed."""
        return self.of_open_dispatches().filter(state=BatchState.PENDING, due_at__lte=now)

    def of_open_dispatches(self) -> BatchQuerySet:
        """Return batches of open dispatches.

        A sub-select and not a join: Django turns an UPDATE over a join into `id IN (select …)`, and PostgreSQL does
        not test the state in there again after a wait for the lock of another claim. Two workers would both win.
        """
        return self.filter(dispatch__in=Dispatch.objects.filter(state=DispatchState.OPEN))

    def abandoned(self, now: datetime) -> BatchQuerySet:
        """Return batches of workers whose lease has expired."""
        return self.filter(state__in=[BatchState.CLAIMED, BatchState.CALLING], lease_until__lt=now)


class Batch(models.Model):
    """Up to 1,000 subscribers who get one variant of the letter in one call."""

    # no indexes on these foreign keys: every change of state would have to update them
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="batches", db_index=False)
    number = models.PositiveIntegerField(help_text="Counted from 1 within the dispatch.")
    letter = models.ForeignKey(FrozenLetter, on_delete=models.PROTECT, related_name="+", db_index=False)
    subscribers = models.BinaryField(help_text="Their ids, ascending, 8 bytes each, big-endian (pack, unpack).")
    count = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=BatchState.choices, default=BatchState.PENDING)
    fence = models.PositiveIntegerField(
        default=0, help_text="Raised by every claim; a write with an older fence changes nothing."
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    last_enqueued_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was last put into the worker queue."
    )
    split_from = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The refused batch that its readers come from.",
    )
    left_out = models.JSONField(
        default=dict, help_text="Subscriber ids that became unreachable since the opening, by reason."
    )
    submitted = models.PositiveSmallIntegerField(default=0, help_text="Readers in the latest call.")

    objects = BatchQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dispatch", "number"], name="batch_number_once"),
            models.CheckConstraint(name="batch_size", condition=Q(count__gte=1, count__lte=1000)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["due_at"], name="batch_unfinished", condition=Q(state__in=["pending", "claimed", "calling"])
            ),
            # the database looks for batches split from one that is deleted
            models.Index(fields=["split_from"], name="batch_split_from", condition=Q(split_from__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"


OUT = (BatchState.ACCEPTED, BatchState.UNCERTAIN, BatchState.CALLING)


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Queries of attempts."""

    def out(self) -> AttemptQuerySet:
        """Return the latest attempts of batches whose letters the provider has, or may have."""
        return self.filter(fence=F("batch__fence"), batch__state__in=OUT)


class Attempt(models.Model):
    """One attempt to send one batch, committed before the call. These rows are the audit log of sending."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="attempts", db_index=False)
    ordinal = models.PositiveIntegerField(help_text="Counted from 1 within the batch.")
    fence = models.PositiveIntegerField()
    group = models.ForeignKey(
        ScheduledGroup,
        null=True,
        blank=True,
        db_index=False,  # so that attempts are inserted quickly; only scheduled ones are in an index
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The group in which it was scheduled; empty when it was sent at once.",
    )
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=9, choices=AttemptStatus.choices, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    provider_id = models.CharField(max_length=100, blank=True, help_text="The provider's id of this call.")
    detail = models.CharField(max_length=500, blank=True, help_text="The provider's answer, or what went wrong.")
    rejected_positions = models.JSONField(
        null=True, blank=True, help_text="Of a refused call: the indexes of readers, from 0, that the provider named."
    )
    settled_by = models.CharField(
        max_length=100, blank=True, help_text="The evidence or person that settled an uncertain one."
    )
    is_proven = models.BooleanField(default=False, help_text="An event proves that the provider took it.")

    objects = AttemptQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["batch", "ordinal"], name="attempt_ordinal_once"),
            # at most one unfinished attempt per batch: a second one cannot be inserted
            models.UniqueConstraint(fields=["batch"], condition=Q(status=""), name="attempt_one_live"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["group"], name="attempt_in_group", condition=Q(group__isnull=False)),
            models.Index(fields=["provider_id"], name="attempt_by_provider_id"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk}"


class WarmUp(models.Model):
    """How many readers may be submitted from a sending domain on each of its first days, counted in UTC.

    Before `starts_on` and after the last day there is no limit.
    """

    domain = models.CharField(max_length=253, unique=True)
    starts_on = models.DateField()
    daily = models.JSONField(help_text="Readers a day: a list of numbers, the first for `starts_on`.")

    class Meta:
        verbose_name = "warm-up"
        ordering: ClassVar[list[str]] = ["domain"]

    def __str__(self) -> str:
        return f"warm-up of {self.domain}"

    def limit(self, day: date) -> int | None:
        """Return the limit in readers on that UTC day; None if there is none."""
        return int(self.to_come(day)[0]) if day >= self.starts_on and self.to_come(day) else None

    def to_come(self, day: date) -> list[int]:
        """Return the daily limits from that day on; empty once the warm-up is over."""
        return list(self.daily[max(0, (day - self.starts_on).days) :])


class RateWindow(models.Model):
    """The number of readers submitted in one clock minute, clock hour or UTC day, under one limit."""

    scope = models.CharField(max_length=300, help_text="What the limit is about: a publication or a domain.")
    seconds = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    readers = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["scope", "seconds", "starts_at"], name="window_once"),
        ]

    def __str__(self) -> str:
        return f"window {self.pk}"


class Installation(models.Model):
    """The installation that this database belongs to: one row. A copy is recognised by it (installation.py)."""

    installation_id = models.CharField(
        max_length=20, help_text="Sent to the provider with each call, as nl_installation."
    )
    environment = models.CharField(max_length=100, blank=True, help_text="As the setting ENVIRONMENT names it.")
    fingerprint = models.JSONField(help_text="Where the database lived when it was stamped.")
    earlier = models.JSONField(default=dict, help_text="Ids it had before, each with the last attempt made under it.")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=254, blank=True, help_text="Empty when it stamped itself.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="installation_only_one", condition=Q(pk=1)),
        ]

    def __str__(self) -> str:
        return f"installation {self.installation_id}"
