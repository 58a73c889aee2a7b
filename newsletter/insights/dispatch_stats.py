"""Count the outcomes of a dispatch by readers. The counts are not stored."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from newsletter.insights.models import DeliveryStage, ReaderOutcome
from newsletter.insights.reader_outcomes import TIMES


@dataclass(frozen=True, slots=True)
class DispatchStats:
    """Numbers of readers. Each reader is in at most one of the first six; the other numbers may overlap.

    `prefetched`: an email client loaded the pictures automatically. `opened`: a person probably opened the email.
    """

    processed: int = 0
    deferred: int = 0
    dropped: int = 0
    blocked: int = 0
    delivered: int = 0
    bounced: int = 0
    complained: int = 0
    unsubscribed: int = 0
    prefetched: int = 0
    opened: int = 0
    clicked: int = 0

    @property
    def with_events(self) -> int:
        """Readers with at least one event."""
        return self.processed + self.deferred + self.dropped + self.blocked + self.delivered + self.bounced


ACTIONS = [time.removesuffix("_at") for time in TIMES if time not in ("delivered_at", "bounced_at")]


def stats_by_dispatch(dispatches: Collection[int]) -> dict[int, DispatchStats]:
    """Return the statistics of each of these dispatches that has events, in one query."""
    rows = (
        ReaderOutcome.objects.filter(dispatch__in=dispatches)
        .values("dispatch_id", "reached")
        .annotate(readers=Count("pk"), **{action: Count(f"{action}_at") for action in ACTIONS})
        .order_by()
    )
    sums: dict[int, dict[str, int]] = {}
    row: Any  # django-stubs cannot know the names made from ACTIONS
    for row in rows:
        counts = sums.setdefault(row["dispatch_id"], {})
        counts[DeliveryStage(row["reached"]).name.lower()] = row["readers"]
        for action in ACTIONS:
            counts[action] = counts.get(action, 0) + row[action]
    return {dispatch: DispatchStats(**counts) for dispatch, counts in sums.items()}


def dispatch_stats(dispatch: int) -> DispatchStats | None:
    """Return the statistics of one dispatch; None before its first event."""
    return stats_by_dispatch([dispatch]).get(dispatch)
