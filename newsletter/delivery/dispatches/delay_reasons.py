"""What an open dispatch waits for, and until when, as people are told: for its readers' hour, or for its pace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from django.db.models import Exists, OuterRef, Q

from newsletter.delivery.models import Attempt, Batch, BatchState, Dispatch, DispatchState
from newsletter.delivery.rate_limits import quotas
from newsletter.delivery.rate_limits.quotas import Limits, SizedBatch
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone

UNFINISHED = (BatchState.PENDING, BatchState.CLAIMED, BatchState.CALLING)


@dataclass(frozen=True, slots=True)
class Delay:
    """`next_at` is when the next batch may go (in the past: now), `done_at` about when the last one goes.

    `sentences` say why, on the publication's clock; none when nothing holds it back.
    """

    next_at: datetime
    done_at: datetime
    sentences: tuple[str, ...]


def delay_of(dispatch: Dispatch, *, now: datetime) -> Delay | None:
    """What `dispatch` waits for; None when nothing holds it back, or it is not open.

    Of one that is submitted ahead it says where it stands until it is finished, also when it was stopped.
    """
    if standing := scheduled_sends.scheduled_send_status(dispatch, now=now):
        return _ahead(dispatch, standing, now)
    if dispatch.state != DispatchState.OPEN:
        return None
    batches = dispatch.batches.filter(state=BatchState.PENDING).order_by("due_at", "id")
    limits = quotas.limits_by_dispatch([dispatch.pk], now=now).get(dispatch.pk)
    publication = dispatch.edition.publication
    clock = zone(publication.time_zone)
    if limits is None:
        first, last = batches.filter(fence=0, due_at__gt=now).first(), batches.last()
        if first is None or last is None:
            return None
        local = _by_local_time(first.due_at, last.due_at, clock, now) if dispatch.edition.local_send_time else ()
        return Delay(first.due_at, last.due_at, local)
    lots = list(batches.values_list("due_at", "count"))
    if not lots:
        return None
    moments = list(quotas.schedule_batches(lots, limits, quotas.usage([limits], now=now), now=now))
    return Delay(moments[0], moments[-1], _sentences(limits, lots, moments, clock, now))


def expected_delays(publication: Publication, *, readers: int, due_at: datetime, now: datetime) -> tuple[str, ...]:
    """What will hold back an edition to so many readers that is due then, in sentences; none when nothing will."""
    limits = quotas.limits_of(publication, now=now)
    if not limits or not readers:
        return ()
    begins = max(due_at, now)
    size = limits.largest_batch(begins)
    lots = [(begins, min(size, readers - at)) for at in range(0, readers, size)]
    moments = list(quotas.schedule_batches(lots, limits, quotas.usage([limits], now=begins), now=begins))
    return _sentences(limits, lots, moments, zone(publication.time_zone), begins)


def is_held_back(dispatch: Dispatch, *, at: datetime) -> bool:
    """True when nothing of an open dispatch should have moved at `at`: all that is left waited for its time.

    A batch that was tried before has had its time, also when it now waits to be tried again.
    """
    if dispatch.state != DispatchState.OPEN or dispatch.frozen_up_to_id is not None:
        return False
    if dispatch.leaves_at and at < dispatch.leaves_at:  # what is not submitted ahead is sent then
        return True
    tried = Exists(Attempt.objects.filter(batch=OuterRef("pk"), began_at__lte=at))
    ready = Batch.objects.filter(Q(due_at__lte=at) | tried, dispatch=dispatch, state__in=UNFINISHED)
    counts = list(ready.values_list("state", "count"))
    if any(state != BatchState.PENDING for state, _ in counts):
        return False
    if not counts:
        return dispatch.batches.filter(state__in=UNFINISHED).exists()
    limits = quotas.limits_by_dispatch([dispatch.pk], now=at).get(dispatch.pk)
    if limits is None:
        return False
    room = quotas.remaining(limits, quotas.usage([limits], now=at), at=at)
    return room < min([*(count for _, count in counts), limits.largest_batch(at)])


def _ahead(dispatch: Dispatch, standing: scheduled_sends.ScheduledSendStatus, now: datetime) -> Delay | None:
    if dispatch.state == DispatchState.FINISHED:
        return None
    clock = zone(dispatch.edition.publication.time_zone)
    leaves_at, until = standing.leaves_at, standing.stoppable_until
    words = scheduled_sends.describe(
        standing, leaves=f"at {_hour(leaves_at, clock, now)}", until=_hour(until, clock, now) if until else ""
    )
    return Delay(leaves_at, leaves_at, (words,))


def _sentences(
    limits: Limits, lots: Sequence[SizedBatch], moments: Sequence[datetime], clock: tzinfo, now: datetime
) -> tuple[str, ...]:
    found = []
    if quiet := limits.quiet_until(now):
        found.append(f"Waits for {_hour(quiet, clock, now)}: quiet hours.")
    done = f"done at about {_hour(moments[-1], clock, now)}"
    warm_up = limits.warm_up
    if warm_up and (today := warm_up.limit(now.astimezone(UTC).date())):
        found.append(f"Warm-up of {warm_up.domain}: {today:,} readers on that day (UTC); {done}.")
    paces = [(limits.per_minute, "a minute"), (limits.per_hour, "an hour")]
    if said := [f"{number:,} {unit}" for number, unit in paces if number]:
        found.append(f"Paced: {' and '.join(said)}; {done}.")
    if not found and lots[0][0] > now:
        found.append(f"The next leave at {_hour(moments[0], clock, now)}; {done}.")
    return tuple(found)


def _by_local_time(first: datetime, last: datetime, clock: tzinfo, now: datetime) -> tuple[str, ...]:
    words = f"By readers’ local time: the next leave at {_hour(first, clock, now)}"
    return (f"{words}, the last at {_hour(last, clock, now)}." if last > first else f"{words}; they are the last.",)


def _hour(at: datetime, clock: tzinfo, now: datetime) -> str:
    """`07:00`, and the day when it is not today."""
    local = at.astimezone(clock)
    if local.date() == now.astimezone(clock).date():
        return f"{local:%H:%M}"
    return f"{local:%H:%M} on {local:%a} {local.day} {local:%b}"
