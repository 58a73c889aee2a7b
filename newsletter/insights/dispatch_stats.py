"""The outcomes of a dispatch in numbers of readers, as outcome_counts.py keeps them."""

from collections.abc import Collection
from dataclasses import dataclass

from newsletter.insights.models import OutcomeCounts
from newsletter.insights.outcome_counts import COUNTED


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


def stats_by_dispatch(dispatches: Collection[int]) -> dict[int, DispatchStats]:
    """Return the statistics of each of these dispatches that has events, in one query."""
    rows = OutcomeCounts.objects.filter(dispatch__in=dispatches)
    found = {row.pk: DispatchStats(**{name: getattr(row, name) for name in COUNTED}) for row in rows}
    return {dispatch: stats for dispatch, stats in found.items() if stats.with_events}


def dispatch_stats(dispatch: int) -> DispatchStats | None:
    """Return the statistics of one dispatch; None before its first event."""
    return stats_by_dispatch([dispatch]).get(dispatch)
