"""Submitting ahead: letters are handed over before they are to leave, in groups that can be cancelled together.

The times of a group, back from the moment at which the provider lets its letters leave:

    submit → … → 20 min: the last byte of a call → 15: no evidence is waited for → 11: the last cancel is asked
    for → 10: the provider promises nothing any more → 0: letters leave, or are thrown away

Whatever is not submitted by then is submitted at its time as in immediate mode, and never before it:
a call without `send_at` leaves at once. This file says when what may be done; `tending.py` does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db.models import Max, Q, Sum

from newsletter.audience import reaching
from newsletter.delivery.addressing import Claimed
from newsletter.delivery.models import Attempt, Batch, BatchState, Dispatch, DispatchState, Fate, Group, GroupState
from newsletter.mail.letters import Ahead

CUT = timedelta(minutes=10)  # the provider's: a later cancel may not hold
LAST_ASK = CUT + timedelta(minutes=1)  # so that no cancel of ours arrives after the cut
DECIDE = timedelta(minutes=15)  # leaves four minutes for a cancel that fails a few times
LAST_SUBMIT = timedelta(minutes=20)  # so that every call has ended, or its lease has, before `DECIDE`
EVIDENCE = timedelta(minutes=10)  # events come within one or two; so long they are waited for
LONGEST = timedelta(hours=72)  # the provider's: it refuses letters for later than that
ID_LIFE = timedelta(days=9)  # the provider's ids end after ten days, and letters under an ended one are lost
PLACES = 10  # the provider's: cancelled or paused ids at a time, in one account
FIRST_PLACES = 8  # for groups when a dispatch opens; the others are for groups that make a cancelled one good
MOST_HELD = 5  # cancels at once that look like an outage: nothing more is submitted ahead meanwhile
EVIDENCE_BESIDE = "proved accepted by"  # how settling.py writes down what events prove
GROUP_SIZE = 20  # batches in a group, as long as eight groups are enough

S = BatchState
OUT = (S.ACCEPTED, S.UNCERTAIN, S.CALLING)  # the provider has them, or may have


def opens_at(due_at: datetime, ahead_minutes: int) -> datetime:
    """From when on an edition that is due then may be dispatched."""
    return due_at - timedelta(minutes=ahead_minutes)


def last_submit(send_at: datetime) -> datetime:
    """Up to when a call may be made ahead. A lease that begins before it is over when things are decided."""
    return send_at - max(LAST_SUBMIT, DECIDE + timedelta(seconds=settings.DISPATCH_LEASE))


def last_ask(send_at: datetime) -> datetime:
    """Up to when a cancel may be asked for: until then the letters can be stopped."""
    return send_at - LAST_ASK


def can_submit(group: Group, now: datetime) -> bool:
    """May a call be made under this group's id at this moment?"""
    return (
        group.state == GroupState.OPEN
        and group.minted_at is not None
        and now < last_submit(group.send_at)
        and now > group.send_at - LONGEST
        and now < group.minted_at + ID_LIFE
    )


def group_for(batch: Claimed, *, now: datetime) -> Group | None:
    """The group under whose id a batch may be submitted before it is to leave.

    None when it may not be: then it is put off until its time, and leaves as in immediate mode.
    """
    group = Group.objects.get(pk=batch.group_id) if batch.group_id else None
    if group and can_submit(group, now):
        return group
    Batch.objects.filter(pk=batch.pk, fence=batch.fence, state=BatchState.CLAIMED).update(
        state=BatchState.PENDING, lease_until=None, rung_at=None, due_at=batch.leaves_at
    )
    return None


def hold_open(group: Group) -> bool:
    """Is it open still? If so nobody begins to cancel it before the transaction that asks has ended."""
    return Group.objects.select_for_update().filter(pk=group.pk, state=GroupState.OPEN).exists()


def terms(group: Group) -> Ahead:
    """What the provider is told in a call under this group; never a moment earlier than `send_at`."""
    return Ahead(ceil(group.send_at.timestamp()), group.provider_batch)


def deadline(group: Group, *, began_at: datetime) -> datetime:
    """When the last byte of a call under this group must be written: within its lease and before the last submit."""
    return min(last_submit(group.send_at), began_at + timedelta(seconds=settings.DISPATCH_LEASE))


