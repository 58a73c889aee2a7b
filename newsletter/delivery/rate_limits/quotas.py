"""How fast readers may be submitted: a publication's pace and quiet hours, and the warm-up of a sending domain.

Readers are counted in windows: clock minutes and clock hours for a publication, days for a domain over
all its publications, all in UTC. What counts is a reader in a call that was begun, whatever came of
it. The limit holds in every window; across the border of two, up to twice as many may go.

`take` counts a call in the transaction that writes down its attempt, by one conditional statement a
window that the database runs for one caller after the other: however many workers are at it, and
however often bells are rung, no window holds more than its limit. `free` is what a tick looks at before
it rings, so that worker queues are not filled with batches that may not go.

A dispatch that nothing holds back is marked so (`Dispatch.is_paced`), and none of this runs for it.
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
from newsletter.delivery.models import Batch, BatchState, Dispatch, DispatchState, RateWindow, WarmUp
from newsletter.delivery.rate_limits.warm_up import domain_of
from newsletter.editions.models import FrozenLetter
from newsletter.publications.models import Publication
from newsletter.publications.schedule import hours_end

MINUTE, HOUR, DAY = 60, 3600, 86_400
UNLIMITED = 2**31
KEPT = timedelta(days=3)
AT_ONCE = 50  # batches that are split in one tick


class Quota(NamedTuple):
    """One window with a limit. `scope` names what the limit is about."""

    scope: str
    seconds: int
    starts_at: datetime
    most: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(seconds=self.seconds)

    @property
    def key(self) -> tuple[str, int, datetime]:
        return self.scope, self.seconds, self.starts_at


SizedBatch = tuple[datetime, int]  # due time, readers
Counted = Mapping[tuple[str, int, datetime], int]  # readers by `Quota.key`


@dataclass(frozen=True, slots=True)
class Limits:
    """All that holds a dispatch back. False when nothing does."""

    publication: int
    per_minute: int | None = None
    per_hour: int | None = None
    quiet: tuple[time, time] | None = None
    time_zone: str = "UTC"
    warm_up: WarmUp | None = None

    def __bool__(self) -> bool:
        return bool(self.per_minute or self.per_hour or self.quiet or self.warm_up)

    def quotas(self, at: datetime) -> list[Quota]:
        """The windows that hold `at` and have a limit; always in the same order, in which they are locked."""
        name, found = f"publication {self.publication}", []
        if self.per_minute:
            found.append(Quota(name, MINUTE, _start(at, MINUTE), self.per_minute))
        if self.per_hour:
            found.append(Quota(name, HOUR, _start(at, HOUR), self.per_hour))
        if self.warm_up and (most := self.warm_up.limit(at.astimezone(UTC).date())):
            found.append(Quota(f"domain {self.warm_up.domain}", DAY, _start(at, DAY), most))
        return found

    def quiet_until(self, at: datetime) -> datetime | None:
        """When the quiet hours that `at` lies in end; None outside of them."""
        if self.quiet is None:
            return None
        return hours_end(at, start=self.quiet[0], end=self.quiet[1], time_zone=self.time_zone)

    def largest_batch(self, at: datetime) -> int:
        """Readers that one call may have at most from `at` on, so that it fits into every window to come.

        A limit that is more than a batch is cut into even parts: 1,500 a minute are two batches of 750.
        """
        most = [self.per_minute, self.per_hour]
        if self.warm_up:
            most += self.warm_up.to_come(at.astimezone(UTC).date())
        size = int(settings.DISPATCH_BATCH_SIZE)
        return min([size, *(limit // ceil(limit / size) for limit in most if limit)])


FIELDS = ("pk", "pace_per_minute", "pace_per_hour", "quiet_from", "quiet_until", "time_zone")


def limits_of(publication: Publication, *, now: datetime) -> Limits:
    """What holds a dispatch of `publication` back that opens now. One query."""
    warm_up = WarmUp.objects.filter(domain=domain_of(publication.sender_email)).first()
    return _limits([getattr(publication, name) for name in FIELDS], warm_up, now)


def limits_by_dispatch(dispatches: Collection[int], *, now: datetime) -> dict[int, Limits]:
    """What holds these dispatches back, by their ids; those that nothing holds back are left out.

    The sender is that of the frozen letter. Two queries, however many they are; none for none.
    """
    if not dispatches:
        return {}
    warm_ups = {each.domain: each for each in WarmUp.objects.all()}
    rows = FrozenLetter.objects.filter(edition__dispatch__in=dispatches).values_list(
        "edition__dispatch", "sender_email", *(f"edition__publication__{name}" for name in FIELDS)
    )
    every = {pk: _limits(fields, warm_ups.get(domain_of(sender)), now) for pk, sender, *fields in rows}
    return {pk: limits for pk, limits in every.items() if limits}


def refresh_paced_flags(*, now: datetime) -> dict[int, Limits]:
    """What holds open dispatches back, by their ids; each is marked as paced or not, as is right by now."""
    was = dict(Dispatch.objects.filter(state=DispatchState.OPEN).values_list("pk", "is_paced"))
    limits = limits_by_dispatch(was, now=now)
    for is_paced in (True, False):
        changed = [pk for pk, before in was.items() if (pk in limits) is is_paced and before is not is_paced]
        if changed:
            Dispatch.objects.filter(pk__in=changed).update(is_paced=is_paced)
    return limits


def reserve(dispatch_id: int, readers: int, *, now: datetime) -> bool:
    """Count a call to this many readers; False when it may not be made now, and then nothing is counted.

    To be called in the transaction that writes the attempt down, so that both stand or neither does.
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
                    raise _Full
    except _Full:
        return False
    return True


