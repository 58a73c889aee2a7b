"""Rules about workers, worker queues, beat and the broker, and about the machines that workers run on."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from newsletter.ops.health import health_rules as rules
from newsletter.ops.health.verdict import Problem
from newsletter.ops.heartbeats import Queue, Worker

STALE_AFTER = timedelta(seconds=30)  # the queues are read every five seconds
OLD_SECONDS = 300  # for the oldest task of a queue from which nothing is taken
MAX_SKEW_SECONDS = 30
MIN_FREE_BYTES = 500_000_000


def worker_problems(queues: Sequence[Queue], workers: Sequence[Worker], now: datetime) -> Iterator[Problem]:
    """Yield the problems of the worker queues. `workers` are those alive."""
    read = [queue.read_at for queue in queues if queue.read_at]
    if not workers:
        if not read:
            sentence = "No worker has reported yet. Check that the workers and Celery beat are running."
        else:
            seconds = int((now - max(read)).total_seconds())
            sentence = f"No worker is alive. The last reading of the worker queues is {seconds:,} seconds old."
        yield rules.NO_WORKER.problem(sentence)
        return
    if not read or now - max(read) > STALE_AFTER:
        age = f" for {int((now - max(read)).total_seconds()):,} seconds" if read else ""
        if any(worker.broker_answers for worker in workers):
            yield rules.NO_BEAT.problem(f"The worker queues have not been read{age}. Check Celery beat.")
        else:
            yield rules.NO_BROKER.problem(f"Redis does not answer. The worker queues have not been read{age}.")
    for queue in queues:
        if not queue.workers:
            yield rules.QUEUE_WITHOUT_WORKER.problem(f"The worker queue “{queue.name}” has no worker.")
        elif queue.waiting and queue.oldest_seconds > OLD_SECONDS and not queue.taken_per_minute:
            minutes = int(queue.oldest_seconds // 60)
            yield rules.STALLED_QUEUE.problem(
                f"No task is taken from the worker queue “{queue.name}”; the oldest is {minutes:,} minutes old."
            )


def machine_problems(workers: Sequence[Worker]) -> Iterator[Problem]:
    """Yield the problems of the machines that living workers run on."""
    for worker in workers:
        if worker.skew_seconds is not None and abs(worker.skew_seconds) >= MAX_SKEW_SECONDS:
            ahead = "ahead of" if worker.skew_seconds > 0 else "behind"
            yield rules.WRONG_CLOCK.problem(
                f"The clock of {worker.name} is {abs(worker.skew_seconds):,.0f} seconds {ahead} that of the database."
            )
        if worker.free_bytes is not None and worker.free_bytes < MIN_FREE_BYTES:
            yield rules.FULL_DISK.problem(f"The disk of {worker.name} has {worker.free_bytes / 1e6:,.0f} MB free.")
