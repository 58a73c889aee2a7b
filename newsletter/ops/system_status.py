"""All that the ops page and `newsletter status` show, read in a handful of queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from newsletter.delivery.dispatches import active_pauses
from newsletter.delivery.dispatches.delay_reasons import Delay
from newsletter.delivery.ledger import installation
from newsletter.delivery.ledger.progress import Progress
from newsletter.delivery.models import Batch, Dispatch
from newsletter.delivery.pause_models import SendingPause
from newsletter.delivery.states import DispatchState
from newsletter.editions.models import Edition, EditionState
from newsletter.insights.dispatch_stats import DispatchStats
from newsletter.insights.event_backlog import event_backlog
from newsletter.ops import heartbeats, queue_history
from newsletter.ops.deliverability.sending_domains import bad_domains
from newsletter.ops.dispatch_details import DispatchDetails, dispatch_details
from newsletter.ops.health.health_facts import DispatchSnapshot, PauseSnapshot
from newsletter.ops.health.judge_dispatches import STUCK_AFTER
from newsletter.ops.health.judge_health import Readings, judge_health
from newsletter.ops.health.verdict import Health
from newsletter.ops.heartbeats import Queue, Worker
from newsletter.ops.mailbox_counts import mailbox_rates
from newsletter.ops.waiting_work import waiting_work
from newsletter.publications.models import Publication

# The same names as in workers/queues.py, which this package may not import; a test keeps the two lists equal.
WORKER_QUEUES = ("assembly", "dispatch", "sending", "insights", "pictures", "reading", "maintenance")
RECENT = timedelta(days=7)
MAX_PAST_EDITIONS = 100  # dispatched or cancelled ones; all others are shown and judged
PLANNING_GRACE = timedelta(minutes=5)
OVER = (EditionState.DISPATCHED, EditionState.CANCELLED)
UNFINISHED = [state for state in EditionState if state not in OVER]


@dataclass(frozen=True, slots=True)
class EditionStatus:
    """The status of one edition.

    `dispatch` and `progress` are None until its dispatch opens, `tally` until the first delivery events arrive,
    `waits` while nothing delays it. Each batch in `refused` may be retried and carries the provider's answer
    as `answer`.
    """

    edition: Edition
    dispatch: Dispatch | None
    progress: Progress | None
    uncertain: Sequence[Batch]
    refused: Sequence[Batch] = ()
    tally: DispatchStats | None = None
    waits: Delay | None = None


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """All that the ops page shows, as of `read_at`. `arriving` are tasks a minute, by queue."""

    verdict: Health
    queues: Sequence[Queue]
    workers: Sequence[Worker]
    editions: Sequence[EditionStatus]
    pauses: Sequence[SendingPause]
    read_at: datetime
    arriving: Mapping[str, int] = field(default_factory=dict)


def status(*, now: datetime, publications: Collection[int] | None = None) -> SystemStatus:
    """Return the status of the system at `now`: editions of the last week, upcoming ones and all unfinished ones.

    With `publications`, ids, what belongs to other publications is left out of it, and so are figures of all of them.
    """
    ours = Q() if publications is None else Q(publication__in=publications)
    pauses_found = active_pauses.active_pauses(now=now)
    if publications is not None:
        pauses_found = pauses_found.filter(ours | Q(publication=None))
    workers = heartbeats.living_workers(now=now)
    queues = heartbeats.queues(WORKER_QUEUES, workers)
    arriving = queue_history.arrivals_per_minute(queues, now=now)
    pauses = list(pauses_found)
    past = Edition.objects.filter(ours, state__in=OVER, due_at__gte=now - RECENT)
    shown = [*Edition.objects.filter(ours, state__in=UNFINISHED).values_list("pk", flat=True)]
    shown += past.order_by("-due_at").values_list("pk", flat=True)[:MAX_PAST_EDITIONS]
    found = Edition.objects.filter(pk__in=shown).select_related("publication", "dispatch").order_by("-due_at", "-pk")
    editions = list(found)
    details = dispatch_details([each for edition in editions if (each := getattr(edition, "dispatch", None))], now=now)
    statuses = [_edition_status(edition, details) for edition in editions]
    paused = {pause.publication_id for pause in pauses}
    ended = SendingPause.objects.filter(ended_at__gt=now - STUCK_AFTER).order_by("ended_at")
    resumed: dict[int | None, datetime | None] = {each.publication_id: each.ended_at for each in ended}
    readings = Readings(
        queues,
        workers,
        [_snapshot(each, details, paused, resumed, now) for each in statuses],
        event_backlog(now=now),
        [_pause(pause) for pause in pauses],
        mailbox_rates(now=now) if publications is None else (),
        unplanned=_unplanned(now, Q() if publications is None else Q(pk__in=publications)),
        difference=installation.check().difference,
        waiting=waiting_work(now=now) if publications is None else (),
        domains=bad_domains() if publications is None else (),
    )
    return SystemStatus(judge_health(readings, now=now), queues, workers, statuses, pauses, now, arriving)


def _pause(pause: SendingPause) -> PauseSnapshot:
    name = pause.publication.name if pause.publication else ""
    return PauseSnapshot(name, pause.reason, pause.by, pause.since, pause.until)


def _unplanned(now: datetime, ours: Q) -> list[str]:
    """Return the names of those active publications older than five minutes without an upcoming regular edition."""
    upcoming = Edition.objects.filter(
        publication=OuterRef("pk"), due_at__gt=now - PLANNING_GRACE, local_date__isnull=False
    ).exclude(state=EditionState.CANCELLED)
    found = Publication.objects.filter(ours, ~Exists(upcoming), is_active=True, created_at__lt=now - PLANNING_GRACE)
    return list(found.order_by("pk").values_list("name", flat=True))


def _edition_status(edition: Edition, details: DispatchDetails) -> EditionStatus:
    dispatch = getattr(edition, "dispatch", None)
    if dispatch is None:
        return EditionStatus(edition, None, None, ())
    pk = dispatch.pk
    uncertain, refused = details.uncertain.get(pk, ()), details.refused.get(pk, ())
    tally, waits = details.stats.get(pk), details.delays.get(pk)
    return EditionStatus(edition, dispatch, details.progress[pk], uncertain, refused, tally, waits)


def _snapshot(
    status: EditionStatus,
    details: DispatchDetails,
    paused: Collection[int | None],
    resumed: Mapping[int | None, datetime | None],
    now: datetime,
) -> DispatchSnapshot:
    edition, dispatch, done = status.edition, status.dispatch, status.progress
    is_paused = None in paused or edition.publication_id in paused
    ends = [end for end in (resumed.get(None), resumed.get(edition.publication_id)) if end]
    resumed_at = max(ends, default=None)
    if dispatch is None or done is None:
        assemble_at = edition.assemble_at if edition.publication.is_active else None
        return DispatchSnapshot(
            edition.pk,
            edition.state,
            edition.due_at,
            assemble_at=assemble_at,
            is_paused=is_paused,
            resumed_at=resumed_at,
        )
    last = details.moved_at.get(dispatch.pk) or dispatch.opened_at
    return DispatchSnapshot(
        edition.pk,
        dispatch.state,
        edition.due_at,
        moved_at=last,
        waiting=done.waiting,
        uncertain=details.to_settle.get(dispatch.pk, 0),
        unseen=details.unconfirmed_cancels.get(dispatch.pk, 0),
        not_held=details.cancels_not_held.get(dispatch.pk, 0),
        refused=0 if dispatch.state == DispatchState.STOPPED else done.refused,
        unsent=done.waiting + done.refused if dispatch.state == DispatchState.STOPPED else 0,
        stopped_at=edition.dispatched_at,
        is_held_back=dispatch.pk in details.held_back,
        uncertain_since=details.uncertain_since.get(dispatch.pk),
        set_up_status=details.set_up_status.get(dispatch.pk),
        is_paused=is_paused,
        resumed_at=resumed_at,
        waits=status.waits is not None and status.waits.next_at > now,
    )
