"""Calls that the provider did not accept, grouped by its answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q

from newsletter.delivery.models import Attempt, Dispatch
from newsletter.delivery.states import AttemptStatus
from newsletter.ops.failures.describe_exception import hidden
from newsletter.ops.failures.known_errors import KnownError, explain
from newsletter.ops.failures.record_failure import WINDOWS

FAILED = (AttemptStatus.REFUSED, AttemptStatus.LATER, AttemptStatus.UNCERTAIN)
MAX_ANSWERS = 100


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """Calls with one answer; `counts` are calls, by the names of `WINDOWS`; `known` says what the answer means."""

    status: str
    http_status: int | None
    detail: str
    last_at: datetime
    counts: dict[str, int]
    known: Sequence[KnownError] = ()


def _counts(row: Mapping[str, Any]) -> dict[str, int]:
    return {name: row[f"in_{hours}"] for name, hours in WINDOWS.items()}


def provider_answers(*, now: datetime) -> list[ProviderAnswer]:
    """Return the answers of the last seven days to calls that were not accepted, the latest first."""
    hours = max(WINDOWS.values())
    since = now - timedelta(hours=hours)
    # a dispatch is open for a day or two, with a warm-up for longer
    dispatches = Dispatch.objects.filter(opened_at__gt=since - timedelta(days=14)).values_list("pk", flat=True)
    failed = Attempt.objects.filter(batch__dispatch__in=list(dispatches), status__in=FAILED, ended_at__gt=since)
    counted = {f"in_{h}": Count("pk", filter=Q(ended_at__gt=now - timedelta(hours=h))) for h in WINDOWS.values()}
    rows = failed.order_by().values("status", "http_status", "detail").annotate(last_at=Max("ended_at"), **counted)
    return [
        ProviderAnswer(
            row["status"],
            row["http_status"],
            hidden(row["detail"]),
            row["last_at"],
            _counts(row),
            explain(row["detail"], http_status=row["http_status"]),
        )
        for row in rows.order_by("-last_at")[:MAX_ANSWERS]
    ]
