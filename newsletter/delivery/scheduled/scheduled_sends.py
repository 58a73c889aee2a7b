"""Submitting ahead: letters are handed over before they are to leave, in groups that can be cancelled together.

The times of a group, back from the moment at which the provider lets its letters leave:

    submit → … → 20 min: the last byte of a call → 15: no evidence is waited for → 11: the last cancel is asked
    for → 10: the provider promises nothing any more → 0: letters leave, or are thrown away

A batch belongs to no group: a call does, and the attempt says to which. A batch that waits sleeps until its
dispatch has a group that takes calls; what is not submitted by then is submitted at its time as in immediate
mode, and never before it: a call without `send_at` leaves at once. This file says when what may be done;
`scheduled_groups.py` does it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum

from newsletter.audience import reachable_subscribers
from newsletter.delivery.models import (
    Attempt,
    AttemptStatus,
    Batch,
    BatchState,
    Dispatch,
    DispatchState,
    ScheduledGroup,
    ScheduledGroupState,
)
from newsletter.delivery.rate_limits import quotas
from newsletter.delivery.recipients.batch_recipients import ClaimedBatch
from newsletter.editions.models import Edition
from newsletter.mail.message import ScheduledSend

PROVIDER_CANCEL_CUTOFF = timedelta(minutes=10)  # the provider's: a later cancel may not hold
LAST_CANCEL_BEFORE = PROVIDER_CANCEL_CUTOFF + timedelta(minutes=1)  # so that no cancel of ours arrives after the cut
EVIDENCE_DEADLINE = timedelta(minutes=15)  # leaves four minutes for a cancel that fails a few times
LAST_SUBMISSION_BEFORE = timedelta(
    minutes=20
)  # so that every call has ended, or its lease has, before `EVIDENCE_DEADLINE`
EVIDENCE_WAIT = timedelta(minutes=10)  # events come within one or two; so long they are waited for
PROVIDER_CANCEL_SLOTS = 10  # the provider's: cancelled or paused ids at a time, in one account
SLOTS_FOR_NEW_GROUPS = 8  # for groups when a dispatch opens; the others are for those that follow a cancelled one
OUTAGE_THRESHOLD = 5  # cancels at once that look like an outage: nothing more is submitted ahead meanwhile
GROUP_SIZE = 20  # batches in a group, as long as eight groups are enough

UNDECIDED = (
    ScheduledGroupState.OPEN,
    ScheduledGroupState.CANCELLING,
    ScheduledGroupState.CANCELLED,
)  # letters under these may yet be stopped


def submission_opens_at(edition: Edition) -> datetime:
    """From when on an edition may be opened, if nothing is against submitting it ahead."""
    return edition.due_at - timedelta(minutes=edition.publication.schedule_ahead_minutes)


def reason_against(edition: Edition, *, now: datetime) -> str:
    """Why an edition that is not due at `now` may not be submitted ahead at that moment; empty when it may.

    It is not opened either then: who subscribes before it is due gets it, and it can be held.
    """
    due_at, publication = edition.due_at, edition.publication
    if edition.local_send_time or any(quotas.limits_of(publication, now=at) for at in {now, due_at}):
        return "It leaves at a pace, or by the readers' own clocks."
    if now >= last_submit(due_at):
        return "There is not enough time left to submit ahead."
    if _free_places() <= 0:
        return "All places for cancels at the provider are taken by others."
    return ""


def margin() -> timedelta:
    """How long before its time the last call of a group is made: a lease that begins earlier ends by
    `EVIDENCE_DEADLINE`.
    """
    return max(LAST_SUBMISSION_BEFORE, EVIDENCE_DEADLINE + timedelta(seconds=settings.DISPATCH_LEASE))


def last_submit(send_at: datetime) -> datetime:
    """Up to when a call may be made ahead."""
    return send_at - margin()


def last_cancel_at(send_at: datetime) -> datetime:
    """Up to when a cancel may be asked for: until then the letters can be stopped."""
    return send_at - LAST_CANCEL_BEFORE


def is_outage() -> bool:
    """Do so many cancels stand that nothing more is to be submitted ahead meanwhile?"""
    return (
        ScheduledGroup.objects.filter(cancel_requested_at__isnull=False, place__isnull=False).count()
        >= OUTAGE_THRESHOLD
    )


def groups_for_calls(dispatch_id: int, *, now: datetime) -> list[ScheduledGroup]:
    """Under which a call may be made at this moment."""
    ours = ScheduledGroup.objects.filter(
        dispatch=dispatch_id, state=ScheduledGroupState.OPEN, send_at__gt=now + margin()
    )
    return [] if is_outage() else list(ours.exclude(provider_batch_id="").order_by("number"))


def group_for(batch: ClaimedBatch, *, now: datetime) -> ScheduledGroup | None:
    """The group under whose id a batch may be submitted before it is to leave; those of its dispatch take turns.

    None when there is none: then it sleeps until one takes calls, or leaves at its time as in immediate mode.
    """
    groups = groups_for_calls(batch.dispatch_id, now=now)
    if groups:
        return groups[batch.pk % len(groups)]
    Batch.objects.filter(pk=batch.pk, fence=batch.fence, state=BatchState.CLAIMED).update(
        state=BatchState.PENDING, lease_until=None, last_enqueued_at=None, due_at=batch.leaves_at
    )
    return None


def asleep(*, now: datetime) -> QuerySet[Batch]:
    """Batches that wait for a group which takes calls."""
    return Batch.objects.filter(
        state=BatchState.PENDING,
        due_at__gt=now + margin(),
        dispatch__in=Dispatch.objects.filter(state=DispatchState.OPEN, leaves_at__gt=now + margin()),
    )


def wake(dispatch_id: int, *, now: datetime) -> None:
    """Make batches due at once that a group takes calls for."""
    if groups_for_calls(dispatch_id, now=now):
        asleep(now=now).filter(dispatch=dispatch_id).update(due_at=now)


def lock_if_open(group: ScheduledGroup) -> bool:
    """Is it open still? If so nobody begins to cancel it before the transaction that asks has ended."""
    return ScheduledGroup.objects.select_for_update().filter(pk=group.pk, state=ScheduledGroupState.OPEN).exists()


def scheduled_send(group: ScheduledGroup) -> ScheduledSend:
    """What the provider is told in a call under this group; never a moment earlier than `send_at`."""
    return ScheduledSend(ceil(group.send_at.timestamp()), group.provider_batch_id)


def deadline(group: ScheduledGroup, *, began_at: datetime) -> datetime:
    """When the last byte of a call under this group must be written: within its lease and before the last submit."""
    return min(last_submit(group.send_at), began_at + timedelta(seconds=settings.DISPATCH_LEASE))


def plan_groups(dispatch: Dispatch) -> None:
    """Make the groups of a dispatch that just opened before its time; sets `leaves_at`, and does not save it.

    No group has a place yet; `tending` gives them out. Those of several dispatches share them, so
    one that comes second has fewer and larger groups.
    """
    edition = dispatch.edition
    dispatch.leaves_at = edition.due_at
    readers = reachable_subscribers.count_candidates(
        edition.publication_id, after=0, last=reachable_subscribers.LAST_ID
    )
    wanted = ceil(readers / settings.DISPATCH_BATCH_SIZE / GROUP_SIZE)
    for number in range(1, max(1, min(_free_places(), wanted)) + 1):
        ScheduledGroup.objects.create(dispatch=dispatch, number=number, send_at=edition.due_at)


def _free_places() -> int:
    return (
        SLOTS_FOR_NEW_GROUPS
        - ScheduledGroup.objects.filter(Q(state=ScheduledGroupState.OPEN) | Q(place__isnull=False)).count()
    )


def undecided(dispatch: Dispatch) -> QuerySet[Attempt]:
    """Its calls of which it is not known yet whether their letters leave: they may still be cancelled or sent anew."""
    return Attempt.objects.out().filter(batch__dispatch=dispatch, group__state__in=UNDECIDED)


def is_waiting(dispatch: Dispatch, *, now: datetime) -> bool:
    """True while it is not known of everything submitted ahead whether it left: then nothing is finished."""
    return dispatch.leaves_at is not None and (now < dispatch.leaves_at or undecided(dispatch).exists())


def uncertain(dispatch: Dispatch) -> QuerySet[Batch]:
    """Its uncertain batches that are for a person to settle: those that no cancel can make certain."""
    found = dispatch.batches.filter(state=BatchState.UNCERTAIN)
    return found.exclude(pk__in=undecided(dispatch).values("batch")) if dispatch.leaves_at else found


def request_cancel(dispatch: Dispatch, *, reason: str, now: datetime) -> None:
    """Mark everything of a dispatch that can still be cancelled to be so; what is too late for that stays as it is.

    The calls are made by `tending`, within seconds.
    """
    groups = ScheduledGroup.objects.filter(dispatch=dispatch, state=ScheduledGroupState.OPEN)
    unused = groups.filter(provider_batch_id="")
    unused.update(state=ScheduledGroupState.CANCELLED, place=None, why=reason[:200], ended_at=now)
    in_time = now + LAST_CANCEL_BEFORE
    groups.filter(send_at__gt=in_time).update(state=ScheduledGroupState.CANCELLING, why=reason[:200], lease_until=None)


@dataclass(frozen=True, slots=True)
class ScheduledSendStatus:
    """How far a dispatch is that opened ahead of its time. Numbers of readers.

    `submitted` are with the provider and leave at `leaves_at`, or left; of a stopped dispatch those
    that it was too late for. `cancelling` are being cancelled, `cancelled` were for good; `waiting`
    are with us. `stoppable_until` is None when nothing could be stopped any more.
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
    """What there is to say of it at `now`; None for a dispatch in immediate mode."""
    if dispatch.leaves_at is None:
        return None
    calls = Attempt.objects.out().filter(batch__dispatch=dispatch).order_by().values_list("group__state")
    sent = {state: readers for state, readers in calls.annotate(Sum("batch__submitted")) if readers}
    here = dispatch.batches.filter(state__in=[BatchState.PENDING, BatchState.CLAIMED])
    waiting = here.aggregate(readers=Sum("count"))["readers"] or 0
    cancelled_readers = here.filter(Exists(Attempt.objects.filter(batch=OuterRef("pk"), fate=AttemptStatus.CANCELLED)))
    until = dispatch.groups.filter(state=ScheduledGroupState.OPEN).aggregate(latest=Max("send_at"))["latest"]
    until = until and last_cancel_at(until)
    is_stopped = dispatch.state == DispatchState.STOPPED
    cancelled = (cancelled_readers.aggregate(readers=Sum("submitted"))["readers"] or 0) if is_stopped else 0
    return ScheduledSendStatus(
        leaves_at=dispatch.leaves_at,
        stoppable_until=until if until and now < until and not is_stopped else None,
        is_stopped=is_stopped,
        has_left=now >= dispatch.leaves_at,
        submitted=sum(sent.get(state, 0) for state in (None, ScheduledGroupState.OPEN, ScheduledGroupState.LEFT)),
        cancelling=sum(sent.get(state, 0) for state in (ScheduledGroupState.CANCELLING, ScheduledGroupState.CANCELLED)),
        cancelled=cancelled,
        doubtful=sent.get(ScheduledGroupState.DOUBTFUL, 0),
        waiting=waiting - cancelled,
    )


