"""Settle an uncertain batch (did the provider take it?) by a person's decision or by evidence."""

from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Q

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.delivery.dispatches import control_dispatch
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState, ScheduledGroupState
from newsletter.lib.errors import InvalidState

log = structlog.get_logger()


def count_as_accepted(batch: Batch, *, by: Actor, now: datetime) -> Batch:
    """Assume that these readers got the letter. The attempt records `by`."""
    return _settle(batch, BatchState.ACCEPTED, AttemptStatus.ACCEPTED, by=by, decision="count as accepted", now=now)


def send_again(batch: Batch, *, by: Actor, now: datetime) -> Batch:
    """Send the batch again, although up to `batch.submitted` readers may then get two. The attempt records `by`."""
    return _settle(batch, BatchState.PENDING, AttemptStatus.UNCERTAIN, by=by, decision="send again", now=now)


def awaiting_evidence() -> Q:
    """Return the filter for attempts that evidence may still settle: those neither accepted nor proven already."""
    return ~Q(status=AttemptStatus.ACCEPTED) & Q(is_proven=False)


def needs_proof_of_delivery(attempt: Attempt) -> bool:
    """Return True if acceptance by the provider proves nothing, because a cancel may have discarded this attempt."""
    return attempt.status == AttemptStatus.CANCELLED or (
        attempt.group is not None
        and attempt.group.state in (ScheduledGroupState.CANCELLED, ScheduledGroupState.DOUBTFUL)
    )


def settle_by_evidence(attempt_id: int, *, evidence: str, now: datetime) -> bool:
    """Record evidence that the provider took this attempt. Return True if that settled its batch.

    Safe at any moment, and repeatedly. While the call is still in flight, evidence counts like the response, and the
    worker's own record then changes nothing. A batch that waits to be sent again, by a person's decision or because
    this attempt was taken to have failed, is not sent again. Once a newer attempt is in flight, the evidence is
    recorded with the older one and changes nothing else. Evidence for a missing attempt settles nothing,
    and so does evidence after the counts of the dispatch became final.
    """
    attempt = Attempt.objects.filter(pk=attempt_id).first()
    if attempt is None:
        log.warning("evidence.no_attempt", attempt=attempt_id)
        return False
    with transaction.atomic():
        dispatch = Dispatch.objects.select_for_update(of=("self",), no_key=True).get(batches=attempt.batch_id)
        is_final = dispatch.final_at is not None  # read under the lock: its batches may just have been counted
        settled = not is_final and Batch.objects.filter(
            pk=attempt.batch_id,
            fence=attempt.fence,
            state__in=[BatchState.CALLING, BatchState.UNCERTAIN, BatchState.PENDING],
        ).update(state=BatchState.ACCEPTED, lease_until=None, last_enqueued_at=None)
        ours = Attempt.objects.filter(awaiting_evidence(), pk=attempt_id)
        change = {"status": AttemptStatus.ACCEPTED, "ended_at": attempt.ended_at or now} if settled else {}
        ours.update(settled_by=_settled_by(attempt, evidence), is_proven=True, **change)
    if not settled:
        log.warning("evidence.too_late", attempt=attempt_id, status=attempt.status)
        return False
    log.info("evidence.settled", attempt=attempt_id, batch=attempt.batch_id)
    control_dispatch.finish_if_done(dispatch.pk, now=now)
    return True


def _settled_by(attempt: Attempt, evidence: str) -> str:
    proof = f"proved accepted by {evidence}"
    return f"{attempt.settled_by[: 97 - len(proof)]}; {proof}" if attempt.settled_by else proof[:100]


def _settle(batch: Batch, to: BatchState, status: AttemptStatus, *, by: Actor, decision: str, now: datetime) -> Batch:
    require(by, Permission.OPERATE, publication=batch.dispatch.edition.publication_id)
    with transaction.atomic():
        dispatch = Dispatch.objects.select_for_update().get(pk=batch.dispatch_id)
        if to == BatchState.PENDING and dispatch.state == DispatchState.STOPPED:
            raise InvalidState(f"Dispatch {dispatch.pk} was stopped; it can no longer be sent.")
        if to == BatchState.PENDING and scheduled_sends.undecided(dispatch).filter(batch=batch).exists():
            raise InvalidState(
                f"Batch {batch.pk} is scheduled at the provider. It is cancelled and sent again automatically; if it "
                f"is too late for that, you can settle it after {dispatch.leaves_at:%H:%M} UTC."
            )
        changed = Batch.objects.filter(pk=batch.pk, state=BatchState.UNCERTAIN).update(
            state=to, due_at=now, last_enqueued_at=None
        )
        if not changed:
            raise InvalidState(f"Batch {batch.pk} is no longer uncertain.")
        last = Attempt.objects.filter(batch=batch, status=AttemptStatus.UNCERTAIN).order_by("-ordinal").first()
        if last:
            last.status, last.settled_by = status, f"{audit_trail.name(by)}: {decision}"[:100]
            last.save(update_fields=["status", "settled_by"])
        if to == BatchState.PENDING:
            Dispatch.objects.filter(pk=batch.dispatch_id, state=DispatchState.ATTENTION).update(
                state=DispatchState.OPEN, reason=""
            )
        audit_trail.record(by, Act.BATCH_SETTLED, batch, now=now, edition=dispatch.edition_id, word=decision)
    control_dispatch.finish_if_done(batch.dispatch_id, now=now)
    batch.refresh_from_db()
    return batch
