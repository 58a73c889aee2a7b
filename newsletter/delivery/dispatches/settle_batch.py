"""A batch of which nobody knows whether the provider took it: settled by a person's word, or by evidence."""

from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Q

from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.delivery.dispatches import control_dispatch
from newsletter.delivery.models import (
    Attempt,
    AttemptStatus,
    Batch,
    BatchState,
    Dispatch,
    DispatchState,
    ScheduledGroupState,
)
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.lib.errors import InvalidState

log = structlog.get_logger()


def count_as_accepted(batch: Batch, *, by: Actor, now: datetime) -> Batch:
    """Take it that these readers got the letter. `by` is kept with the attempt."""
    return _settle(batch, BatchState.ACCEPTED, AttemptStatus.ACCEPTED, by=by, word="count as accepted", now=now)


def send_again(batch: Batch, *, by: Actor, now: datetime) -> Batch:
    """Send it again although up to `batch.submitted` readers may then have two. `by` is kept."""
    return _settle(batch, BatchState.PENDING, AttemptStatus.UNCERTAIN, by=by, word="send again", now=now)


def awaiting_evidence() -> Q:
    """Which attempts evidence says something new about: all but those known to be accepted or heard of already."""
    return ~Q(fate=AttemptStatus.ACCEPTED) & Q(is_proven=False)


def needs_proof_of_delivery(attempt: Attempt) -> bool:
    """True when it proves nothing that the provider took this attempt, because a cancel may have thrown it away."""
    return attempt.fate == AttemptStatus.CANCELLED or (
        attempt.group is not None
        and attempt.group.state in (ScheduledGroupState.CANCELLED, ScheduledGroupState.DOUBTFUL)
    )


def settle_by_evidence(attempt_id: int, *, evidence: str, now: datetime) -> bool:
    """Something proves that the provider took this attempt: true when that settled its batch.

    Right at any moment, and any number of times. While the worker is still in the call, evidence is
    as good as the answer it waits for, and its own record then changes nothing. A batch that waits to
    be sent again, on a person's word or because this attempt was taken to have failed, need not be.
    Once a newer attempt is under way, the evidence is written down beside the older one and changes
    nothing. An attempt that is gone settles nothing.
    """
    attempt = Attempt.objects.filter(pk=attempt_id).first()
    if attempt is None:
        log.warning("evidence.no_attempt", attempt=attempt_id)
        return False
    with transaction.atomic():
        settled = Batch.objects.filter(
            pk=attempt.batch_id,
            fence=attempt.fence,
            state__in=[BatchState.CALLING, BatchState.UNCERTAIN, BatchState.PENDING],
        ).update(state=BatchState.ACCEPTED, lease_until=None, last_enqueued_at=None)
        ours = Attempt.objects.filter(awaiting_evidence(), pk=attempt_id)
        change = {"fate": AttemptStatus.ACCEPTED, "ended_at": attempt.ended_at or now} if settled else {}
        ours.update(settled_by=_said(attempt, evidence), is_proven=True, **change)
    if not settled:
        log.warning("evidence.too_late", attempt=attempt_id, fate=attempt.fate)
        return False
    log.info("evidence.settled", attempt=attempt_id, batch=attempt.batch_id)
    dispatch_id = Batch.objects.values_list("dispatch_id", flat=True).get(pk=attempt.batch_id)
    control_dispatch.finish_if_done(dispatch_id, now=now)
    return True


def _said(attempt: Attempt, evidence: str) -> str:
    said = f"proved accepted by {evidence}"
    return f"{attempt.settled_by[: 97 - len(said)]}; {said}" if attempt.settled_by else said[:100]


def _settle(batch: Batch, to: BatchState, fate: AttemptStatus, *, by: Actor, word: str, now: datetime) -> Batch:
    with transaction.atomic():
        dispatch = Dispatch.objects.select_for_update().get(pk=batch.dispatch_id)
        if to == BatchState.PENDING and dispatch.state == DispatchState.STOPPED:
            raise InvalidState(f"Dispatch {dispatch.pk} was stopped; nothing of it is sent any more.")
        if to == BatchState.PENDING and scheduled_sends.undecided(dispatch).filter(batch=batch).exists():
            raise InvalidState(
                f"Batch {batch.pk} was submitted ahead. It is cancelled and sent again by itself; if that is too "
                f"late, it can be settled after {dispatch.leaves_at:%H:%M} UTC."
            )
        changed = Batch.objects.filter(pk=batch.pk, state=BatchState.UNCERTAIN).update(
            state=to, due_at=now, last_enqueued_at=None
        )
        if not changed:
            raise InvalidState(f"Batch {batch.pk} is not uncertain any more.")
        last = Attempt.objects.filter(batch=batch, fate=AttemptStatus.UNCERTAIN).order_by("-ordinal").first()
        if last:
            last.fate, last.settled_by = fate, f"{audit_trail.name(by)}: {word}"[:100]
            last.save(update_fields=["fate", "settled_by"])
        if to == BatchState.PENDING:
            Dispatch.objects.filter(pk=batch.dispatch_id, state=DispatchState.ATTENTION).update(
                state=DispatchState.OPEN, reason=""
            )
        audit_trail.record(by, Act.BATCH_SETTLED, batch, now=now, edition=dispatch.edition_id, word=word)
    control_dispatch.finish_if_done(batch.dispatch_id, now=now)
    batch.refresh_from_db()
    return batch
