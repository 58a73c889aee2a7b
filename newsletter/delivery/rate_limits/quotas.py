"""Rate limits on submitted readers: the pace and quiet hours of a publication, the warm-up of a sending domain.

Readers are counted in windows: clock minutes and clock hours for a publication, UTC days for a domain over all its
publications. Every reader in a call that began counts, whatever its result. The limit holds within each window;
across the border of two windows, up to twice as many readers may be submitted.

`reserve` counts a call in the transaction that commits its attempt, by one conditional statement per window: no window
exceeds its limit, however many workers run. `due_batches` checks the remaining room before batches are enqueued, so
that worker queues do not fill with batches that must wait. A dispatch without limits is not `is_paced` and skips this.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from math import ceil
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, Sum

from newsletter.delivery.ledger.packed_ids import pack, unpack
from newsletter.delivery.models import Batch, Dispatch, RateWindow, WarmUp
from newsletter.delivery.rate_limits.warm_up import domain_of
from newsletter.delivery.states import BatchState, DispatchState
from newsletter.editions.models import FrozenLetter
from newsletter.publications.models import Publication
from newsletter.publications.schedule import hours_end

MINUTE, HOUR, DAY = 60, 3600, 86_400
UNLIMITED = 2**31
KEPT_FOR = timedelta(days=3)
MAX_SPLITS = 50  # oversized batches of a dispatch that one call of `due_batches` splits


class Quota(NamedTuple):
    """One window with its limit in readers. `scope` names the publication or domain that the limit is for."""

    scope: str
    seconds: int
    starts_at: datetime
    limit: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(seconds=self.seconds)

    @property
    def key(self) -> tuple[str, int, datetime]:
        return self.scope, self.seconds, self.starts_at


SizedBatch = tuple[datetime, int]  # due time, readers
Counted = Mapping[tuple[str, int, datetime], int]  # readers by `Quota.key`


@dataclass(frozen=True, slots=True)
class RateLimits:
    """All rate limits of a dispatch. False when there are none."""

    publication: int
    per_minute: int | None = None
    per_hour: int | None = None
    quiet: tuple[time, time] | None = None
    time_zone: str = "UTC"
    warm_up: WarmUp | None = None

    def __bool__(self) -> bool:
        return bool(self.per_minute or self.per_hour or self.quiet or self.warm_up)

    def quotas(self, at: datetime) -> list[Quota]:
        """Return the limited windows that contain `at`, always in the same order, which is the order of their locks."""
        name, found = f"publication {self.publication}", []
        if self.per_minute:
            found.append(Quota(name, MINUTE, _start(at, MINUTE), self.per_minute))
        if self.per_hour:
            found.append(Quota(name, HOUR, _start(at, HOUR), self.per_hour))
        if self.warm_up and (daily_limit := self.warm_up.limit(at.astimezone(UTC).date())):
            found.append(Quota(f"domain {self.warm_up.domain}", DAY, _start(at, DAY), daily_limit))
        return found

    def quiet_until(self, at: datetime) -> datetime | None:
        """Return the end of the quiet hours that contain `at`; None outside of quiet hours."""
        if self.quiet is None:
            return None
        return hours_end(at, start=self.quiet[0], end=self.quiet[1], time_zone=self.time_zone)

    def largest_batch(self, at: datetime) -> int:
        """Return the most readers that one call may have from `at` on so that it fits into every future window.

        A limit larger than a batch is divided evenly: 1,500 a minute are two batches of 750.
        """
        limits = [self.per_minute, self.per_hour]
        if self.warm_up:
            limits += self.warm_up.to_come(at.astimezone(UTC).date())
        size = int(settings.DISPATCH_BATCH_SIZE)
        return min([size, *(limit // ceil(limit / size) for limit in limits if limit)])


FIELDS = ("pk", "pace_per_minute", "pace_per_hour", "quiet_from", "quiet_until", "time_zone")


def limits_of(publication: Publication, *, now: datetime) -> RateLimits:
    """Return the limits of a dispatch of `publication` that opens now. One query."""
    warm_up = WarmUp.objects.filter(domain=domain_of(publication.sender_email)).first()
    return _limits([getattr(publication, name) for name in FIELDS], warm_up, now)


def limits_by_dispatch(dispatches: Collection[int], *, now: datetime) -> dict[int, RateLimits]:
    """Return the limits of these dispatches by their ids, without dispatches that have no limits.

    The sending domain is that of the frozen letter. Two queries for any number of dispatches, none for an empty list.
    """
    if not dispatches:
        return {}
    warm_ups = {each.domain: each for each in WarmUp.objects.all()}
    rows = FrozenLetter.objects.filter(edition__dispatch__in=dispatches).values_list(
        "edition__dispatch", "sender_email", *(f"edition__publication__{name}" for name in FIELDS)
    )
    every = {pk: _limits(fields, warm_ups.get(domain_of(sender)), now) for pk, sender, *fields in rows}
    return {pk: limits for pk, limits in every.items() if limits}


def refresh_paced_flags(*, now: datetime) -> dict[int, RateLimits]:
    """Return the limits of open dispatches by their ids, and update `is_paced` of each."""
    flags = dict(Dispatch.objects.filter(state=DispatchState.OPEN).values_list("pk", "is_paced"))
    limits = limits_by_dispatch(flags, now=now)
    for is_paced in (True, False):
        changed = [pk for pk, before in flags.items() if (pk in limits) is is_paced and before is not is_paced]
        if changed:
            Dispatch.objects.filter(pk__in=changed).update(is_paced=is_paced)
    return limits


def reserve(dispatch_id: int, readers: int, *, now: datetime) -> bool:
    """Count a call to this many readers. Return False, with nothing counted, when the call must not be made now.

    Call this in the transaction that commits the attempt, so that both are committed or neither is.
    """
    limits = limits_by_dispatch([dispatch_id], now=now).get(dispatch_id)
    if limits is None:
        return True
    if limits.quiet_until(now):
        return False
    try:
        with transaction.atomic():
            for quota in limits.quotas(now):
                if not _count(quota, readers):
                    raise _WindowFull
    except _WindowFull:
        return False
    return True


class _WindowFull(Exception):
    """A window has no room; the readers counted in other windows are rolled back."""


COUNT = """
    INSERT INTO delivery_ratewindow (scope, seconds, starts_at, readers) VALUES (%s, %s, %s, %s)
    ON CONFLICT (scope, seconds, starts_at) DO UPDATE SET readers = delivery_ratewindow.readers + excluded.readers
    WHERE delivery_ratewindow.readers + excluded.readers <= %s
