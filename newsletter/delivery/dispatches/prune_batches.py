"""Delete the batches and attempts of dispatches after `BATCHES_KEPT_DAYS`, a few at a time; the counts stay.

Only of a dispatch that is finished or stopped and has nothing unsettled: no call in flight, no uncertain batch, no
scheduled group that may still be cancelled. The dispatch itself stays for ever: with its row, an edition cannot be
opened a second time.

First its counts are kept and marked as final, and from then on nobody reads its batches. A run at least a minute later
deletes them in bites, each in a transaction of its own, so that nobody waits long and a lost worker leaves no gap.
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from newsletter.delivery.ledger import batch_counts
from newsletter.delivery.models import Attempt, Batch, Dispatch, ScheduledGroup
from newsletter.delivery.scheduled import scheduled_counts
from newsletter.delivery.states import BatchState, DispatchState, ScheduledGroupState
from newsletter.lib import sql

BITE = 200  # batches of up to 1,000 readers
FINAL_FOR = timedelta(minutes=1)  # whoever read the dispatch before it was final has long read its batches
OVER = (DispatchState.FINISHED, DispatchState.STOPPED)
UNSETTLED = (BatchState.CLAIMED, BatchState.CALLING, BatchState.UNCERTAIN)
log = structlog.get_logger()


def prune(*, now: datetime, limit: int = 2_000) -> int:
    """Delete up to `limit` batches of old dispatches, oldest first; return how many. Kept for ever with 0 days."""
    if not settings.BATCHES_KEPT_DAYS:
        return 0
    settled = _settled(before=now - timedelta(days=settings.BATCHES_KEPT_DAYS))
    for dispatch in settled[:100]:
        _make_final(dispatch.pk, settled, now=now)
    deleted = 0
    final = Dispatch.objects.filter(batches_deleted_at__isnull=True, final_at__lte=now - FINAL_FOR)
    while deleted < limit and (pk := final.order_by("opened_at", "pk").values_list("pk", flat=True).first()):
        while deleted < limit and (bite := _next_bite(pk, min(BITE, limit - deleted))):
            _delete(bite)
            deleted += len(bite)
        if not _next_bite(pk, 1):
            Dispatch.objects.filter(pk=pk).update(batches_deleted_at=now)
            log.info("batches.deleted", dispatch=pk)
    return deleted


def _settled(*, before: datetime) -> QuerySet[Dispatch]:
    """Return the dispatches opened before that moment in which nothing can change any more."""
    found = Dispatch.objects.filter(
        batches_deleted_at__isnull=True, final_at__isnull=True, opened_at__lt=before, state__in=OVER
    )
    may_be_cancelled = Q(state__in=[ScheduledGroupState.OPEN, ScheduledGroupState.CANCELLING])
    return found.filter(
        ~Exists(Batch.objects.filter(dispatch=OuterRef("pk"), state__in=UNSETTLED)),
        ~Exists(
            ScheduledGroup.objects.filter(may_be_cancelled | Q(cancel_slot__isnull=False), dispatch=OuterRef("pk"))
        ),
        frozen_up_to_id__isnull=True,  # not before each part of its audience was counted
    ).order_by("opened_at", "pk")


def _make_final(dispatch_id: int, settled: QuerySet[Dispatch], *, now: datetime) -> None:
    """Keep the counts of a dispatch and mark them as final. Its row is locked against acts of people and evidence."""
    with transaction.atomic():
        Dispatch.objects.select_for_update().get(pk=dispatch_id)
        dispatch = settled.filter(pk=dispatch_id).first()  # as it is under the lock
        if dispatch is None:
            return
        readers, submitted = batch_counts.count_batches([dispatch.pk])[dispatch.pk]
        dispatch.final_counts = {"readers": readers, "submitted": submitted}
        if dispatch.leaves_at:
            not_held = scheduled_counts.count_not_held([dispatch.pk]).get(dispatch.pk, 0)
            dispatch.final_counts["scheduled"] = {
                **scheduled_counts.count_calls(dispatch)._asdict(),
                "not_held": not_held,
            }
        dispatch.final_at = now
        dispatch.save(update_fields=["final_counts", "final_at"])


def _next_bite(dispatch_id: int, size: int) -> list[int]:
    """Return the last batches of a dispatch: one that was split from another comes after it, and goes before it."""
    last = Batch.objects.filter(dispatch=dispatch_id).order_by("-number")
    return list(last.values_list("pk", flat=True)[:size])


def _delete(batches: list[int]) -> None:
    """Delete these batches with their attempts. Not through Django, which would load each batch to look at it."""
    marks = ", ".join(["%s"] * len(batches))
    with transaction.atomic():
        sql.fetch_all(f"DELETE FROM {Attempt._meta.db_table} WHERE batch_id IN ({marks})", batches)  # noqa: S608 — placeholders
        sql.fetch_all(f"DELETE FROM {Batch._meta.db_table} WHERE id IN ({marks})", batches)  # noqa: S608 — placeholders
