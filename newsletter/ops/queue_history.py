"""Readings of the worker queues: once a minute for a day, together by the hour for longer. For rates and charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max, QuerySet, Sum
from django.db.models.functions import TruncHour

from newsletter.ops.heartbeats import Queue
from newsletter.ops.models import QueueHour, QueueSample

KEPT_FOR = timedelta(hours=25)
HOUR = timedelta(hours=1)
ROLLED_UP_AFTER = timedelta(minutes=2)  # the last sample of an hour is written by then
DELETED_AT_ONCE = 1_000
RATE_OVER = timedelta(minutes=3)  # the latest sample must be as new


@dataclass(frozen=True, slots=True)
class HistorySpan:
    """How far a chart goes back, and how long its steps are. Four steps are a line of its table."""

    code: str
    words: str
    shown_for: timedelta
    step: timedelta

    def starts(self, now: datetime) -> list[datetime]:
        """Return the starts of all steps: the day ends with the step of `now`, the days end with that of today."""
        if self.step < HOUR:
            end = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + self.step
        else:
            end = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return [end - self.shown_for + number * self.step for number in range(self.shown_for // self.step)]


DAY = HistorySpan("24h", "24 hours", timedelta(hours=24), timedelta(minutes=15))
MONTH = HistorySpan("30d", "30 days", timedelta(days=30), timedelta(hours=6))
SPANS = {span.code: span for span in (DAY, MONTH)}


@dataclass(frozen=True, slots=True)
class QueueStep:
    """A part of a span, over all queues: the oldest task seen, and tasks taken. None without readings."""

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


def roll_up(*, now: datetime) -> None:
    """Add the samples of the hours that are over to `QueueHour`, and delete some of its rows that are too old."""
    before = (now - ROLLED_UP_AFTER).replace(minute=0, second=0, microsecond=0)
    done = QueueHour.objects.aggregate(at=Max("hour"))["at"]
    if done is None or done + HOUR < before:
        samples = QueueSample.objects.filter(minute__lt=before)
        if done:
            samples = samples.filter(minute__gte=done + HOUR)
        hours = samples.order_by().annotate(hour=TruncHour("minute", tzinfo=UTC)).values_list("hour", "queue")
        found = hours.annotate(Max("waiting"), Max("oldest_seconds"), Sum("taken"))
        rows = [
            QueueHour(hour=hour, queue=queue, waiting=waiting, oldest_seconds=oldest, taken=taken)
            for hour, queue, waiting, oldest, taken in found
        ]
        QueueHour.objects.bulk_create(rows, ignore_conflicts=True)
    old = QueueHour.objects.filter(hour__lt=now - timedelta(days=settings.QUEUE_HOURS_KEPT_DAYS))
    QueueHour.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:DELETED_AT_ONCE])).delete()


def queue_history(*, now: datetime, span: HistorySpan = DAY) -> list[QueueStep]:
    """Return the steps of a span up to `now`, the earliest first."""
    starts = span.starts(now)
    steps: dict[datetime, tuple[float, int]] = {}
    for at, oldest, taken in _readings(span, starts[0]):
        step = starts[0] + (at - starts[0]) // span.step * span.step
        before = steps.get(step, (0.0, 0))
        steps[step] = (max(before[0], oldest), before[1] + taken)
    return [QueueStep(each, *steps[each]) if each in steps else QueueStep(each) for each in starts]


def _readings(span: HistorySpan, start: datetime) -> list[tuple[datetime, float, int]]:
    """Return time, age of the oldest task and tasks taken, over all queues: by minute, or by hour, then minute."""
    if span is DAY:
        return _summed(QueueSample.objects.filter(minute__gte=start), "minute")
    hours = _summed(QueueHour.objects.filter(hour__gte=start), "hour")
    rest = max((hour for hour, _, _ in hours), default=start - HOUR) + HOUR
    return hours + _summed(QueueSample.objects.filter(minute__gte=rest), "minute")


def _summed(rows: QuerySet[Any], time: str) -> list[tuple[datetime, float, int]]:
    return list(rows.order_by().values_list(time).annotate(Max("oldest_seconds"), Sum("taken")))


def _age(queue: Queue) -> float:
    return queue.oldest_seconds if queue.waiting else 0.0
