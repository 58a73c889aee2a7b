"""Rules for batches submitted to the provider before their send time, in groups that can be cancelled.

The schedule of a group, in minutes before its send time:

    submit → … → 20: the last byte of a call → 15: the wait for evidence ends → 11: the last cancel is requested
    → 10: the provider guarantees no later cancel → 0: the provider sends the letters, or discards them

A call belongs to a group, not a batch; the attempt records the group. A pending batch waits until its dispatch has a
group that takes calls. A batch that is not submitted by then is sent at its time as in immediate mode, and never
earlier, because a call without `send_at` is sent at once. This module holds the rules; `scheduled_groups.py` acts on
them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db.models import Max, Q, QuerySet, Sum

from newsletter.audience import reachable_subscribers
from newsletter.delivery.ledger.batch_counts import batch_counts
from newsletter.delivery.models import Attempt, Batch, Dispatch, ScheduledGroup
from newsletter.delivery.rate_limits import quotas
from newsletter.delivery.recipients.batch_recipients import ClaimedBatch
from newsletter.delivery.scheduled.scheduled_counts import scheduled_counts
from newsletter.delivery.states import BatchState, DispatchState, ScheduledGroupState
from newsletter.editions.models import Edition
from newsletter.mail.message import ScheduledSend

PROVIDER_CANCEL_CUTOFF = timedelta(minutes=10)  # SendGrid's limit: a later cancel may have no effect
LAST_CANCEL_BEFORE = PROVIDER_CANCEL_CUTOFF + timedelta(minutes=1)  # so that no cancel arrives after the cutoff
EVIDENCE_DEADLINE = timedelta(minutes=15)  # leaves four minutes for a cancel that fails a few times
LAST_SUBMISSION_BEFORE = timedelta(
    minutes=20
)  # so that every call has ended, or its lease has, before `EVIDENCE_DEADLINE`
EVIDENCE_WAIT = timedelta(minutes=10)  # events normally arrive within two
PROVIDER_CANCEL_SLOTS = 10  # SendGrid's limit: cancelled or paused ids at a time in one account
SLOTS_FOR_NEW_GROUPS = 8  # for groups of a new dispatch; the others are for groups that replace a cancelled one
OUTAGE_THRESHOLD = 5  # pending cancels that look like an outage: no more batches are submitted before their time
GROUP_SIZE = 20  # batches in a group, as long as eight groups are enough

UNDECIDED = (
    ScheduledGroupState.OPEN,
    ScheduledGroupState.CANCELLING,
    ScheduledGroupState.CANCELLED,
)  # letters of these groups can still be stopped


def submission_opens_at(edition: Edition) -> datetime:
    """Return the earliest time to open an edition, unless `reason_against` says otherwise."""
    return edition.due_at - timedelta(minutes=edition.publication.schedule_ahead_minutes)


def reason_against(edition: Edition, *, now: datetime) -> str:
    """Return why an edition that is not due yet must not be scheduled at the provider at `now`; empty when it may be.

    Such an edition is not opened before it is due: new subscribers still get it, and it can still be held.
    """
    due_at, publication = edition.due_at, edition.publication
    if edition.local_send_time or any(quotas.limits_of(publication, now=at) for at in {now, due_at}):
        return "It is sent at a limited pace, or by the readers' local time."
    if now >= last_submit(due_at):
        return "There is not enough time left to schedule it at the provider."
    if _free_slots() <= 0:
        return "All cancel slots at the provider are in use."
    return ""


def margin() -> timedelta:
    """Return how long before the send time the last call of a group may begin.

    Any lease that begins before then has expired by `EVIDENCE_DEADLINE`.
    """
    return max(LAST_SUBMISSION_BEFORE, EVIDENCE_DEADLINE + timedelta(seconds=settings.DISPATCH_LEASE))


def last_submit(send_at: datetime) -> datetime:
    """Return the latest time to submit a batch before its send time."""
    return send_at - margin()


def last_cancel_at(send_at: datetime) -> datetime:
    """Return the latest time to request a cancel: until then the letters can be stopped."""
    return send_at - LAST_CANCEL_BEFORE


def is_outage() -> bool:
    """Return True if so many cancels are pending that no more batches should be submitted before their time."""
    return (
        ScheduledGroup.objects.filter(cancel_requested_at__isnull=False, cancel_slot__isnull=False).count()
        >= OUTAGE_THRESHOLD
    )


def groups_for_calls(dispatch_id: int, *, now: datetime) -> list[ScheduledGroup]:
    """Return the groups of this dispatch that take calls at `now`."""
    open_groups = ScheduledGroup.objects.filter(
        dispatch=dispatch_id, state=ScheduledGroupState.OPEN, send_at__gt=now + margin()
    )
    return [] if is_outage() else list(open_groups.exclude(provider_batch_id="").order_by("number"))


def group_for(batch: ClaimedBatch, *, now: datetime) -> ScheduledGroup | None:
    """Return the group for a batch that is submitted before its send time; the groups of its dispatch take turns.

    Returns None when no group takes calls. The batch then waits for one, or is sent at its time as in immediate mode.
    """
    groups = groups_for_calls(batch.dispatch_id, now=now)
    if groups:
        return groups[batch.pk % len(groups)]
    Batch.objects.filter(pk=batch.pk, fence=batch.fence, state=BatchState.CLAIMED).update(
        state=BatchState.PENDING, lease_until=None, last_enqueued_at=None, due_at=batch.leaves_at
    )
    return None


def asleep(*, now: datetime) -> QuerySet[Batch]:
    """Return batches that wait for a group that takes calls."""
    return Batch.objects.filter(
        state=BatchState.PENDING,
        due_at__gt=now + margin(),
        dispatch__in=Dispatch.objects.filter(state=DispatchState.OPEN, leaves_at__gt=now + margin()),
    )


def wake(dispatch_id: int, *, now: datetime) -> None:
    """Make the waiting batches of this dispatch due at once if a group takes calls."""
    if groups_for_calls(dispatch_id, now=now):
        asleep(now=now).filter(dispatch=dispatch_id).update(due_at=now)


def lock_if_open(group: ScheduledGroup) -> bool:
    """Lock the group and return True if it is open: its cancel then cannot begin before this transaction ends."""
    return ScheduledGroup.objects.select_for_update().filter(pk=group.pk, state=ScheduledGroupState.OPEN).exists()


def scheduled_send(group: ScheduledGroup) -> ScheduledSend:
    """Return the scheduling fields of a call in this group; the time is rounded up, never before `send_at`."""
    return ScheduledSend(ceil(group.send_at.timestamp()), group.provider_batch_id)


def deadline(group: ScheduledGroup, *, began_at: datetime) -> datetime:
    """Return when the last byte of a call must be written: within its lease and by the last submission time."""
    return min(last_submit(group.send_at), began_at + timedelta(seconds=settings.DISPATCH_LEASE))


def plan_groups(dispatch: Dispatch) -> None:
    """Create the groups of a dispatch that just opened before its send time. Sets `leaves_at` without saving it.

    Cancel slots are acquired later, by `scheduled_groups`. All dispatches share the slots, so a second dispatch gets
    fewer and larger groups.
    """
    edition = dispatch.edition
    dispatch.leaves_at = edition.due_at
    readers = reachable_subscribers.count_candidates(
        edition.publication_id, after=0, last=reachable_subscribers.LAST_ID
    )
    wanted = ceil(readers / settings.DISPATCH_BATCH_SIZE / GROUP_SIZE)
    for number in range(1, max(1, min(_free_slots(), wanted)) + 1):
        ScheduledGroup.objects.create(dispatch=dispatch, number=number, send_at=edition.due_at)


def _free_slots() -> int:
    return (
        SLOTS_FOR_NEW_GROUPS
        - ScheduledGroup.objects.filter(Q(state=ScheduledGroupState.OPEN) | Q(cancel_slot__isnull=False)).count()
    )


def undecided(dispatch: Dispatch) -> QuerySet[Attempt]:
    """Return attempts whose letters may still be cancelled and submitted again."""
    return Attempt.objects.out().filter(batch__dispatch=dispatch, group__state__in=UNDECIDED)


def is_waiting(dispatch: Dispatch, *, now: datetime) -> bool:
    """Return True while the outcome of any scheduled batch is open: the dispatch cannot be finished before."""
    return dispatch.leaves_at is not None and (now < dispatch.leaves_at or undecided(dispatch).exists())


def uncertain(dispatch: Dispatch) -> QuerySet[Batch]:
    """Return uncertain batches that a person has to settle, because no cancel can make them certain."""
    found = dispatch.batches.filter(state=BatchState.UNCERTAIN)
    return found.exclude(pk__in=undecided(dispatch).values("batch")) if dispatch.leaves_at else found


def request_cancel(dispatch: Dispatch, *, reason: str, now: datetime) -> None:
    """Mark every group of a dispatch for cancelling that can still be cancelled; the others stay as they are.

    `scheduled_groups` makes the calls within seconds.
    """
    groups = ScheduledGroup.objects.filter(dispatch=dispatch, state=ScheduledGroupState.OPEN)
    unused = groups.filter(provider_batch_id="")
    unused.update(state=ScheduledGroupState.CANCELLED, cancel_slot=None, cancel_reason=reason[:200], ended_at=now)
    in_time = now + LAST_CANCEL_BEFORE
    groups.filter(send_at__gt=in_time).update(
        state=ScheduledGroupState.CANCELLING, cancel_reason=reason[:200], lease_until=None
    )


@dataclass(frozen=True, slots=True)
class ScheduledSendStatus:
    """The progress of a dispatch that opened before its send time, in readers.

    `submitted` are with the provider, which sends them at `leaves_at`; for a stopped dispatch, those that could not
    be cancelled in time. `cancelling` are being cancelled, `cancelled` were cancelled for good, `waiting` are not
    submitted. `stoppable_until` is None when nothing can be stopped.
    """

    leaves_at: datetime
    stoppable_until: datetime | None
    is_stopped: bool
    has_left: bool
    submitted: int
    cancelling: int
    cancelled: int
    doubtful: int
    waiting: int


def scheduled_send_status(dispatch: Dispatch, *, now: datetime) -> ScheduledSendStatus | None:
    """Return the status of a scheduled dispatch at `now`; None in immediate mode."""
    if dispatch.leaves_at is None:
        return None
    sent, pending_again = scheduled_counts(dispatch)
    readers = batch_counts([dispatch])[dispatch.pk].readers
    waiting = readers.get(BatchState.PENDING, 0) + readers.get(BatchState.CLAIMED, 0)
    until = dispatch.groups.filter(state=ScheduledGroupState.OPEN).aggregate(latest=Max("send_at"))["latest"]
    until = until and last_cancel_at(until)
    is_stopped = dispatch.state == DispatchState.STOPPED
    cancelled = pending_again if is_stopped else 0
    return ScheduledSendStatus(
        leaves_at=dispatch.leaves_at,
        stoppable_until=until if until and now < until and not is_stopped else None,
        is_stopped=is_stopped,
        has_left=now >= dispatch.leaves_at,
        submitted=sum(sent.get(state, 0) for state in ("", ScheduledGroupState.OPEN, ScheduledGroupState.LEFT)),
        cancelling=sum(sent.get(state, 0) for state in (ScheduledGroupState.CANCELLING, ScheduledGroupState.CANCELLED)),
        cancelled=cancelled,
        doubtful=sent.get(ScheduledGroupState.DOUBTFUL, 0),
        waiting=waiting - cancelled,
    )


def unconfirmed_cancels(dispatches: Collection[Dispatch], *, now: datetime) -> dict[int, int]:
    """Return by dispatch the number of readers whose cancel the provider did not confirm in time. At most one query."""
    late = [d.pk for d in dispatches if d.leaves_at and now >= d.leaves_at - PROVIDER_CANCEL_CUTOFF]
    if not late:
        return {}
    calls = Attempt.objects.out().filter(batch__dispatch__in=late, group__state=ScheduledGroupState.CANCELLING)
    readers = calls.order_by().values_list("batch__dispatch").annotate(Sum("batch__submitted"))
    return {pk: number or 0 for pk, number in readers}


def describe(status: ScheduledSendStatus, *, leaves: str, until: str) -> str:
    """Return the status in a sentence; `leaves` and `until` are its two times in words."""
    n = _thousands
    if status.is_stopped:
        parts = [f"{n(status.waiting)} readers not submitted", f"{n(status.cancelled)} cancelled"]
        if status.cancelling:
            parts.append(f"{n(status.cancelling)} being cancelled now")
        if status.submitted:
            verb = "received it" if status.has_left else f"will receive it {leaves}"
            parts.append(f"{n(status.submitted)} could not be stopped in time and {verb}")
        if status.doubtful:
            parts.append(f"{n(status.doubtful)} uncertain, because the cancel was not confirmed in time")
        return "Stopped: " + "; ".join(parts) + "."
    if status.has_left:
        return f"Sent {leaves}." if not status.doubtful else f"Delivery to {n(status.doubtful)} readers is uncertain."
    sentence = f"{n(status.submitted)} readers scheduled at the provider"
    if status.waiting:
        sentence += f", {n(status.waiting)} remaining"
    if status.cancelling:
        sentence += f", {n(status.cancelling)} being cancelled to be submitted again"
    stop = f"you can stop it until {until}" if status.stoppable_until else "it is too late to stop it"
    return f"{sentence}; sends {leaves}; {stop}."


def _thousands(number: int) -> str:
    """Format a number as in 12,000."""
    return f"{number:,}"
