"""Recover lost work from the rows of the ledger, without a look at the worker queues.

Safe to run at any time, repeatedly, and by two workers at once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from newsletter.delivery.dispatches import control_dispatch
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.rate_limits import quotas
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState

REENQUEUE_AFTER = timedelta(seconds=10)  # a task older than this is assumed lost with its broker
MAX_IN_HAND = 100  # batches of a dispatch while others have some, too; they take a machine about a second
UNFINISHED = (DispatchState.OPEN, DispatchState.ATTENTION)
log = structlog.get_logger()


def release_abandoned(*, now: datetime) -> int:
    """Release the batches of lost workers: claimed → pending, calling → uncertain. Return how many there were."""
    count = 0
    for batch in Batch.objects.abandoned(now).only("pk", "fence", "state")[:1000]:
        # a lease never changes without the fence or the state
        ours = Batch.objects.filter(pk=batch.pk, fence=batch.fence, state=batch.state)
        with transaction.atomic():
            if batch.state == BatchState.CLAIMED:
                changed = ours.update(state=BatchState.PENDING, lease_until=None, last_enqueued_at=None)
            else:
                changed = ours.update(state=BatchState.UNCERTAIN, lease_until=None)
                if changed:
                    Attempt.objects.filter(batch=batch, fence=batch.fence, status="").update(
                        status=AttemptStatus.UNCERTAIN, ended_at=now, detail="The worker was lost during the call."
                    )
        if changed:
            count += 1
            log.warning("batch.abandoned", batch=batch.pk, was=batch.state)
    return count


def batches_to_enqueue(*, now: datetime, limit: int) -> Sequence[int]:
    """Return up to `limit` ids of batches to enqueue, and mark them as enqueued.

    Batches that were enqueued recently or have to wait for the pace of their dispatch are left out. The others are
    taken in turn, one of each dispatch.
    """
    paced = quotas.refresh_paced_flags(now=now)
    control_dispatch.pause_late(now=now)
    not_enqueued_since = now - REENQUEUE_AFTER
    with transaction.atomic():
        due = Batch.objects.due(now).filter(Q(last_enqueued_at=None) | Q(last_enqueued_at__lt=not_enqueued_since))
        found = _in_turn(due.exclude(dispatch__in=list(paced)), not_enqueued_since, limit=limit)
        if paced:
            found += quotas.due_batches(paced, not_enqueued_since=not_enqueued_since, now=now, limit=limit)
        Batch.objects.filter(pk__in=found).update(last_enqueued_at=now)
    return found


def first_batches_to_enqueue(dispatch: Dispatch, *, now: datetime) -> Sequence[int]:
    """Return the ids of the first due batches of a dispatch that has just opened, and mark them as enqueued.

    It has none in hand, so they are in its turn, whatever the others have. Those of a paced dispatch are left to
    `batches_to_enqueue`. The cost does not grow with the number of dispatches that open at one moment.
    """
    if dispatch.is_paced:
        return []
    with transaction.atomic():
        due = Batch.objects.due(now).filter(dispatch=dispatch, last_enqueued_at=None)
        found = list(due.order_by("due_at", "id").values_list("pk", flat=True)[:MAX_IN_HAND])
        Batch.objects.filter(pk__in=found).update(last_enqueued_at=now)
    return found


def _in_turn(due: QuerySet[Batch], not_enqueued_since: datetime, *, limit: int) -> list[int]:
    """Return up to `limit` ids of due batches in the order in which they are sent: one of each dispatch, and again.

    While several dispatches have due batches, at most `MAX_IN_HAND` of each are in the worker queue or in a call, so
    that a small dispatch does not wait for all batches of a large one.
    """
    first = Window(RowNumber(), partition_by=F("dispatch"), order_by=["due_at", "id"])
    # the database stops counting a dispatch at `limit`, so a tick does not read all batches that wait
    found = due.annotate(turn=first).filter(turn__lte=limit).order_by("turn", "due_at", "id")
    rows = list(found.values_list("pk", "dispatch", "turn"))
    if not rows:
        return []
    recent = Q(state=BatchState.PENDING, last_enqueued_at__gte=not_enqueued_since)
    in_hand = Batch.objects.filter(recent | Q(state__in=[BatchState.CLAIMED, BatchState.CALLING]))
    taken = dict(in_hand.order_by().values_list("dispatch").annotate(Count("pk")))
    if len(taken.keys() | {dispatch for _, dispatch, _ in rows}) < 2:
        return [pk for pk, _, _ in rows]
    return [pk for pk, dispatch, turn in rows if turn + taken.get(dispatch, 0) <= MAX_IN_HAND][:limit]


class UnderWay(NamedTuple):
    """Ids of dispatches: `opening` still freeze their audience, `unfinished` may have batches to send.

    A worker is freezing the audience of each of the former, or was lost.
    """

    opening: list[int]
    unfinished: list[int]


def under_way() -> UnderWay:
    """Return the dispatches with work in them, in one query: nearly always there are none."""
    rows = Dispatch.objects.filter(Q(frozen_up_to_id__isnull=False) | Q(state__in=UNFINISHED))
    found = list(rows.values_list("pk", "frozen_up_to_id", "state"))
    return UnderWay(
        [pk for pk, frozen_up_to_id, _ in found if frozen_up_to_id is not None],
        [pk for pk, _, state in found if state in UNFINISHED],
    )


def finish_completed(*, now: datetime) -> list[int]:
    """Finish every dispatch that has nothing left to send, and return the ids of those finished.

    An error in one dispatch is logged and does not affect the others.
    """
    finished = []
    for pk in Dispatch.objects.filter(state__in=UNFINISHED).values_list("pk", flat=True):
        try:
            if control_dispatch.finish_if_done(pk, now=now) == DispatchState.FINISHED:
                finished.append(pk)
        except Exception:
            log.exception("dispatch.not_finished", dispatch=pk)
    return finished
