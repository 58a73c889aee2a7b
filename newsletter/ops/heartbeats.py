"""What workers write down about themselves and their queues, and how a page reads it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.ops.models import QueueDepthReading, WorkerHeartbeat

ALIVE = timedelta(seconds=20)  # a worker says every five seconds that it lives
FORGET = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Queue:
    """A worker queue: messages waiting, age of the oldest, and how many workers listen to it.

    `read_at` is None when nobody has ever looked: then the two numbers mean nothing.
    """

    name: str
    waiting: int
    oldest_seconds: float
    workers: int
    read_at: datetime | None


def record_queue(name: str, *, waiting: int, oldest_seconds: float, now: datetime) -> None:
    """The latest look at a worker queue; takes the place of the one before."""
    QueueDepthReading.objects.update_or_create(
        queue=name, defaults={"waiting": waiting, "oldest_seconds": oldest_seconds, "read_at": now}
    )


def record_worker(name: str, *, queues: Sequence[str], now: datetime) -> None:
    """This worker lives and listens to these queues."""
    WorkerHeartbeat.objects.update_or_create(name=name, defaults={"queues": list(queues), "seen_at": now})


def forget_worker(name: str) -> None:
    """This worker went home in good order."""
    WorkerHeartbeat.objects.filter(name=name).delete()


def forget_old(*, now: datetime) -> None:
    """Drop the rows of workers that have not been heard of for an hour."""
    WorkerHeartbeat.objects.filter(seen_at__lt=now - FORGET).delete()


def queues(names: Sequence[str], *, now: datetime) -> list[Queue]:
    """The readings of these worker queues, in this order."""
    found = {reading.queue: reading for reading in QueueDepthReading.objects.filter(queue__in=names)}
    alive = list(WorkerHeartbeat.objects.filter(seen_at__gte=now - ALIVE))
    result = []
    for name in names:
        reading = found.get(name)
        result.append(
            Queue(
                name,
                waiting=reading.waiting if reading else 0,
                oldest_seconds=reading.oldest_seconds if reading else 0.0,
                workers=sum(name in worker.queues for worker in alive),
                read_at=reading.read_at if reading else None,
            )
        )
    return result