"""


def _count(quota: Quota, readers: int) -> bool:
    if readers > quota.limit:
        return False
    starts_at = connection.ops.adapt_datetimefield_value(quota.starts_at)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [quota.scope, quota.seconds, starts_at, readers, quota.limit])
        return bool(cursor.rowcount)


def usage(every: Iterable[RateLimits], *, now: datetime) -> dict[tuple[str, int, datetime], int]:
    """Return the readers counted in the windows that contain `now`. One query; none when no window is limited."""
    quotas = {quota.key for limits in every for quota in limits.quotas(now)}
    if not quotas:
        return {}
    wanted = Q()
    for scope, seconds, starts_at in quotas:
        wanted |= Q(scope=scope, seconds=seconds, starts_at=starts_at)
    rows = RateWindow.objects.filter(wanted).values_list("scope", "seconds", "starts_at", "readers")
    return {(scope, seconds, starts_at): readers for scope, seconds, starts_at, readers in rows}


def remaining(limits: RateLimits, used: Counted, *, at: datetime) -> int:
    """Return how many readers may be submitted at `at`, given those `used` in its windows already."""
    if limits.quiet_until(at):
        return 0
    return min((max(0, quota.limit - used.get(quota.key, 0)) for quota in limits.quotas(at)), default=UNLIMITED)


def due_batches(
    limits: Mapping[int, RateLimits], *, not_enqueued_since: datetime, now: datetime, limit: int
) -> list[int]:
    """Return up to `limit` ids of due batches of these dispatches that fit into the remaining room.

    Editions are served in the order of their due times. Batches that a worker has claimed, or that were enqueued
    after `not_enqueued_since`, take up room as well.
    """
    used = Counter(usage(limits.values(), now=now))
    not_enqueued = Q(last_enqueued_at=None) | Q(last_enqueued_at__lt=not_enqueued_since)
    is_in_hand = Q(state=BatchState.CLAIMED) | Q(state=BatchState.PENDING, last_enqueued_at__gte=not_enqueued_since)
    in_hand = Batch.objects.filter(is_in_hand, dispatch__in=limits)
    for dispatch_id, readers in in_hand.order_by().values_list("dispatch").annotate(Sum("count")):
        used.update({quota.key: readers for quota in limits[dispatch_id].quotas(now)})
    found: list[int] = []
    in_turn = Dispatch.objects.filter(pk__in=limits).order_by("edition__due_at", "pk")
    for dispatch_id in in_turn.values_list("pk", flat=True):
        own_limits = limits[dispatch_id]
        if own_limits.quiet_until(now):
            continue
        due = Batch.objects.due(now).filter(not_enqueued, dispatch=dispatch_id)
        max_size = own_limits.largest_batch(now)
        for pk in due.filter(count__gt=max_size).values_list("pk", flat=True)[:MAX_SPLITS]:
            split(pk, max_size)
        for pk, readers in due.order_by("due_at", "id").values_list("pk", "count")[: limit - len(found)]:
            quotas = own_limits.quotas(now)
            if full := [quota for quota in quotas if used[quota.key] + readers > quota.limit]:
                used.update({quota.key: quota.limit for quota in full})  # so that no later edition overtakes it
                break
            found.append(pk)
            used.update({quota.key: readers for quota in quotas})
    return found


def split(batch_id: int, max_size: int) -> None:
    """Split a pending batch that fits into no window, because the limit was lowered, into batches that fit.

    Does nothing while the dispatch is still opening, because that assigns batch numbers too.
    """
    with transaction.atomic():
        dispatch = Dispatch.objects.select_for_update(of=("self",)).get(batches=batch_id)
        batch = Batch.objects.select_for_update(skip_locked=True).filter(pk=batch_id, state=BatchState.PENDING).first()
        if batch is None or batch.count <= max_size or dispatch.frozen_up_to_id is not None:
            return
        ids = unpack(batch.subscribers)
        parts = [ids[at : at + max_size] for at in range(0, len(ids), max_size)]
        number = dispatch.batches.count()
        batch.subscribers, batch.count = pack(parts[0]), len(parts[0])
        batch.save(update_fields=["subscribers", "count"])
        Batch.objects.bulk_create(
            Batch(
                dispatch=dispatch,
                number=number + offset,
                letter_id=batch.letter_id,
                split_from_id=batch.split_from_id,  # readers of a refused call remain marked as such
                subscribers=pack(part),
                count=len(part),
                due_at=batch.due_at,
            )
            for offset, part in enumerate(parts[1:], start=1)
        )


def schedule_batches(
    batches: Iterable[SizedBatch], limits: RateLimits, used: Counted, *, now: datetime
) -> Iterator[datetime]:
    """Yield when each of these batches, in the order of their due times, may be sent. Pure.

    Assumes that no other batches use the windows and that each call takes no time.
    """
    counts = dict(used)
    at = now
    for due_at, readers in batches:
        at = max(at, due_at)
        while True:
            if quiet := limits.quiet_until(at):
                at = quiet
                continue
            quotas = limits.quotas(at)
            # a batch that is larger than a window will be split: it gets the window for itself
            full = [q for q in quotas if (counted := counts.get(q.key, 0)) and counted + readers > q.limit]
            if not full:
                break
            at = max(quota.ends_at for quota in full)
        for quota in quotas:
            counts[quota.key] = counts.get(quota.key, 0) + readers
        yield at


def forget_old(*, now: datetime) -> None:
    """Delete windows that ended days ago."""
    RateWindow.objects.filter(starts_at__lt=now - KEPT_FOR).delete()


def _limits(fields: Sequence[Any], warm_up: WarmUp | None, now: datetime) -> RateLimits:
    """Build limits from the values of FIELDS, without a warm-up that is over."""
    pk, per_minute, per_hour, quiet_from, quiet_until, time_zone = fields
    quiet = None if quiet_from is None or quiet_until is None else (quiet_from, quiet_until)
    if warm_up and not warm_up.to_come(now.astimezone(UTC).date()):
        warm_up = None
    return RateLimits(pk, per_minute, per_hour, quiet, time_zone, warm_up)


def _start(at: datetime, seconds: int) -> datetime:
    """Return the start of the window of that length which contains `at`; days and hours are those of UTC."""
    return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, tz=UTC)