def readers_with_unconfirmed_cancel(dispatch: Dispatch, *, now: datetime) -> int:
    """Readers of calls that were to be cancelled, of which the provider did not say in time that they are."""
    if dispatch.leaves_at is None or now < dispatch.leaves_at - PROVIDER_CANCEL_CUTOFF:
        return 0
    late = undecided(dispatch).filter(group__state=ScheduledGroupState.CANCELLING)
    return late.aggregate(readers=Sum("batch__submitted"))["readers"] or 0


def cancels_that_did_not_hold(dispatch: Dispatch) -> int:
    """Calls that were seen to be cancelled, and of which an event says all the same that they left."""
    if dispatch.leaves_at is None:
        return 0
    return Attempt.objects.filter(batch__dispatch=dispatch, fate=AttemptStatus.CANCELLED, is_proven=True).count()


def describe(standing: ScheduledSendStatus, *, leaves: str, until: str) -> str:
    """The standing in a sentence or two; `leaves` and `until` are its two moments on the reader's clock."""
    n = _thousands
    if standing.is_stopped:
        parts = [f"{n(standing.waiting)} readers not submitted", f"{n(standing.cancelled)} cancelled for certain"]
        if standing.cancelling:
            parts.append(f"{n(standing.cancelling)} being cancelled at this moment")
        if standing.submitted:
            verb = "got it" if standing.has_left else f"get it {leaves}"
            parts.append(f"{n(standing.submitted)} too late to be stopped: they {verb}")
        if standing.doubtful:
            parts.append(f"{n(standing.doubtful)} in doubt: the cancel was not seen in time")
        return "Stopped: " + "; ".join(parts) + "."
    if standing.has_left:
        return f"Its letters left {leaves}." if not standing.doubtful else f"{n(standing.doubtful)} readers in doubt."
    said = f"{n(standing.submitted)} readers submitted ahead"
    if standing.waiting:
        said += f", {n(standing.waiting)} to go"
    if standing.cancelling:
        said += f", {n(standing.cancelling)} being cancelled to be submitted anew"
    stop = f"can be stopped until {until}" if standing.stoppable_until else "too late to be stopped"
    return f"{said}; leaves {leaves}; {stop}."


def _thousands(number: int) -> str:
    """As in 12,000."""
    return f"{number:,}"
