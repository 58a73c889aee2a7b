"""Pause, resume, stop and finish a dispatch, and retry one batch; each takes effect before the next call."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.delivery.dispatches import active_pauses, split_batch
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.letters import edition_decisions
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState

TRANSITIONS = {  # new state → the states from which a person or the service may change to it
    DispatchState.PAUSED: frozenset({DispatchState.OPEN, DispatchState.ATTENTION}),
    DispatchState.OPEN: frozenset({DispatchState.PAUSED, DispatchState.ATTENTION}),
    DispatchState.STOPPED: frozenset({DispatchState.OPEN, DispatchState.PAUSED, DispatchState.ATTENTION}),
}
STEERING = (Permission.OPERATE, Permission.SEND)
TOO_LATE = "It was due too long ago to be sent without approval."


def pause(dispatch: Dispatch, *, reason: str, by: Actor = None) -> Dispatch:
    """Pause a dispatch until a person resumes it. Calls in flight are finished. The stored reason names `by`.

    One that a pause of sending has paused is not resumed by its end any more.
    """
    require(by, *STEERING, publication=_publication_of(dispatch))
    with transaction.atomic():
        under_a_pause = Dispatch.objects.filter(pk=dispatch.pk, state=DispatchState.PAUSED).exclude(sending_pause=None)
        taken_over = under_a_pause.update(sending_pause=None, reason=_paused(by, reason)[:500])
        if _transition(dispatch, DispatchState.PAUSED, reason=_paused(by, reason)) or taken_over:
            audit_trail.record(by, Act.DISPATCH_PAUSED, dispatch, edition=dispatch.edition_id, reason=reason)
    return dispatch


def resume(dispatch: Dispatch, *, by: Actor = None) -> Dispatch:
    """Resume a dispatch and retry its refused batches: their cause is assumed to be fixed.

    Raises `InvalidState` while all sending, or that of its publication, is paused.
    """
    require(by, *STEERING, publication=_publication_of(dispatch))
    with transaction.atomic():
        locked = Dispatch.objects.select_for_update().get(pk=dispatch.pk)
        if pause := active_pauses.pause_of(locked.edition.publication_id, now=clock.now()):
            raise InvalidState(f"{pause.scope} is paused. Resume it first.")
        is_resumed = _transition(dispatch, DispatchState.OPEN, reason="")
        latest = Attempt.objects.filter(batch__dispatch=dispatch).aggregate(latest=Max("pk"))["latest"]
        dispatch.refusals_counted_from, dispatch.too_late_after = latest or 0, None
        dispatch.sending_pause = None
        dispatch.save(update_fields=["refusals_counted_from", "too_late_after", "sending_pause"])
        Batch.objects.filter(dispatch=dispatch, state=BatchState.REFUSED).update(
            state=BatchState.PENDING, last_enqueued_at=None
        )
        if is_resumed:
            audit_trail.record(by, Act.DISPATCH_RESUMED, dispatch, edition=dispatch.edition_id)
    return dispatch


def over_their_limit(*, now: datetime) -> QuerySet[Dispatch]:
    """Return the dispatches over their lateness limit; `pause_late` pauses those that are open and not `is_begun`."""
    begun = Exists(Attempt.objects.filter(batch__dispatch=OuterRef("pk")))
    return Dispatch.objects.filter(is_paced=False, too_late_after__lt=now).annotate(is_begun=begun)


def pause_late(*, now: datetime) -> None:
    """Pause dispatches that are too late and have no attempt yet, because no worker was running.

    `open_dispatch` likewise holds an edition that is too late. A paced dispatch is never too late.
    """
    for dispatch in over_their_limit(now=now).filter(state=DispatchState.OPEN):
        if dispatch.is_begun:  # type: ignore[attr-defined]  # annotated
            Dispatch.objects.filter(pk=dispatch.pk).update(too_late_after=None)
        else:
            pause(dispatch, reason=TOO_LATE)


def retry(batch: Batch, *, by: Actor = None) -> Batch:
    """Retry this refused batch alone; other refused batches stay refused.

    Raises `InvalidState` for a paused dispatch: resuming it retries all refused batches.
    """
    require(by, Permission.OPERATE, publication=_publication_of(batch.dispatch))
    with transaction.atomic():
        dispatch = Dispatch.objects.select_for_update().get(pk=batch.dispatch_id)
        if dispatch.state not in (DispatchState.OPEN, DispatchState.ATTENTION):
            hint = " Resume it to retry all refused batches." if dispatch.state == DispatchState.PAUSED else ""
            raise InvalidState(f"Dispatch {dispatch.pk} is {dispatch.state}.{hint}")
        refused = Batch.objects.filter(pk=batch.pk, state=BatchState.REFUSED)
        if not refused.update(state=BatchState.PENDING, last_enqueued_at=None):
            raise InvalidState(f"Batch {batch.pk} is no longer refused.")
        Dispatch.objects.filter(pk=dispatch.pk, state=DispatchState.ATTENTION).update(
            state=DispatchState.OPEN, reason=""
        )
        audit_trail.record(by, Act.BATCH_RETRIED, batch, edition=dispatch.edition_id)
    batch.refresh_from_db()
    return batch


def stop(dispatch: Dispatch, *, reason: str, by: Actor = None, now: datetime) -> Dispatch:
    """End a dispatch for good. Unsent batches stay unsent and count as waiting. The stored reason names `by`.

    Scheduled groups are cancelled as far as there is time; `scheduled_send_status` tells how far that is.
    """
    require(by, *STEERING, publication=_publication_of(dispatch))
    if not reason.strip():
        raise BadInput("reason", "is empty.", "Give a short reason for stopping the dispatch.")
    with transaction.atomic():
        who = f" by {name}" if (name := audit_trail.name(by)) else ""
        stored_reason = f"Stopped{who}: {reason.strip()}"
        _transition(dispatch, DispatchState.STOPPED, reason=stored_reason)
        if dispatch.leaves_at:
            scheduled_sends.request_cancel(dispatch, reason=stored_reason, now=now)
        edition_decisions.mark_dispatched(dispatch.edition, now=now, reason=stored_reason)
        audit_trail.record(by, Act.DISPATCH_STOPPED, dispatch, now=now, edition=dispatch.edition_id, reason=reason)
    return dispatch


def leave_out_refused(dispatch: Dispatch, *, by: Actor, now: datetime) -> int:
    """Exclude the readers who were refused for their own address or values, and return how many they are.

    They count as `left_since` with the reason `refused`. The attempts keep the provider's answer, and record `by`.
    """
    require(by, Permission.OPERATE, publication=_publication_of(dispatch))
    with transaction.atomic():
        locked = Dispatch.objects.select_for_update().get(pk=dispatch.pk)
        if locked.state != DispatchState.ATTENTION:
            raise InvalidState(
                f"Dispatch {dispatch.pk} is {locked.state}: refused readers can be excluded once all else is sent."
            )
        refused = list(split_batch.count_single_refusals(locked))
        if not refused:
            raise InvalidState(f"Dispatch {dispatch.pk} has no readers who were refused for their own address or name.")
        ours = Attempt.objects.filter(status=AttemptStatus.REFUSED, batch__in=split_batch.count_single_refusals(locked))
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
    """Pause the dispatch after too many refusals, or `at_once` if all would be refused; else split the batch.

    The provider blocks accounts that repeat bad requests, so an error in a letter must not be repeated
    in a thousand calls.
    """
    last = Attempt.objects.filter(batch=batch_id).select_related("batch").order_by("-ordinal")[0]
    dispatch = Dispatch.objects.get(batches=batch_id)
    reason = "The provider refuses every batch." if at_once else split_batch.reason_to_pause(dispatch, last)
    if reason:
        with transaction.atomic():
            was_open = Dispatch.objects.filter(pk=dispatch.pk, state=DispatchState.OPEN)
            if was_open.update(state=DispatchState.PAUSED, reason=f"{reason} {detail}"[:500]):
                audit_trail.record(None, Act.DISPATCH_PAUSED, dispatch, edition=dispatch.edition_id, reason=reason)
    else:
        split_batch.split(batch_id)


def finish_if_done(dispatch_id: int, *, now: datetime) -> DispatchState | None:
    """Finish the dispatch if nothing is left to send. Return the new state, or None if it continues.

    A dispatch is finished when every planned reader is accepted or has left since, and the send time of its
    scheduled groups has passed. Uncertain or refused batches need a person's attention instead; an uncertain batch
    that can still be cancelled does not.
    """
    with transaction.atomic():
        dispatch = Dispatch.objects.select_for_update().get(pk=dispatch_id)
        if dispatch.state not in (DispatchState.OPEN, DispatchState.ATTENTION) or dispatch.frozen_up_to_id is not None:
            return None
        # read before the states of the batches: until they are requeued, batches of a cancelled group look sent
        is_waiting = scheduled_sends.is_waiting(dispatch, now=now)
        states = set(dispatch.batches.values_list("state", flat=True).distinct())
        if BatchState.REFUSED in states and split_batch.split_all(dispatch):
            states.add(BatchState.PENDING)
        if states & {BatchState.PENDING, BatchState.CLAIMED, BatchState.CALLING}:
            if (
                dispatch.state == DispatchState.ATTENTION
            ):  # a batch is pending again after a late answer or a person's decision
                dispatch.state, dispatch.reason = DispatchState.OPEN, ""
                dispatch.save()
            return None
        before = dispatch.state, dispatch.reason
        if BatchState.UNCERTAIN in states and scheduled_sends.uncertain(dispatch).exists():
            dispatch.state = DispatchState.ATTENTION
            dispatch.reason = "The provider did not respond for some batches. Settle them one by one."
        elif BatchState.REFUSED in states:
            dispatch.state = DispatchState.ATTENTION
            dispatch.reason = _refused(dispatch)
        elif is_waiting:
            return None
        else:
            dispatch.state, dispatch.reason, dispatch.finished_at = DispatchState.FINISHED, "", now
            edition_decisions.mark_dispatched(dispatch.edition, now=now)
        if before != (dispatch.state, dispatch.reason):
            dispatch.save()
        return DispatchState(dispatch.state)


def _paused(by: Actor, reason: str) -> str:
    """Return the stored reason, such as `Paused by Otto: wrong headline`; `reason` alone when the service pauses."""
    if not (name := audit_trail.name(by)):
        return reason
    return f"Paused by {name}: {reason.strip()}" if reason.strip() else f"Paused by {name}."


def _refused(dispatch: Dispatch) -> str:
    alone = split_batch.count_single_refusals(dispatch).count()
    if dispatch.batches.filter(state=BatchState.REFUSED).count() > alone:
        return "The provider refused some batches. Fix the cause and resume, or stop."
    readers = "1 reader was" if alone == 1 else f"{alone:,} readers were"
    return f"{readers} refused for their own address or name. Fix it and resume, or exclude them."


def _transition(dispatch: Dispatch, to: DispatchState, *, reason: str) -> bool:
    """Return True if the state changed, False if it was `to` already. Raise `InvalidState` if it cannot become `to`."""
    changed = Dispatch.objects.filter(pk=dispatch.pk, state__in=TRANSITIONS[to]).update(state=to, reason=reason[:500])
    dispatch.refresh_from_db()
    if not changed and dispatch.state != to:
        raise InvalidState(f"Dispatch {dispatch.pk} is {dispatch.state}; it cannot become {to.value}.")
    return bool(changed)


def _publication_of(dispatch: Dispatch) -> int:
    return dispatch.edition.publication_id