class _Full(Exception):
    """A window has no room; what was counted in others is taken back."""


COUNT = """
    INSERT INTO delivery_ratewindow (scope, seconds, starts_at, readers) VALUES (%s, %s, %s, %s)
    ON CONFLICT (scope, seconds, starts_at) DO UPDATE SET readers = delivery_ratewindow.readers + excluded.readers
    WHERE delivery_ratewindow.readers + excluded.readers <= %s
"""


def _count(quota: Quota, readers: int) -> bool:
    if readers > quota.most:
        return False
    starts_at = connection.ops.adapt_datetimefield_value(quota.starts_at)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [quota.scope, quota.seconds, starts_at, readers, quota.most])
        return bool(cursor.rowcount)


def usage(every: Iterable[Limits], *, now: datetime) -> dict[tuple[str, int, datetime], int]:
    """How many readers stand in the windows that hold `now`. One query; none when no limit is counted."""
    quotas = {quota.key for limits in every for quota in limits.quotas(now)}
    if not quotas:
        return {}
    wanted = Q()
    for scope, seconds, starts_at in quotas:
        wanted |= Q(scope=scope, seconds=seconds, starts_at=starts_at)
    rows = RateWindow.objects.filter(wanted).values_list("scope", "seconds", "starts_at", "readers")
    return {(scope, seconds, starts_at): readers for scope, seconds, starts_at, readers in rows}


def remaining(limits: Limits, taken: Counted, *, at: datetime) -> int:
    """How many readers may be submitted at this moment, when `taken` stand in its windows already."""
    if limits.quiet_until(at):
        return 0
    return min((max(0, quota.most - taken.get(quota.key, 0)) for quota in limits.quotas(at)), default=UNLIMITED)


