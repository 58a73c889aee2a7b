"""A person's word on a batch of which nobody knows whether the provider took it."""

from datetime import datetime

from django.db import transaction

from newsletter.delivery import steering
from newsletter.delivery.models import Attempt, Batch, BatchState, Dispatch, DispatchState, Fate
from newsletter.lib.errors import NotAllowed


def count_as_accepted(batch: Batch, *, by: str, now: datetime) -> Batch:
    """Take it that these readers got the letter. `by` is kept with the attempt."""
    return _settle(batch, BatchState.ACCEPTED, Fate.ACCEPTED, by=f"{by}: count as accepted", now=now)


def send_again(batch: Batch, *, by: str, now: datetime) -> Batch:
    """Send it again although up to `batch.submitted` readers may then have two. `by` is kept."""
    return _settle(batch, BatchState.PENDING, Fate.UNCERTAIN, by=f"{by}: send again", now=now)


def _settle(batch: Batch, to: BatchState, fate: Fate, *, by: str, now: datetime) -> Batch:
    with transaction.atomic():
        changed = Batch.objects.filter(pk=batch.pk, state=BatchState.UNCERTAIN).update(
            state=to, due_at=now, rung_at=None
        )
        if not changed:
            raise NotAllowed(f"Batch {batch.pk} is not uncertain any more.")
        last = Attempt.objects.filter(batch=batch, fate=Fate.UNCERTAIN).order_by("-ordinal").first()
        if last:
            last.fate, last.settled_by = fate, by[:100]
            last.save(update_fields=["fate", "settled_by"])
        if to == BatchState.PENDING:
            Dispatch.objects.filter(pk=batch.dispatch_id, state=DispatchState.ATTENTION).update(
                state=DispatchState.OPEN, reason=""
            )
    steering.finish(batch.dispatch_id, now=now)
    batch.refresh_from_db()
    return batch
