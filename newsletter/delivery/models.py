"""The ledger. A million readers are a thousand rows: it keeps batches, not recipients."""

from __future__ import annotations  # array[int] has no meaning at run time before 3.12

from datetime import date, datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from newsletter.editions.models import Edition, FrozenLetter


class DispatchState(models.TextChoices):
    OPEN = "open"  # batches are being sent, or wait for their time
    PAUSED = "paused"  # nothing more is sent until a person resumes it
    ATTENTION = "attention"  # all is sent that can be; a person must settle the rest
    FINISHED = "finished"  # planned = accepted + left out since; nothing is refused or uncertain
    STOPPED = "stopped"  # ended by a person before it was finished


class Dispatch(models.Model):
    """The one and only sending of an edition. It exists once its first batches do: one commit writes both.

    `frozen_up_to_id` is None once all of them exist; until then it is not finished, whatever else is.
    """

    edition = models.OneToOneField(Edition, on_delete=models.PROTECT, related_name="dispatch")
    state = models.CharField(max_length=9, choices=DispatchState.choices, default=DispatchState.OPEN)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it is paused, stopped or wants attention.")
    candidates = models.PositiveBigIntegerField(help_text="Everybody with a subscription when it opened.")
    planned = models.PositiveBigIntegerField(help_text="Readers frozen into batches.")
    left_out = models.JSONField(default=dict, help_text="How many candidates were left out, by reason.")
    leaves_at = models.DateTimeField(
        null=True, blank=True, help_text="Set when it opened before its time: no letter may leave earlier."
    )
    day = models.DateField(help_text="On which readers get it: whose pause is over by then is not left out.")
    frozen_up_to_id = models.BigIntegerField(
        null=True, blank=True, help_text="While it opens: the highest subscriber id looked at so far."
    )
    is_paced = models.BooleanField(
        default=False, help_text="A pace, a warm-up or quiet hours hold for it: asked before each call (quotas.py)."
    )
    thank_gifts_since = models.DateTimeField(
        null=True, blank=True, help_text="Who gave since then gets the letter that thanks; empty: nobody does."
    )
    refusals_counted_from = models.PositiveBigIntegerField(
        default=0, help_text="The latest attempt when a person last resumed it: refusals up to it count no more."
    )
    too_late_after = models.DateTimeField(
        null=True,
        blank=True,
        help_text="From then on it waits for a person's word, if nobody has got it yet; empty: there is no limit.",
    )
    opened_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"dispatch {self.pk}"


class ScheduledGroupState(models.TextChoices):
    OPEN = "open"  # calls may be made under its id, once it has one
    CANCELLING = "cancelling"  # nothing more is submitted under it; the provider is asked to throw it away
    CANCELLED = "cancelled"  # the provider showed the cancel in time: none of its letters leaves
    LEFT = "left"  # its time came and no cancel stood: its letters left
    DOUBTFUL = "doubtful"  # a cancel stood that nobody saw in time: nobody knows whether its letters left


class ScheduledGroup(models.Model):
    """Calls that are made ahead of their time under one batch id of the provider, to be cancelled together.

    `place` is one of the ten cancels that the provider keeps for an account. A group takes its place
    before it gets an id and gives it back when nothing can need it any more, so that every group
    with an id can be cancelled.
    """

    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="groups")
    number = models.PositiveSmallIntegerField(help_text="Counted from 1 within the dispatch.")
    send_at = models.DateTimeField(help_text="When the provider lets its letters leave.")
    state = models.CharField(max_length=10, choices=ScheduledGroupState.choices, default=ScheduledGroupState.OPEN)
    place = models.PositiveSmallIntegerField(null=True, blank=True, unique=True, help_text="1 to 10.")
    provider_batch_id = models.CharField(max_length=100, blank=True, help_text="The provider's batch id.")
    why = models.CharField(max_length=200, blank=True, help_text="Why it is cancelled.")
    cancel_requested_at = models.DateTimeField(
        null=True, blank=True, help_text="Written before the first call that cancels it."
    )
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was seen to be cancelled, or left.")
    lease_until = models.DateTimeField(null=True, blank=True, help_text="Until then a worker looks after it.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dispatch", "number"], name="group_number_once"),
            models.CheckConstraint(name="group_place", condition=Q(place=None) | Q(place__gte=1, place__lte=10)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["send_at"], name="group_unfinished", condition=Q(state__in=["open", "cancelling"])),
        ]

    def __str__(self) -> str:
        return f"group {self.pk}"


