"""The reasons and times for which an open dispatch waits, as sentences for people: local time, pace, schedule."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from django.db.models import Exists, Max, Min, OuterRef, Q

from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.rate_limits import quotas
from newsletter.delivery.rate_limits.quotas import RateLimits, SizedBatch
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.delivery.states import BatchState, DispatchState
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone

UNFINISHED = (BatchState.PENDING, BatchState.CLAIMED, BatchState.CALLING)


@dataclass(frozen=True, slots=True)
class Delay:
    """When a dispatch continues: `next_at` for the next batch (in the past: now), `done_at` roughly for the last one.

    `sentences` give the reasons in the publication's time zone; empty when nothing delays it.
    """

    next_at: datetime
    done_at: datetime
    sentences: tuple[str, ...]


def delay_of(dispatch: Dispatch, *, now: datetime) -> Delay | None:
    """Return what delays `dispatch`; None when nothing does, or it is not open.

    A dispatch that was scheduled at the provider has a delay until it is finished, also when it was stopped.
    """
    return delays_by_dispatch([dispatch], now=now).get(dispatch.pk)


def delays_by_dispatch(dispatches: Collection[Dispatch], *, now: datetime) -> dict[int, Delay]:
    """Return the delay of each of these dispatches that has one.

    The number of queries depends only on how many of them are scheduled at the provider, of which there are few.
    """
    found: dict[int, Delay | None] = {}
    for dispatch in dispatches:
        if dispatch.leaves_at and dispatch.state != DispatchState.FINISHED:
            status = scheduled_sends.scheduled_send_status(dispatch, now=now)
            found[dispatch.pk] = _scheduled_delay(dispatch, status, now) if status else None
    sending = {d.pk: d for d in dispatches if not d.leaves_at and d.state == DispatchState.OPEN}
    limits = quotas.limits_by_dispatch(sending, now=now)
    found |= _local_delays([dispatch for pk, dispatch in sending.items() if pk not in limits], now)
    found |= _limited_delays([dispatch for pk, dispatch in sending.items() if pk in limits], limits, now)
    return {pk: delay for pk, delay in found.items() if delay}


def expected_delays(publication: Publication, *, readers: int, due_at: datetime, now: datetime) -> tuple[str, ...]:
    """Return in sentences what will delay an edition to that many readers; empty when nothing will."""
    limits = quotas.limits_of(publication, now=now)
    if not limits or not readers:
        return ()
    begins = max(due_at, now)
    size = limits.largest_batch(begins)
    sized = [(begins, min(size, readers - at)) for at in range(0, readers, size)]
    moments = list(quotas.schedule_batches(sized, limits, quotas.usage([limits], now=begins), now=begins))
    return _sentences(limits, sized, moments, zone(publication.time_zone), begins)


def held_back(dispatches: Collection[Dispatch], *, at: datetime) -> set[int]:
    """Return the open dispatches of which no progress is expected at `at`: all remaining batches waited for their time.

    A batch that was attempted before has had its time, also when it now waits for a retry. At most four queries.
    """
    frozen = [d for d in dispatches if d.state == DispatchState.OPEN and d.frozen_up_to_id is None]
    # batches that are not scheduled at the provider are sent at that time
    found = {d.pk for d in frozen if d.leaves_at and at < d.leaves_at}
    ready: dict[int, list[tuple[str, int]]] = {d.pk: [] for d in frozen if d.pk not in found}
    if not ready:
        return found
    tried = Exists(Attempt.objects.filter(batch=OuterRef("pk"), began_at__lte=at))
    unfinished = Batch.objects.filter(dispatch__in=ready, state__in=UNFINISHED)
    rows = unfinished.filter(Q(due_at__lte=at) | tried).values_list("dispatch", "state", "count")
    for pk, state, count in rows:
        ready[pk].append((state, count))
    with_batches = set(unfinished.order_by().values_list("dispatch", flat=True).distinct())
    found |= {pk for pk, batches in ready.items() if not batches and pk in with_batches}
    pending = {
        pk: [count for _, count in batches]
        for pk, batches in ready.items()
        if batches and all(state == BatchState.PENDING for state, _ in batches)
    }
    limits = quotas.limits_by_dispatch(pending, now=at)
    used = quotas.usage(limits.values(), now=at)
    for pk, its in limits.items():
        room = quotas.remaining(its, used, at=at)
        if room < min([*pending[pk], its.largest_batch(at)]):
            found.add(pk)
    return found


def _scheduled_delay(dispatch: Dispatch, status: scheduled_sends.ScheduledSendStatus, now: datetime) -> Delay:
    clock = zone(dispatch.edition.publication.time_zone)
    leaves_at, until = status.leaves_at, status.stoppable_until
    sentence = scheduled_sends.describe(
        status, leaves=f"at {_hour(leaves_at, clock, now)}", until=_hour(until, clock, now) if until else ""
    )
    return Delay(leaves_at, leaves_at, (sentence,))


def _local_delays(dispatches: Sequence[Dispatch], now: datetime) -> dict[int, Delay | None]:
    """Return the delays of dispatches without limits: their batches may wait for the readers' local time."""
    if not dispatches:
        return {}
    pending = Batch.objects.filter(dispatch__in=[d.pk for d in dispatches], state=BatchState.PENDING).order_by()
    ends = pending.values_list("dispatch").annotate(
        first=Min("due_at", filter=Q(fence=0, due_at__gt=now)), last=Max("due_at")
    )
    moments = {pk: (first, last) for pk, first, last in ends}
    found: dict[int, Delay | None] = {}
    for dispatch in dispatches:
        next_at, done_at = moments.get(dispatch.pk, (None, None))
        if next_at and done_at:
            clock = zone(dispatch.edition.publication.time_zone)
            by_local_time = dispatch.edition.local_send_time
            sentences = _by_local_time(next_at, done_at, clock, now) if by_local_time else ()
            found[dispatch.pk] = Delay(next_at, done_at, sentences)
    return found


