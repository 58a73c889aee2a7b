"""What came of a dispatch, in numbers of readers: counted from the outcomes, stored nowhere."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from newsletter.insights.models import DeliveryStage, ReaderOutcome
from newsletter.insights.reader_outcomes import TIMES


@dataclass(frozen=True, slots=True)
class DispatchStats:
    """Numbers of readers. The first six exclude each other; the others are how many of them did what.

    `prefetched` are readers whose mail program fetched the pictures unasked, `opened` those where a
    person is likely to have looked.
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
    def heard(self) -> int:
        """Readers of whom anything was heard."""
        return self.processed + self.deferred + self.dropped + self.blocked + self.delivered + self.bounced


DEEDS = [time.removesuffix("_at") for time in TIMES if time not in ("delivered_at", "bounced_at")]


def tallies(dispatches: Collection[int]) -> dict[int, DispatchStats]:
    """The tally of each of these dispatches of which anything was heard, in one query."""
    rows = (
        ReaderOutcome.objects.filter(dispatch__in=dispatches)
        .values("dispatch_id", "reached")
        .annotate(readers=Count("pk"), **{deed: Count(f"{deed}_at") for deed in DEEDS})
        .order_by()
    )
    sums: dict[int, dict[str, int]] = {}
    row: Any  # django-stubs cannot know the names that are made of DEEDS
    for row in rows:
        counts = sums.setdefault(row["dispatch_id"], {})
        counts[DeliveryStage(row["reached"]).name.lower()] = row["readers"]
        for deed in DEEDS:
            counts[deed] = counts.get(deed, 0) + row[deed]
    return {dispatch: DispatchStats(**counts) for dispatch, counts in sums.items()}


def dispatch_stats(dispatch: int) -> DispatchStats | None:
    """The tally of one dispatch; None before anything was heard of it."""
    return tallies([dispatch]).get(dispatch)
