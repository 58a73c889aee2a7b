"""What the ops page needs of dispatches, read for all of them together: the queries do not grow with their number."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Max, Min, OuterRef, QuerySet, Subquery, Sum

from newsletter.delivery.dispatches.delay_reasons import Delay, delays_by_dispatch, held_back
from newsletter.delivery.ledger.progress import Progress, progress_by_dispatch
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.delivery.scheduled.scheduled_counts import cancels_not_held
from newsletter.delivery.sending.attempt_outcome import SET_UP_STATUSES
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.insights.dispatch_stats import DispatchStats, stats_by_dispatch
from newsletter.ops.health.judge_dispatches import STUCK_AFTER

RETRYABLE = (DispatchState.OPEN, DispatchState.ATTENTION)  # in these a single refused batch may be retried
MAX_BATCHES = 200  # of each dispatch and state


@dataclass(frozen=True, slots=True)
class DispatchDetails:
    """Facts by the id of the dispatch; what a dispatch does not have is missing.

    `to_settle` are the readers of uncertain batches that a person has to settle. `moved_at` is when a batch last
    changed its state, of open dispatches only. `held_back` have not moved for long, because all remaining batches
    waited for their hour or their pace. Each batch in `refused` has the provider's answer as `answer`.
    `uncertain_since` is when the first of the uncertain calls ended. `set_up_status` is the HTTP status with which the
    provider refused the key or the sender, of dispatches that are paused.
    """

    progress: Mapping[int, Progress]
    stats: Mapping[int, DispatchStats]
    delays: Mapping[int, Delay]
    uncertain: Mapping[int, Sequence[Batch]]
    refused: Mapping[int, Sequence[Batch]]
    to_settle: Mapping[int, int]
    moved_at: Mapping[int, datetime]
    held_back: Collection[int]
    unconfirmed_cancels: Mapping[int, int]
    cancels_not_held: Mapping[int, int]
    uncertain_since: Mapping[int, datetime]
    set_up_status: Mapping[int, int]


def dispatch_details(dispatches: Collection[Dispatch], *, now: datetime) -> DispatchDetails:
    """Return the details of these dispatches, whose editions and publications must be loaded."""
    progress = progress_by_dispatch(dispatches)
    doubtful = [dispatch for dispatch in dispatches if progress[dispatch.pk].uncertain]
    refusing = [d.pk for d in dispatches if progress[d.pk].refused and d.state in RETRYABLE]
    uncertain = Batch.objects.filter(dispatch__in=[d.pk for d in doubtful], state=BatchState.UNCERTAIN)
    moved_at = _moved_at([d.pk for d in dispatches if d.state == DispatchState.OPEN])
    still = [d for d in dispatches if now - (moved_at.get(d.pk) or d.opened_at) > STUCK_AFTER]
    answer = Attempt.objects.filter(batch=OuterRef("pk")).order_by("-ordinal").values("detail")[:1]
    refused = Batch.objects.filter(dispatch__in=refusing, state=BatchState.REFUSED)
    return DispatchDetails(
        progress,
        stats_by_dispatch([dispatch.pk for dispatch in dispatches]),
        delays_by_dispatch(dispatches, now=now),
        _grouped(uncertain),
        _grouped(refused.annotate(answer=Subquery(answer))),
        {d.pk: _to_settle(d, progress[d.pk]) for d in doubtful},
        moved_at,
        held_back(still, at=now - STUCK_AFTER),
        scheduled_sends.unconfirmed_cancels(dispatches, now=now),
        cancels_not_held(dispatches),
        _uncertain_since([dispatch.pk for dispatch in doubtful]),
        _set_up_status([d.pk for d in dispatches if d.state == DispatchState.PAUSED]),
    )


def _grouped(batches: QuerySet[Batch]) -> dict[int, list[Batch]]:
    found: defaultdict[int, list[Batch]] = defaultdict(list)
    for batch in batches.defer("subscribers").order_by("dispatch", "number"):
        found[batch.dispatch_id].append(batch)
    return {pk: each[:MAX_BATCHES] for pk, each in found.items()}


def _to_settle(dispatch: Dispatch, done: Progress) -> int:
    if dispatch.leaves_at is None:
        return done.uncertain
    return scheduled_sends.uncertain(dispatch).aggregate(readers=Sum("submitted"))["readers"] or 0


def _moved_at(dispatches: Collection[int]) -> dict[int, datetime]:
    # an attempt that is to be retried later is no progress
    moved = Attempt.objects.filter(batch__dispatch__in=dispatches).exclude(status=AttemptStatus.LATER).order_by()
    return {pk: at for pk, at in moved.values_list("batch__dispatch").annotate(Max("ended_at")) if at}


def _uncertain_since(dispatches: Collection[int]) -> dict[int, datetime]:
    calls = Attempt.objects.filter(batch__dispatch__in=dispatches, batch__state=BatchState.UNCERTAIN).order_by()
    ended = calls.filter(status=AttemptStatus.UNCERTAIN).values_list("batch__dispatch").annotate(Min("ended_at"))
    return {pk: at for pk, at in ended if at}


def _set_up_status(dispatches: Collection[int]) -> dict[int, int]:
    refused = Attempt.objects.filter(
        batch__dispatch__in=dispatches,
        status=AttemptStatus.REFUSED,
        http_status__in=SET_UP_STATUSES,
        pk__gt=F("batch__dispatch__refusals_counted_from"),
    )
    return {pk: status or 0 for pk, status in refused.order_by("pk").values_list("batch__dispatch", "http_status")}