def _limited_delays(
    dispatches: Sequence[Dispatch], limits: Mapping[int, RateLimits], now: datetime
) -> dict[int, Delay | None]:
    """Return the delays of dispatches with a pace, quiet hours or a warm-up."""
    if not dispatches:
        return {}
    pending = Batch.objects.filter(dispatch__in=[d.pk for d in dispatches], state=BatchState.PENDING)
    batches: defaultdict[int, list[SizedBatch]] = defaultdict(list)
    for pk, due_at, count in pending.order_by("due_at", "id").values_list("dispatch", "due_at", "count"):
        batches[pk].append((due_at, count))
    used = quotas.usage(limits.values(), now=now)
    found: dict[int, Delay | None] = {}
    for dispatch in dispatches:
        if waiting := batches[dispatch.pk]:
            its = limits[dispatch.pk]
            moments = list(quotas.schedule_batches(waiting, its, used, now=now))
            clock = zone(dispatch.edition.publication.time_zone)
            found[dispatch.pk] = Delay(moments[0], moments[-1], _sentences(its, waiting, moments, clock, now))
    return found


def _sentences(
    limits: RateLimits, batches: Sequence[SizedBatch], moments: Sequence[datetime], clock: tzinfo, now: datetime
) -> tuple[str, ...]:
    found = []
    if quiet := limits.quiet_until(now):
        found.append(f"Quiet hours until {_hour(quiet, clock, now)}.")
    done = f"finishes at about {_hour(moments[-1], clock, now)}"
    warm_up = limits.warm_up
    if warm_up and (today := warm_up.limit(now.astimezone(UTC).date())):
        found.append(f"Warm-up of {warm_up.domain}: {today:,} readers on this UTC day; {done}.")
    paces = [(limits.per_minute, "a minute"), (limits.per_hour, "an hour")]
    if limited := [f"{number:,} {unit}" for number, unit in paces if number]:
        found.append(f"Pace: {' and '.join(limited)}; {done}.")
    if not found and batches[0][0] > now:
        found.append(f"The next batch is sent at {_hour(moments[0], clock, now)}; {done}.")
    return tuple(found)


def _by_local_time(first: datetime, last: datetime, clock: tzinfo, now: datetime) -> tuple[str, ...]:
    sentence = f"Readers’ local time: the next batch is sent at {_hour(first, clock, now)}"
    return (f"{sentence}, the last at {_hour(last, clock, now)}." if last > first else f"{sentence}; it is the last.",)


def _hour(at: datetime, clock: tzinfo, now: datetime) -> str:
    """Return `07:00`, with the day when it is not today."""
    local = at.astimezone(clock)
    if local.date() == now.astimezone(clock).date():
        return f"{local:%H:%M}"
    return f"{local:%H:%M} on {local:%a} {local.day} {local:%b}"
