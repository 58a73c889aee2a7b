"""Kept counts of reader outcomes, one row per dispatch, written with the outcomes in one transaction.

`locked` locks the rows of counts before outcomes are written, so that two writers of one dispatch follow each other and
each sees what the other has written. The differences that a writer adds are computed from the rows that changed, so
repeated events and events in another order add nothing twice.
"""

from collections.abc import Collection, Mapping, Sequence

from django.db import connection
from django.db.models import F

from newsletter.insights.models import DeliveryStage, OutcomeCounts

STAGES = {stage.name.lower(): stage.value for stage in DeliveryStage}
ACTIONS = ("complained", "unsubscribed", "prefetched", "opened", "clicked")
COUNTED = (*STAGES, *ACTIONS)
ACTION_TIMES = ", ".join(f"{action}_at" for action in ACTIONS)


def counted(alias: str) -> list[str]:
    """Return an SQL expression for each count over the rows of `alias`."""
    stages = [f"COUNT(*) FILTER (WHERE {alias}.reached = {value})" for value in STAGES.values()]
    return [*stages, *(f"COUNT({alias}.{action}_at)" for action in ACTIONS)]


def locked(dispatches: Collection[int]) -> set[int]:
    """Lock the counts of these dispatches, in the order of their ids; return those that still take outcomes.

    Needs a transaction. The outcomes of an old dispatch are deleted and its counts kept, so it takes no more.
    """
    OutcomeCounts.objects.bulk_create([OutcomeCounts(pk=pk) for pk in sorted(dispatches)], ignore_conflicts=True)
    rows = OutcomeCounts.objects.filter(pk__in=dispatches).order_by("pk")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    return {row.pk for row in rows if row.final_at is None}


def add(differences: Mapping[int, Sequence[int]]) -> None:
    """Add to the counts of each dispatch; the numbers are in the order of `COUNTED`."""
    for dispatch, numbers in differences.items():
        changed = {name: F(name) + number for name, number in zip(COUNTED, numbers, strict=True) if number}
        if changed:
            OutcomeCounts.objects.filter(pk=dispatch).update(**changed)
