"""Readings that workers record about themselves and their queues, and the queries that read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from newsletter.ops.models import QueueDepthReading, WorkerHeartbeat

ALIVE_FOR = timedelta(seconds=20)  # workers record a heartbeat every five seconds
FORGET_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Queue:
    """A worker queue: messages waiting, age of the oldest, and how many workers listen to it.

    `read_at` is None before the first reading: `waiting` and `oldest_seconds` then mean nothing. `taken_per_minute`
    is how many tasks the workers took from it in the last minute.
    """

    name: str
    waiting: int
    oldest_seconds: float
    workers: int
    read_at: datetime | None
    taken_per_minute: int = 0


@dataclass(frozen=True, slots=True)
class WorkerVitals:
    """What a worker measures of itself and its machine; None or empty where it cannot.

    `skew_seconds`: how far its clock is ahead of the database's. `taken` are tasks taken in the last minute, by queue.
    `memory_bytes` includes its child processes.
    """

    version: str = ""
    memory_bytes: int | None = None
    free_bytes: int | None = None
    skew_seconds: float | None = None
    broker_answers: bool = True
    running: int = 0
    slots: int = 0
    taken: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker(WorkerVitals):
    """A living worker: its queues, since when it runs, its latest sign of life and what it measured then."""

    name: str
    queues: Sequence[str]
    seen_at: datetime
    started_at: datetime | None = None


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


def record_worker(name: str, *, queues: Sequence[str], now: datetime, vitals: WorkerVitals | None = None) -> None:
    """Record that this worker is alive, listens to these queues, and what it measured."""
    vitals = vitals or WorkerVitals()
    values = {name: getattr(vitals, name) for name in vitals.__slots__} | {"taken": dict(vitals.taken)}
    WorkerHeartbeat.objects.update_or_create(
        name=name,
        defaults={"queues": list(queues), "seen_at": now} | values,
        create_defaults={"queues": list(queues), "seen_at": now, "started_at": now} | values,
    )


def forget_worker(name: str) -> None:
    """Delete the heartbeat of a worker that shuts down in good order."""
    WorkerHeartbeat.objects.filter(name=name).delete()


def forget_old(*, now: datetime) -> None:
    """Delete the heartbeats of workers that have recorded none for an hour."""
    WorkerHeartbeat.objects.filter(seen_at__lt=now - FORGET_AFTER).delete()


def living_workers(*, now: datetime) -> list[Worker]:
    """Return the workers that have recorded a heartbeat in the last seconds, by name."""
    rows = WorkerHeartbeat.objects.filter(seen_at__gte=now - ALIVE_FOR).values(*(each.name for each in fields(Worker)))
    return [Worker(**row) for row in rows]


def queues(names: Sequence[str], workers: Sequence[Worker]) -> list[Queue]:
    """Return the readings of these worker queues, in the order of `names`. `workers` are those alive."""
    found = {reading.queue: reading for reading in QueueDepthReading.objects.filter(queue__in=names)}
    result = []
    for name in names:
        reading = found.get(name)
        result.append(
            Queue(
                name,
                waiting=reading.waiting if reading else 0,
                oldest_seconds=reading.oldest_seconds if reading else 0.0,
                workers=sum(name in worker.queues for worker in workers),
                read_at=reading.read_at if reading else None,
                taken_per_minute=sum(worker.taken.get(name, 0) for worker in workers),
            )
        )
    return result