def plan(dispatch: Dispatch, *, now: datetime) -> None:
    """Make the groups of a dispatch that just opened before its time, or say in it why there are none. Not saved.

    No group has a place yet; `tending` gives them out. Those of several dispatches share them, so
    one that comes second has fewer and larger groups, or none.
    """
    edition = dispatch.edition
    if edition.due_at <= now:
        dispatch.not_ahead = "It was opened when it was due already."
        return
    dispatch.leaves_at = edition.due_at
    if now >= last_submit(edition.due_at):
        dispatch.not_ahead = "There was not enough time left to submit ahead: it is sent when it is due."
        return
    taken = Group.objects.filter(Q(state=GroupState.OPEN, instead_of=None) | Q(place__isnull=False)).count()
    free = FIRST_PLACES - taken
    if free <= 0:
        dispatch.not_ahead = "All places for cancels at the provider are taken by others: it is sent when it is due."
        return
    readers = reaching.count_candidates(edition.publication_id, after=0, last=reaching.LAST_ID)
    batches = ceil(readers / settings.DISPATCH_BATCH_SIZE)
    groups = min(free, max(1, ceil(batches / GROUP_SIZE)))
    Group.objects.bulk_create(
        [Group(dispatch=dispatch, number=number, send_at=edition.due_at) for number in range(1, groups + 1)]
    )


def spread(dispatch: Dispatch, batches: Sequence[Batch]) -> None:
    """Put new batches into the open groups of their dispatch, in turn; they sleep until their group has an id."""
    groups = list(dispatch.groups.filter(state=GroupState.OPEN).order_by("number"))
    for batch in (batch for batch in batches if groups and batch.due_at == dispatch.leaves_at):
        batch.group = groups[batch.number % len(groups)]


def is_waiting(dispatch: Dispatch, *, now: datetime) -> bool:
    """True while it is not known of everything submitted ahead whether it left: then nothing is finished."""
    if dispatch.leaves_at is None:
        return False
    if now < dispatch.leaves_at:
        return True
    unsettled = Q(state__in=[GroupState.OPEN, GroupState.CANCELLING])
    return dispatch.groups.filter(unsettled | Q(state=GroupState.CANCELLED, batches__state__in=OUT)).exists()


def call_back(dispatch: Dispatch, *, reason: str, now: datetime) -> None:
    """Mark everything of a dispatch that can still be cancelled to be so; what is too late for that stays as it is.

    The calls are made by `tending`, within seconds.
    """
    groups = Group.objects.filter(dispatch=dispatch, state=GroupState.OPEN)
    unused = groups.filter(provider_batch="")
    unused.update(state=GroupState.CANCELLED, place=None, why=reason[:200], ended_at=now)
    in_time = now + LAST_ASK
    groups.filter(send_at__gt=in_time).update(state=GroupState.CANCELLING, why=reason[:200], lease_until=None)


@dataclass(frozen=True, slots=True)
class Standing:
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
    why_not: str


def standing(dispatch: Dispatch, *, now: datetime) -> Standing | None:
    """What there is to say of it at `now`; None for a dispatch in immediate mode."""
    if dispatch.leaves_at is None:
        return None
    submitted = cancelling = doubtful = waiting = 0
    rows = dispatch.batches.order_by().values_list("group__state", "state").annotate(Sum("submitted"), Sum("count"))
    for group, state, sent, count in rows:
        if state in (S.PENDING, S.CLAIMED):
            waiting += count
        elif state not in OUT:
            continue
        elif group in (GroupState.CANCELLING, GroupState.CANCELLED):
            cancelling += sent
        elif group == GroupState.DOUBTFUL:
            doubtful += sent
        else:
            submitted += sent
    groups = dispatch.groups.aggregate(cancelled=Sum("taken_back"), until=Max("send_at", filter=Q(state="open")))
    until = groups["until"] and last_ask(groups["until"])
    cancelled = groups["cancelled"] or 0
    is_stopped = dispatch.state == DispatchState.STOPPED
    return Standing(
        leaves_at=dispatch.leaves_at,
        stoppable_until=until if until and now < until and not is_stopped else None,
        is_stopped=is_stopped,
        has_left=now >= dispatch.leaves_at,
        submitted=submitted,
        cancelling=cancelling,
        cancelled=cancelled,
        doubtful=doubtful,
        waiting=max(0, waiting - cancelled),
        why_not=dispatch.not_ahead,
    )


def unseen(dispatch: Dispatch, *, now: datetime) -> int:
    """Readers of calls that were to be cancelled, of which the provider did not say in time that they are."""
    if dispatch.leaves_at is None or now < dispatch.leaves_at - CUT:
        return 0
    late = dispatch.batches.filter(group__state=GroupState.CANCELLING, state__in=OUT)
    return late.aggregate(readers=Sum("submitted"))["readers"] or 0


def cancels_that_did_not_hold(dispatch: Dispatch) -> int:
    """Calls that were seen to be cancelled, and of which an event says all the same that they left."""
    if dispatch.leaves_at is None:
        return 0
    calls = Attempt.objects.filter(batch__dispatch=dispatch, fate=Fate.CANCELLED)
    return calls.filter(settled_by__contains=EVIDENCE_BESIDE).count()


def words(standing: Standing, *, leaves: str, until: str) -> str:
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
    if standing.why_not:
        return f"{standing.why_not} It leaves {leaves}."
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
