"""Finding work that nobody does, by looking at rows and never at worker queues.

Harmless to run at any time, twice, or by two workers at once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from newsletter.delivery.dispatches import control_dispatch
from newsletter.delivery.models import Attempt, AttemptStatus, Batch, BatchState, Dispatch, DispatchState
from newsletter.delivery.rate_limits import quotas

RING_AGAIN = timedelta(seconds=10)  # a bell older than this is taken to be lost with its broker
log = structlog.get_logger()


def release_abandoned(*, now: datetime) -> int:
    """Batches whose worker was lost: not begun → pending again; begun → uncertain. Returns how many."""
    count = 0
    for batch in Batch.objects.abandoned(now).only("pk", "fence", "state")[:1000]:
        ours = Batch.objects.filter(pk=batch.pk, fence=batch.fence, state=batch.state, lease_until__lt=now)
        with transaction.atomic():
            if batch.state == BatchState.CLAIMED:
                changed = ours.update(state=BatchState.PENDING, lease_until=None, last_enqueued_at=None)
            else:
                changed = ours.update(state=BatchState.UNCERTAIN, lease_until=None)
                if changed:
                    Attempt.objects.filter(batch=batch, fence=batch.fence, fate="").update(
                        fate=AttemptStatus.UNCERTAIN, ended_at=now, detail="The worker was lost during the call."
                    )
        if changed:
            count += 1
            log.warning("batch.abandoned", batch=batch.pk, was=batch.state)
    return count


def batches_to_enqueue(*, now: datetime, limit: int) -> Sequence[int]:
    """Ids of batches to ring for, marked as rung; one that was rung lately is left out, and so is one that must wait
    for its dispatch's pace."""
    paced = quotas.refresh_paced_flags(now=now)
    control_dispatch.pause_late(now=now)
    silent_since = now - RING_AGAIN
    with transaction.atomic():
        due = Batch.objects.due(now).filter(Q(last_enqueued_at=None) | Q(last_enqueued_at__lt=silent_since))
        if paced:
            due = due.exclude(dispatch__in=list(paced))
        found = list(due.order_by("due_at", "id").values_list("pk", flat=True)[:limit])
        if paced:
            found += quotas.due_batches(paced, silent_since=silent_since, now=now, most=limit)
        Batch.objects.filter(pk__in=found).update(last_enqueued_at=now)
    return found


def still_opening() -> list[int]:
    """Dispatches of which not all readers are in batches yet: a worker is at it, or was lost."""
    return list(Dispatch.objects.filter(frozen_up_to_id__isnull=False).values_list("pk", flat=True))


def finish_completed(*, now: datetime) -> list[int]:
    """Close every open dispatch that has nothing left to send; the ids of those closed.

    One that cannot be looked at is logged; the others go on.
    """
    unfinished = Dispatch.objects.filter(state__in=[DispatchState.OPEN, DispatchState.ATTENTION])
    closed = []
    for pk in unfinished.values_list("pk", flat=True):
        try:
            if control_dispatch.finish_if_done(pk, now=now) == DispatchState.FINISHED:
                closed.append(pk)
        except Exception:
            log.exception("dispatch.not_finished", dispatch=pk)
    return closed
