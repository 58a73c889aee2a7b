"""Delete the outcomes of single readers after `OUTCOMES_KEPT_DAYS`, a few at a time; the counts of the dispatch stay.

First the counts are marked as final, so that a late event adds nothing to them. Then the rows are deleted in bites,
each in a transaction of its own, so that no writer waits long.
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from newsletter.delivery.states import DispatchState
from newsletter.insights.models import OutcomeCounts, ReaderOutcome

BITE = 1_000
OVER = (DispatchState.FINISHED, DispatchState.STOPPED)
log = structlog.get_logger()


def prune(*, now: datetime, limit: int = 5_000) -> int:
    """Delete up to `limit` outcomes of old dispatches, oldest first; return how many. Kept for ever with 0 days."""
    if not settings.OUTCOMES_KEPT_DAYS:
        return 0
    before = now - timedelta(days=settings.OUTCOMES_KEPT_DAYS)
    old = OutcomeCounts.objects.filter(deleted_at=None, dispatch__opened_at__lt=before, dispatch__state__in=OVER)
    deleted = 0
    while deleted < limit and (counts := old.order_by("dispatch__opened_at", "pk").first()):
        if counts.final_at is None:
            _make_final(counts.pk, now)
        rows = ReaderOutcome.objects.filter(dispatch=counts.pk).order_by("subscriber")
        while deleted < limit and (bite := list(rows.values_list("pk", flat=True)[: min(BITE, limit - deleted)])):
            deleted += ReaderOutcome.objects.filter(pk__in=bite).delete()[0]
        if not rows.exists():
            OutcomeCounts.objects.filter(pk=counts.pk).update(deleted_at=now)
            log.info("outcomes.deleted", dispatch=counts.pk)
    return deleted


def _make_final(dispatch: int, now: datetime) -> None:
    """Mark the counts as final, after a writer who is at it."""
    with transaction.atomic():
        OutcomeCounts.objects.select_for_update().get(pk=dispatch)
        OutcomeCounts.objects.filter(pk=dispatch).update(final_at=now)
