"""Readings that workers record about themselves and their queues, and the query that reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.ops.models import QueueDepthReading, WorkerHeartbeat

ALIVE_FOR = timedelta(seconds=20)  # workers record a heartbeat every five seconds
FORGET_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Queue:
    """A worker queue: messages waiting, age of the oldest, and how many workers listen to it.

    `read_at` is None before the first reading: `waiting` and `oldest_seconds` then mean nothing.
    """

    name: str
    waiting: int
    oldest_seconds: float
    workers: int
    read_at: datetime | None


def record_queue(name: str, *, waiting: int, oldest_seconds: float, now: datetime) -> None:
    """Record the latest reading of a worker queue in place of the one before."""
    record_queues({name: (waiting, oldest_seconds)}, now=now)


def record_queues(readings: Mapping[str, tuple[int, float]], *, now: datetime) -> None:
    """Record the latest reading of each worker queue, the messages and the age of the oldest, in one statement."""
    rows = [
        QueueDepthReading(queue=name, waiting=waiting, oldest_seconds=oldest_seconds, read_at=now)
        for name, (waiting, oldest_seconds) in sorted(readings.items())
    ]
    fields = ["waiting", "oldest_seconds", "read_at"]
    QueueDepthReading.objects.bulk_create(rows, update_conflicts=True, unique_fields=["queue"], update_fields=fields)


def record_worker(name: str, *, queues: Sequence[str], now: datetime) -> None:
    """Record that this worker is alive and listens to these queues."""
    WorkerHeartbeat.objects.update_or_create(name=name, defaults={"queues": list(queues), "seen_at": now})


def forget_worker(name: str) -> None:
    """Delete the heartbeat of a worker that shuts down in good order."""
    WorkerHeartbeat.objects.filter(name=name).delete()


def forget_old(*, now: datetime) -> None:
    """Delete the heartbeats of workers that have recorded none for an hour."""
    WorkerHeartbeat.objects.filter(seen_at__lt=now - FORGET_AFTER).delete()


def queues(names: Sequence[str], *, now: datetime) -> list[Queue]:
    """Return the readings of these worker queues, in the order of `names`."""
    found = {reading.queue: reading for reading in QueueDepthReading.objects.filter(queue__in=names)}
    alive = list(WorkerHeartbeat.objects.filter(seen_at__gte=now - ALIVE_FOR))
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
