"""Measure this worker and its machine for its heartbeat."""

import shutil
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping

import psutil
from celery.worker import state
from django.conf import settings
from django.db import connection

from newsletter import __version__
from newsletter.ops.heartbeats import WorkerVitals
from workers.queues import queue_of

WINDOW_SECONDS = 60.0


class TakenTasks:
    """Counts the tasks that this worker takes from each queue, over the last minute.

    Celery counts what the worker has taken since its start, in its main process, whatever pool it uses.
    """

    def __init__(self, totals: Callable[[], Mapping[str, int]] = lambda: state.total_count) -> None:
        self._totals = totals
        self._seen: deque[tuple[float, Counter[str]]] = deque([(time.monotonic(), self._by_queue())])

    def in_last_minute(self) -> dict[str, int]:
        """Return the number of tasks by queue; call it every few seconds."""
        now, latest = time.monotonic(), self._by_queue()
        self._seen.append((now, latest))
        while len(self._seen) > 2 and self._seen[1][0] <= now - WINDOW_SECONDS:
            self._seen.popleft()
        return dict(latest - self._seen[0][1])

    def _by_queue(self) -> Counter[str]:
        counted: Counter[str] = Counter()
        for task, number in list(self._totals().items()):
            counted[queue_of(task)] += number
        return counted


def measure(taken: TakenTasks, *, slots: int, broker_answers: bool) -> WorkerVitals:
    """Return what this worker measures now. Raises Django's errors if the database cannot be reached."""
    return WorkerVitals(
        version=__version__,
        memory_bytes=_memory(),
        free_bytes=shutil.disk_usage(settings.DATA_DIR).free,
        skew_seconds=clock_skew(),
        broker_answers=broker_answers,
        running=len(state.active_requests),
        slots=slots,
        taken=taken.in_last_minute(),
    )


def clock_skew() -> float:
    """Return how many seconds the clock of this machine is ahead of the database's; SQLite has no clock of its own."""
    if connection.vendor == "sqlite":
        return 0.0
    before = time.time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        database = float(cursor.fetchone()[0])
    return (before + time.time()) / 2 - database


def _memory() -> int | None:
    try:
        process = psutil.Process()
        return sum(int(each.memory_info().rss) for each in (process, *process.children(recursive=True)))
    except psutil.Error:  # a child has just ended
        return None