class BatchState(models.TextChoices):
    PENDING = "pending"  # nobody has it
    CLAIMED = "claimed"  # a worker prepares the call; after its lease anyone may claim it again
    CALLING = "calling"  # an attempt is written down; after its lease the batch is uncertain
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    EMPTY = "empty"  # nobody in it is sent anything: its readers left, or a person accepted that they were refused
    SPLIT = "split"  # refused, and its readers were put into smaller batches; the calls and who had left stay here


class BatchQuerySet(models.QuerySet["Batch"]):
    def due(self, now: datetime) -> BatchQuerySet:
        """Waiting, their time has come, and their dispatch is open."""
        return self.of_open_dispatches().filter(state=BatchState.PENDING, due_at__lte=now)

    def of_open_dispatches(self) -> BatchQuerySet:
        """As a sub-select and not as a join: an UPDATE over a join becomes `id IN (select …)` in
        Django, and PostgreSQL does not look at the state in there again after waiting for another
        claim's lock. Two workers would both win.
        """
        return self.filter(dispatch__in=Dispatch.objects.filter(state=DispatchState.OPEN))

    def abandoned(self, now: datetime) -> BatchQuerySet:
        """Held by a worker whose lease is over."""
        return self.filter(state__in=[BatchState.CLAIMED, BatchState.CALLING], lease_until__lt=now)


class Batch(models.Model):
    """Up to 1,000 subscribers who get one variant of the letter in one call."""

    # no index of their own for these: every change of state would have to be entered there as well
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="batches", db_index=False)
    number = models.PositiveIntegerField(help_text="Counted from 1 within the dispatch.")
    letter = models.ForeignKey(FrozenLetter, on_delete=models.PROTECT, related_name="+", db_index=False)
    subscribers = models.BinaryField(help_text="Their ids, ascending, 8 bytes each, big-endian (pack, unpack).")
    count = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=BatchState.choices, default=BatchState.PENDING)
    fence = models.PositiveIntegerField(
        default=0, help_text="Raised by every claim; a write with an older one changes nothing."
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    last_enqueued_at = models.DateTimeField(null=True, blank=True, help_text="When a worker was last told of it.")
    split_from = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The refused batch in which its readers were before.",
    )
    left_out = models.JSONField(default=dict, help_text="Subscriber ids that left since the opening, by reason.")
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
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class AttemptStatus(models.TextChoices):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"  # submitted ahead, and cancelled before it could leave


OUT = (BatchState.ACCEPTED, BatchState.UNCERTAIN, BatchState.CALLING)


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def out(self) -> AttemptQuerySet:
        """Calls that made their batches what they are now: the provider has the letters, or may have them."""
        return self.filter(fence=F("batch__fence"), batch__state__in=OUT)


class Attempt(models.Model):
    """One try at one batch, committed before the call. These rows are what an auditor reads."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="attempts", db_index=False)
    ordinal = models.PositiveIntegerField(help_text="Counted from 1 within the batch.")
    fence = models.PositiveIntegerField()
    group = models.ForeignKey(
        ScheduledGroup,
        null=True,
        blank=True,
        db_index=False,  # a row for each call is written quickly; only those ahead of time are in an index
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Under whose batch id it was submitted ahead; none when it was to leave at once.",
    )
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    fate = models.CharField(max_length=9, choices=AttemptStatus.choices, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    provider_id = models.CharField(max_length=100, blank=True, help_text="The provider's name for this call.")
    detail = models.CharField(max_length=500, blank=True, help_text="What the provider said, or what went wrong.")
    rejected_positions = models.JSONField(
        null=True, blank=True, help_text="Of a refused call: the places in it, from 0, that the provider complained of."
    )
    settled_by = models.CharField(
        max_length=100, blank=True, help_text="The evidence or person that settled an uncertain one."
    )
    is_proven = models.BooleanField(default=False, help_text="An event proves that the provider took it.")

    objects = AttemptQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["batch", "ordinal"], name="attempt_ordinal_once"),
            # at most one live attempt a batch: a second one cannot even be written down
            models.UniqueConstraint(fields=["batch"], condition=Q(fate=""), name="attempt_one_live"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["group"], name="attempt_in_group", condition=Q(group__isnull=False)),
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
        """Readers on that UTC day; None when there is no limit."""
        return int(self.to_come(day)[0]) if day >= self.starts_on and self.to_come(day) else None

    def to_come(self, day: date) -> list[int]:
        """The limits from that day on; empty when it is over."""
        return list(self.daily[max(0, (day - self.starts_on).days) :])


class RateWindow(models.Model):
    """How many readers were submitted in one clock minute, clock hour or UTC day, under one limit."""

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
    """Which house this database belongs to: one row. A copy takes it along, and is known by it (installation.py)."""

    installation_id = models.CharField(
        max_length=20, help_text="Told to the provider with each call, as nl_installation."
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
