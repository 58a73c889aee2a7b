"""How far the warm-ups are: the day, its limit, and how many readers of it are used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from newsletter.delivery.models import RateWindow, WarmUp
from newsletter.delivery.rate_limits.quotas import DAY


@dataclass(frozen=True, slots=True)
class WarmUpDay:
    """A warm-up today: `number` is 0 before it begins; `limit` is None then and after the last day."""

    domain: str
    starts_on: date
    number: int
    daily: Sequence[int]
    limit: int | None
    used: int

    @property
    def sentence(self) -> str:
        """Return how far it is, in words."""
        if self.number < 1:
            return f"Begins on {self.starts_on:%Y-%m-%d} with {self.daily[0]:,} readers."
        if self.limit is None:
            return "Over: no limit any more."
        left = f"{self.used:,} of {self.limit:,} readers submitted on this UTC day"
        return f"Day {self.number} of {len(self.daily)}: {left}."


def warm_up_days(*, now: datetime) -> list[WarmUpDay]:
    """Return all warm-ups, by domain."""
    today = now.astimezone(UTC).date()
    plans = list(WarmUp.objects.order_by("domain"))
    scopes = [f"domain {plan.domain}" for plan in plans]
    midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
    windows = RateWindow.objects.filter(scope__in=scopes, seconds=DAY, starts_at=midnight)
    used = dict(windows.values_list("scope", "readers"))
    return [
        WarmUpDay(
            plan.domain,
            plan.starts_on,
            (today - plan.starts_on).days + 1,
            plan.daily,
            plan.limit(today),
            used.get(f"domain {plan.domain}", 0),
        )
        for plan in plans
    ]
