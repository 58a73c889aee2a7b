"""Record unexpected errors, delete old ones, and read them in groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Min, Q, Sum

from newsletter.ops.failures.describe_exception import describe_exception
from newsletter.ops.models import Failure

MAX_ROWS = 10_000  # a row is one group in one minute
MAX_GROUPS_SHOWN = 200
WINDOWS = {"1 h": 1, "3 h": 3, "24 h": 24, "3 d": 72, "7 d": 168}  # in hours
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures of the same exception at the same place; `counts` by the names of `WINDOWS`."""

    latest: Failure
    first_at: datetime
    last_at: datetime
    counts: dict[str, int]


def record_failure(error: BaseException, *, source: str, name: str, now: datetime) -> None:
    """Record an unexpected error. Never raises: the error itself is what matters."""
    try:
        found = describe_exception(error, name=name)
        values = {"source": source, "name": name[:200], "exception": found.exception, "message": found.message}
        values |= {"place": found.place, "trace": found.trace}
        with transaction.atomic():
            row, is_new = Failure.objects.get_or_create(
                group=found.group, minute=now.replace(second=0, microsecond=0), defaults=values
            )
            if not is_new:
                Failure.objects.filter(pk=row.pk).update(times=F("times") + 1)
    except Exception as problem:  # noqa: BLE001 — also without a database
        log.warning("failure.not_recorded", problem=type(problem).__name__, exception=type(error).__name__)


def failure_groups(*, now: datetime) -> list[FailureGroup]:
    """Return the groups of the last seven days, the latest first."""
    counted = {
        f"in_{hours}": Sum("times", filter=Q(minute__gt=now - timedelta(hours=hours)), default=0)
        for hours in WINDOWS.values()
    }
    recent = Failure.objects.filter(minute__gt=now - timedelta(hours=max(WINDOWS.values())))
    rows = (
        recent.order_by()
        .values("group")
        .annotate(latest=Max("pk"), first_at=Min("minute"), last_at=Max("minute"), **counted)
    )
    rows = rows.order_by("-last_at", "-latest")[:MAX_GROUPS_SHOWN]
    latest = Failure.objects.defer("trace").in_bulk([row["latest"] for row in rows])
    return [
        FailureGroup(
            latest[row["latest"]],
            row["first_at"],
            row["last_at"],
            _counts(row),
        )
        for row in rows
    ]


def _counts(row: Mapping[str, Any]) -> dict[str, int]:
    return {name: row[f"in_{hours}"] for name, hours in WINDOWS.items()}


def forget_old_failures(*, now: datetime) -> None:
    """Delete failures older than FAILURES_KEPT_DAYS, and the oldest of too many."""
    Failure.objects.filter(minute__lt=now - timedelta(days=settings.FAILURES_KEPT_DAYS)).delete()
    beyond = Failure.objects.order_by("-pk").values_list("pk", flat=True)[MAX_ROWS : MAX_ROWS + 1]
    for pk in beyond:
        Failure.objects.filter(pk__lte=pk).delete()
