"""Readings of the worker queues once a minute, kept for a day: for rates and for the chart of ops."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Sum

from newsletter.ops.heartbeats import Queue
from newsletter.ops.models import QueueSample

KEPT_FOR = timedelta(hours=25)
SHOWN_FOR = timedelta(hours=24)
STEP = timedelta(minutes=15)
RATE_OVER = timedelta(minutes=3)  # the latest sample must be as new


@dataclass(frozen=True, slots=True)
class QueueStep:
    """A quarter of an hour, over all queues: the oldest task seen, and tasks taken. None without readings."""

    start: datetime
    oldest_seconds: float | None = None
    taken: int | None = None


def record_sample(queues: Sequence[Queue], *, now: datetime) -> None:
    """Record the queues, unless this minute is recorded already."""
    minute = now.replace(second=0, microsecond=0)
    rows = [
        QueueSample(queue=q.name, minute=minute, waiting=q.waiting, oldest_seconds=_age(q), taken=q.taken_per_minute)
        for q in queues
    ]
    QueueSample.objects.bulk_create(rows, ignore_conflicts=True)


def forget_old_samples(*, now: datetime) -> None:
    """Delete what is older than a day."""
    QueueSample.objects.filter(minute__lt=now - KEPT_FOR).delete()


def arrivals_per_minute(queues: Sequence[Queue], *, now: datetime) -> Mapping[str, int]:
    """Return how many tasks came into each queue in about the last minute; without a recent sample, nothing."""
    minute = QueueSample.objects.filter(minute__gt=now - RATE_OVER).aggregate(at=Max("minute"))["at"]
    before = dict(QueueSample.objects.filter(minute=minute).values_list("queue", "waiting")) if minute else {}
    return {q.name: max(0, q.taken_per_minute + q.waiting - before[q.name]) for q in queues if q.name in before}


def queue_history(*, now: datetime) -> list[QueueStep]:
    """Return the last 24 hours in steps of a quarter of an hour, the earliest first."""
    end = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + STEP
    start = end - SHOWN_FOR
    rows = QueueSample.objects.filter(minute__gte=start).order_by().values_list("minute")
    steps: dict[datetime, tuple[float, int]] = {}
    for minute, oldest, taken in rows.annotate(Max("oldest_seconds"), Sum("taken")):
        step = start + (minute - start) // STEP * STEP
        before = steps.get(step, (0.0, 0))
        steps[step] = (max(before[0], oldest), before[1] + taken)
    starts = [start + number * STEP for number in range(SHOWN_FOR // STEP)]
    return [QueueStep(each, *steps[each]) if each in steps else QueueStep(each) for each in starts]


def _age(queue: Queue) -> float:
    return queue.oldest_seconds if queue.waiting else 0.0
