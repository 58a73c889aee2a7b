"""Readers in the scheduled calls of a dispatch: counted from the attempts, or kept since they became final."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Sum

from newsletter.delivery.models import Attempt, Dispatch
from newsletter.delivery.states import AttemptStatus, BatchState


class ScheduledCounts(NamedTuple):
    """Readers in latest `calls` by the state of their group, empty for calls that were sent at once.

    `cancelled` are readers in batches that are pending after a cancel.
    """

    calls: Mapping[str, int]
    cancelled: int


def scheduled_counts(dispatch: Dispatch) -> ScheduledCounts:
    """Return the counts of one dispatch that was opened before its send time."""
    if dispatch.final_at:
        kept: dict[str, Any] = dispatch.final_counts["scheduled"]
        return ScheduledCounts(kept["calls"], kept["cancelled"])
    return count_calls(dispatch)


def count_calls(dispatch: Dispatch) -> ScheduledCounts:
    """Count the readers in the calls of one dispatch."""
    calls = Attempt.objects.out().filter(batch__dispatch=dispatch).order_by().values_list("group__state")
    sent = {state or "": readers for state, readers in calls.annotate(Sum("batch__submitted")) if readers}
    pending = dispatch.batches.filter(state__in=[BatchState.PENDING, BatchState.CLAIMED])
    after_cancel = pending.filter(Exists(Attempt.objects.filter(batch=OuterRef("pk"), status=AttemptStatus.CANCELLED)))
    return ScheduledCounts(sent, after_cancel.aggregate(readers=Sum("submitted"))["readers"] or 0)


def cancels_not_held(dispatches: Collection[Dispatch]) -> dict[int, int]:
    """Return by dispatch the number of calls with a confirmed cancel that were sent anyway, as an event proves.

    At most one query.
    """
    scheduled = [dispatch for dispatch in dispatches if dispatch.leaves_at]
    kept = {d.pk: number for d in scheduled if d.final_at and (number := d.final_counts["scheduled"]["not_held"])}
    if not (counted := [dispatch.pk for dispatch in scheduled if dispatch.final_at is None]):
        return kept
    return count_not_held(counted) | kept


def count_not_held(dispatches: Collection[int]) -> dict[int, int]:
    """Count by dispatch the calls with a confirmed cancel that an event proves to have been sent."""
    calls = Attempt.objects.filter(batch__dispatch__in=dispatches, status=AttemptStatus.CANCELLED, is_proven=True)
    return dict(calls.order_by().values_list("batch__dispatch").annotate(Count("pk")))
