"""Pause, resume and stop a dispatch, retry one batch of it; each takes effect before the next call."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.delivery.dispatches import split_batch
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.models import Attempt, AttemptStatus, Batch, BatchState, Dispatch, DispatchState
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.letters import approval
from newsletter.lib.errors import BadInput, InvalidState

S = DispatchState
TRANSITIONS = {
    S.PAUSED: frozenset({S.OPEN, S.ATTENTION}),
    S.OPEN: frozenset({S.PAUSED, S.ATTENTION}),
    S.STOPPED: frozenset({S.OPEN, S.PAUSED, S.ATTENTION}),
}


def pause(dispatch: Dispatch, *, reason: str, by: Actor = None) -> Dispatch:
    """Nothing more is sent until somebody resumes it. A call already begun is finished. It says who paused it."""
    with transaction.atomic():
        if _transition(dispatch, S.PAUSED, reason=_paused(by, reason)):
            audit_trail.record(by, Act.DISPATCH_PAUSED, dispatch, edition=dispatch.edition_id, reason=reason)
    return dispatch


def resume(dispatch: Dispatch, *, by: Actor = None) -> Dispatch:
    """Go on, and offer refused batches again: the cause is taken to be mended."""
    with transaction.atomic():
        Dispatch.objects.select_for_update().get(pk=dispatch.pk)
        is_resumed = _transition(dispatch, S.OPEN, reason="")
        latest = Attempt.objects.filter(batch__dispatch=dispatch).aggregate(latest=Max("pk"))["latest"]
        dispatch.refusals_counted_from, dispatch.too_late_after = latest or 0, None
        dispatch.save(update_fields=["refusals_counted_from", "too_late_after"])
        Batch.objects.filter(dispatch=dispatch, state=BatchState.REFUSED).update(
            state=BatchState.PENDING, last_enqueued_at=None
        )
        if is_resumed:
            audit_trail.record(by, Act.DISPATCH_RESUMED, dispatch, edition=dispatch.edition_id)
    return dispatch


def pause_late(*, now: datetime) -> None:
    """Pause what should have left long ago and was given to nobody, because nothing was running meanwhile.

    As `opening.open` holds an edition that is too late; what waits for a pace is never too late.
    """
    late = Dispatch.objects.filter(state=S.OPEN, is_paced=False, too_late_after__lt=now)
    for dispatch in late:
        if Attempt.objects.filter(batch__dispatch=dispatch).exists():
            Dispatch.objects.filter(pk=dispatch.pk).update(too_late_after=None)
        else:
            pause(dispatch, reason="It was due too long ago to be sent without a person's word.")


def retry(batch: Batch, *, by: Actor = None) -> Batch:
    """Offer this refused batch to the provider again; others that were refused stay so.

    Of a paused dispatch none is offered alone: resuming it offers all of them.
    """
    with transaction.atomic():
        dispatch = Dispatch.objects.select_for_update().get(pk=batch.dispatch_id)
        if dispatch.state not in (S.OPEN, S.ATTENTION):
            hint = " Resume it: all that was refused is offered again." if dispatch.state == S.PAUSED else ""
            raise InvalidState(f"Dispatch {dispatch.pk} is {dispatch.state}.{hint}")
        refused = Batch.objects.filter(pk=batch.pk, state=BatchState.REFUSED)
        if not refused.update(state=BatchState.PENDING, last_enqueued_at=None):
            raise InvalidState(f"Batch {batch.pk} is not refused any more.")
        Dispatch.objects.filter(pk=dispatch.pk, state=S.ATTENTION).update(state=S.OPEN, reason="")
        audit_trail.record(by, Act.BATCH_RETRIED, batch, edition=dispatch.edition_id)
    batch.refresh_from_db()
    return batch


def stop(dispatch: Dispatch, *, reason: str, by: Actor = None, now: datetime) -> Dispatch:
    """End it for good; batches that were not sent stay unsent and are counted as waiting. It says who stopped it.

    What was submitted ahead is cancelled as far as there is time: `ahead.standing` says how far that is.
    """
    if not reason.strip():
        raise BadInput("reason", "is empty.", "Say in a few words why the dispatch is stopped.")
    with transaction.atomic():
        who = f" by {name}" if (name := audit_trail.name(by)) else ""
        why = f"Stopped{who}: {reason.strip()}"
        _transition(dispatch, S.STOPPED, reason=why)
        if dispatch.leaves_at:
            scheduled_sends.request_cancel(dispatch, reason=why, now=now)
        approval.mark_dispatched(dispatch.edition, now=now, reason=why)
        audit_trail.record(by, Act.DISPATCH_STOPPED, dispatch, now=now, edition=dispatch.edition_id, reason=reason)
    return dispatch


def leave_out_refused(dispatch: Dispatch, *, by: Actor, now: datetime) -> int:
    """Accept that readers who were refused for their own address do not get this edition; how many they are.

    They are counted as left since, with the reason `refused`; the provider's words stay with the
    attempts, and `by` is kept beside them.
    """
    with transaction.atomic():
        locked = Dispatch.objects.select_for_update().get(pk=dispatch.pk)
        if locked.state != S.ATTENTION:
            raise InvalidState(f"Dispatch {dispatch.pk} is {locked.state}: readers are left out once all is sent.")
        refused = list(split_batch.count_single_refusals(locked))
        if not refused:
            raise InvalidState(
                f"Dispatch {dispatch.pk} has no reader who was refused for an address or name of their own."
            )
        ours = Attempt.objects.filter(fate=AttemptStatus.REFUSED, batch__in=split_batch.count_single_refusals(locked))
        ours.update(settled_by=f"{audit_trail.name(by)}: left out"[:100])
        for batch in refused:
            gone = {reader for those in batch.left_out.values() for reader in those}
            alone = [reader for reader in unpack(batch.subscribers) if reader not in gone]
            batch.state, batch.submitted, batch.left_out = BatchState.EMPTY, 0, batch.left_out | {"refused": alone}
        Batch.objects.bulk_update(refused, ["state", "submitted", "left_out"], batch_size=200)
        audit_trail.record(by, Act.READERS_LEFT_OUT, locked, now=now, edition=locked.edition_id, readers=len(refused))
    finish_if_done(dispatch.pk, now=now)
    dispatch.refresh_from_db()
    return len(refused)


def handle_refusal(batch_id: int, *, at_once: bool, detail: str) -> None:
    """Pause the dispatch of a refused batch when there were too many, or when all would be refused; else split it.

    The provider blocks accounts that repeat bad requests, so a mistake in a letter must not be
    made a thousand times over.
    """
    last = Attempt.objects.filter(batch=batch_id).select_related("batch").order_by("-ordinal")[0]
    dispatch = Dispatch.objects.get(batches=batch_id)
    why = "The provider refuses every batch." if at_once else split_batch.reason_to_pause(dispatch, last)
    if why:
        with transaction.atomic():
            was_open = Dispatch.objects.filter(pk=dispatch.pk, state=S.OPEN)
            if was_open.update(state=S.PAUSED, reason=f"{why} {detail}"[:500]):
                audit_trail.record(None, Act.DISPATCH_PAUSED, dispatch, edition=dispatch.edition_id, reason=why)
    else:
        split_batch.split(batch_id)


def finish_if_done(dispatch_id: int, *, now: datetime) -> DispatchState | None:
    """Close a dispatch that has nothing left to send: the new state, or None when it goes on.

    Finished means that every planned reader is accepted or has left since, and that the time of what
    was submitted ahead has come. Batches that are uncertain or refused want a person's attention
    instead; an uncertain one that can still be cancelled does not.
    """
    with transaction.atomic():
        dispatch = Dispatch.objects.select_for_update().get(pk=dispatch_id)
        if dispatch.state not in (S.OPEN, S.ATTENTION) or dispatch.frozen_up_to_id is not None:
            return None
        # asked before the batches: those of a cancelled group are waiting until they have been taken back
        is_waiting = scheduled_sends.is_waiting(dispatch, now=now)
        states = set(dispatch.batches.values_list("state", flat=True).distinct())
        if BatchState.REFUSED in states and split_batch.split_all(dispatch):
            states.add(BatchState.PENDING)
        if states & {BatchState.PENDING, BatchState.CLAIMED, BatchState.CALLING}:
            if dispatch.state == S.ATTENTION:  # a batch came back after all: a late answer, or a person's word
                dispatch.state, dispatch.reason = S.OPEN, ""
                dispatch.save()
            return None
        before = dispatch.state, dispatch.reason
        if BatchState.UNCERTAIN in states and scheduled_sends.uncertain(dispatch).exists():
            dispatch.state = S.ATTENTION
            dispatch.reason = "The provider never answered for some batches. Settle them one by one."
        elif BatchState.REFUSED in states:
            dispatch.state = S.ATTENTION
            dispatch.reason = _refused(dispatch)
        elif is_waiting:
            return None
        else:
            dispatch.state, dispatch.reason, dispatch.finished_at = S.FINISHED, "", now
            approval.mark_dispatched(dispatch.edition, now=now)
        if before != (dispatch.state, dispatch.reason):
            dispatch.save()
        return S(dispatch.state)


def _paused(by: Actor, reason: str) -> str:
    """`Paused by Otto: wrong headline`; the reason as it is when the service itself pauses it."""
    if not (name := audit_trail.name(by)):
        return reason
    return f"Paused by {name}: {reason.strip()}" if reason.strip() else f"Paused by {name}."


def _refused(dispatch: Dispatch) -> str:
    alone = split_batch.count_single_refusals(dispatch).count()
    if dispatch.batches.filter(state=BatchState.REFUSED).count() > alone:
        return "The provider refused some batches. Mend the cause and resume, or stop."
    readers = "1 reader was" if alone == 1 else f"{alone:,} readers were"
    return f"{readers} refused for an address or name of their own. Mend it and resume, or leave them out."


def _transition(dispatch: Dispatch, to: DispatchState, *, reason: str) -> bool:
    """True when its state changed; false when it was `to` already."""
    changed = Dispatch.objects.filter(pk=dispatch.pk, state__in=TRANSITIONS[to]).update(state=to, reason=reason[:500])
    dispatch.refresh_from_db()
    if not changed and dispatch.state != to:
        raise InvalidState(f"Dispatch {dispatch.pk} is {dispatch.state}; it cannot become {to.value}.")
    return bool(changed)