def due_batches(limits: Mapping[int, Limits], *, silent_since: datetime, now: datetime, most: int) -> list[int]:
    """Ids of due batches of these dispatches that fit into what is free, edition after edition as they were due.

    Batches that a worker has in hand, or was told of after `silent_since`, take up room as well.
    """
    taken = Counter(usage(limits.values(), now=now))
    silent = Q(last_enqueued_at=None) | Q(last_enqueued_at__lt=silent_since)
    on_their_way = Q(state=BatchState.CLAIMED) | Q(state=BatchState.PENDING, last_enqueued_at__gte=silent_since)
    under_way = Batch.objects.filter(on_their_way, dispatch__in=limits)
    for dispatch_id, readers in under_way.order_by().values_list("dispatch").annotate(Sum("count")):
        taken.update({quota.key: readers for quota in limits[dispatch_id].quotas(now)})
    found: list[int] = []
    in_turn = Dispatch.objects.filter(pk__in=limits).order_by("edition__due_at", "pk")
    for dispatch_id in in_turn.values_list("pk", flat=True):
        those = limits[dispatch_id]
        if those.quiet_until(now):
            continue
        due = Batch.objects.due(now).filter(silent, dispatch=dispatch_id)
        for pk in due.filter(count__gt=those.largest_batch(now)).values_list("pk", flat=True)[:AT_ONCE]:
            split(pk, those.largest_batch(now))
        for pk, readers in due.order_by("due_at", "id").values_list("pk", "count")[: most - len(found)]:
            quotas = those.quotas(now)
            if full := [quota for quota in quotas if taken[quota.key] + readers > quota.most]:
                taken.update({quota.key: quota.most for quota in full})  # nobody who is due later overtakes it
                break
            found.append(pk)
            taken.update({quota.key: readers for quota in quotas})
    return found


def split(batch_id: int, most: int) -> None:
    """Cut a pending batch that no window has room for, because its limit was lowered, into parts that fit.

    Not while its dispatch is still opening: numbers are given out there as well.
    """
    with transaction.atomic():
        dispatch = Dispatch.objects.select_for_update(of=("self",)).get(batches=batch_id)
        batch = Batch.objects.select_for_update(skip_locked=True).filter(pk=batch_id, state=BatchState.PENDING).first()
        if batch is None or batch.count <= most or dispatch.frozen_up_to_id is not None:
            return
        ids = unpack(batch.subscribers)
        parts = [ids[at : at + most] for at in range(0, len(ids), most)]
        number = dispatch.batches.count()
        batch.subscribers, batch.count = pack(parts[0]), len(parts[0])
        batch.save(update_fields=["subscribers", "count"])
        Batch.objects.bulk_create(
            Batch(
                dispatch=dispatch,
                number=number + place,
                letter_id=batch.letter_id,
                split_from_id=batch.split_from_id,  # they come from a refused call as much as before
                subscribers=pack(part),
                count=len(part),
                due_at=batch.due_at,
            )
            for place, part in enumerate(parts[1:], start=1)
        )


def schedule_batches(
    lots: Iterable[SizedBatch], limits: Limits, taken: Counted, *, now: datetime
) -> Iterator[datetime]:
    """When each of these lots, in the order of their due times, may go. Pure.

    As if nothing else came in between, and each call were made at once.
    """
    room = dict(taken)
    at = now
    for due_at, readers in lots:
        at = max(at, due_at)
        while True:
            if quiet := limits.quiet_until(at):
                at = quiet
                continue
            quotas = limits.quotas(at)
            # a lot that is larger than a window will be split: it has the window for itself
            full = [q for q in quotas if (used := room.get(q.key, 0)) and used + readers > q.most]
            if not full:
                break
            at = max(quota.ends_at for quota in full)
        for quota in quotas:
            room[quota.key] = room.get(quota.key, 0) + readers
        yield at


def forget_old(*, now: datetime) -> None:
    """Throw away windows that are long over."""
    RateWindow.objects.filter(starts_at__lt=now - KEPT).delete()


def _limits(fields: Sequence[Any], warm_up: WarmUp | None, now: datetime) -> Limits:
    """From the values of FIELDS; a warm-up that is over holds nothing back."""
    pk, per_minute, per_hour, quiet_from, quiet_until, time_zone = fields
    quiet = None if quiet_from is None or quiet_until is None else (quiet_from, quiet_until)
    if warm_up and not warm_up.to_come(now.astimezone(UTC).date()):
        warm_up = None
    return Limits(pk, per_minute, per_hour, quiet, time_zone, warm_up)


def _start(at: datetime, seconds: int) -> datetime:
    """The beginning of the window of that length which holds `at`; days and hours are those of UTC."""
    return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, tz=UTC)
