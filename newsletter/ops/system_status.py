"""Everything the ops page and `newsletter status` show, gathered in a handful of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef, Subquery, Sum

from newsletter.delivery.dispatches.delay_reasons import Delay, delay_of, is_held_back
from newsletter.delivery.ledger import installation
from newsletter.delivery.ledger.progress import Progress, progress
from newsletter.delivery.models import Attempt, AttemptStatus, Batch, BatchState, Dispatch, DispatchState
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.editions.models import Edition, State
from newsletter.insights.dispatch_stats import DispatchStats, tallies
from newsletter.insights.event_backlog import event_backlog
from newsletter.ops import heartbeats
from newsletter.ops.health import STUCK, DispatchSnapshot, Health, judge_health
from newsletter.ops.heartbeats import Queue
from newsletter.publications.models import Publication

# The worker queues, as workers/queues.py names them; a test keeps the two lists the same.
WORKER_QUEUES = ("assembly", "dispatch", "sending", "insights", "pictures", "maintenance")
RECENT = timedelta(days=7)
MOST_OVER = 100  # editions that are over; those that are not are all shown and judged
SETTLING = timedelta(minutes=5)
RETRIED = (DispatchState.OPEN, DispatchState.ATTENTION)  # in these a refused batch may be tried again by itself
UNFINISHED = [state for state in State if state not in (State.DISPATCHED, State.CANCELLED)]


@dataclass(frozen=True, slots=True)
class EditionStatus:
    """Where one edition stands. `dispatch` and `progress` are None until its ledger is open, `tally` until
    the provider told what became of its letters, `waits` while nothing holds it back. Of each batch that is
    `refused` and may be tried again, `said` is what the provider said."""

    edition: Edition
    dispatch: Dispatch | None
    progress: Progress | None
    uncertain: Sequence[Batch]
    refused: Sequence[Batch] = ()
    tally: DispatchStats | None = None
    waits: Delay | None = None


@dataclass(frozen=True, slots=True)
class Status:
    verdict: Health
    queues: Sequence[Queue]
    editions: Sequence[EditionStatus]
    read_at: datetime


def status(*, now: datetime) -> Status:
    """The house as it is at `now`: editions of the last week, those to come, and all unfinished ones."""
    queues = heartbeats.queues(WORKER_QUEUES, now=now)
    over = Edition.objects.filter(state__in=[State.DISPATCHED, State.CANCELLED], due_at__gte=now - RECENT)
    shown = [*Edition.objects.filter(state__in=UNFINISHED).values_list("pk", flat=True)]
    shown += over.order_by("-due_at").values_list("pk", flat=True)[:MOST_OVER]
    editions = Edition.objects.filter(pk__in=shown).select_related("publication", "dispatch").order_by("-due_at", "-pk")
    dispatches = [dispatch.pk for edition in editions if (dispatch := getattr(edition, "dispatch", None))]
    told = tallies(dispatches)
    standings = [_standing(edition, told, now) for edition in editions]
    sendings = [_sending(standing, now) for standing in standings]
    strange = installation.check().difference
    said = judge_health(queues, sendings, event_backlog(now=now), now=now, unplanned=_unplanned(now), strange=strange)
    return Status(said, queues, standings, now)


def _unplanned(now: datetime) -> list[str]:
    """Active publications that have had five minutes to be planned and have no regular edition to come."""
    to_come = Edition.objects.filter(publication=OuterRef("pk"), due_at__gt=now - SETTLING, local_date__isnull=False)
    to_come = to_come.exclude(state=State.CANCELLED)
    resting = Publication.objects.filter(~Exists(to_come), is_active=True, created_at__lt=now - SETTLING)
    return list(resting.order_by("pk").values_list("name", flat=True))


def _standing(edition: Edition, told: Mapping[int, DispatchStats], now: datetime) -> EditionStatus:
    dispatch = getattr(edition, "dispatch", None)
    if dispatch is None:
        return EditionStatus(edition, None, None, ())
    uncertain = dispatch.batches.filter(state=BatchState.UNCERTAIN).defer("subscribers").order_by("number")[:200]
    refused = (
        dispatch.batches.filter(state=BatchState.REFUSED) if dispatch.state in RETRIED else dispatch.batches.none()
    )
    said = Attempt.objects.filter(batch=OuterRef("pk")).order_by("-ordinal").values("detail")[:1]
    refused = refused.annotate(said=Subquery(said)).defer("subscribers").order_by("number")[:200]
    waits = delay_of(dispatch, now=now)
    tally = told.get(dispatch.pk)
    return EditionStatus(edition, dispatch, progress(dispatch), tuple(uncertain), tuple(refused), tally, waits)


def _sending(standing: EditionStatus, now: datetime) -> DispatchSnapshot:
    edition, dispatch, done = standing.edition, standing.dispatch, standing.progress
    if dispatch is None or done is None:
        return DispatchSnapshot(edition.pk, edition.state, edition.due_at)
    # a try that came to nothing is no movement
    moved = Attempt.objects.filter(batch__dispatch=dispatch).exclude(fate=AttemptStatus.LATER)
    last = moved.aggregate(at=Max("ended_at"))["at"] or dispatch.opened_at
    return DispatchSnapshot(
        edition.pk,
        dispatch.state,
        edition.due_at,
        moved_at=last,
        waiting=done.waiting,
        uncertain=scheduled_sends.uncertain(dispatch).aggregate(readers=Sum("submitted"))["readers"] or 0,
        unseen=scheduled_sends.readers_with_unconfirmed_cancel(dispatch, now=now),
        not_held=scheduled_sends.cancels_that_did_not_hold(dispatch),
        refused=0 if dispatch.state == DispatchState.STOPPED else done.refused,
        unsent=done.waiting + done.refused if dispatch.state == DispatchState.STOPPED else 0,
        stopped_at=edition.dispatched_at,
        is_held_back=now - last > STUCK and is_held_back(dispatch, at=now - STUCK),
        waits=standing.waits is not None and standing.waits.next_at > now,
    )
