"""Numbers of readers in the batches of a dispatch: counted from the batches, or kept since they became final."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from django.db.models import Sum

from newsletter.delivery.models import Batch, Dispatch


class BatchCounts(NamedTuple):
    """By the state of the batch: `readers` in it, and those of them who were `submitted` in its latest call."""

    readers: Mapping[str, int]
    submitted: Mapping[str, int]


def batch_counts(dispatches: Collection[Dispatch]) -> dict[int, BatchCounts]:
    """Return the counts of each of these dispatches, with at most one query over their batches."""
    counted = [dispatch.pk for dispatch in dispatches if dispatch.final_at is None]
    found = count_batches(counted) if counted else {}
    return found | {dispatch.pk: _kept(dispatch) for dispatch in dispatches if dispatch.final_at}


def count_batches(dispatches: Collection[int]) -> dict[int, BatchCounts]:
    """Count the readers in the batches of each of these dispatches."""
    rows = Batch.objects.filter(dispatch__in=dispatches).order_by()
    readers: dict[int, dict[str, int]] = {pk: {} for pk in dispatches}
    submitted: dict[int, dict[str, int]] = {pk: {} for pk in dispatches}
    for pk, state, *sums in rows.values_list("dispatch", "state").annotate(Sum("count"), Sum("submitted")):
        readers[pk][state], submitted[pk][state] = sums
    return {pk: BatchCounts(readers[pk], submitted[pk]) for pk in dispatches}


def _kept(dispatch: Dispatch) -> BatchCounts:
    return BatchCounts(dispatch.final_counts["readers"], dispatch.final_counts["submitted"])
