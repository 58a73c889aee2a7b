"""A worker whose threads are all busy takes the next bell as soon as one of them is free."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.kept import Kept
from tests.support.redis import RedisServer
from tests.support.waiting import wait_until
from workers import queue_depth

BELLS = 60
DISPATCH, SENDING = (queue_depth.PREFIX + name for name in ("dispatch", "sending"))


@pytest.fixture
def environment(tmp_path: Path, redis_server: RedisServer) -> dict[str, str]:
    told = {**os.environ, "REDIS_URL": redis_server.url, "NEWSLETTER_DATA": str(tmp_path)}
    subprocess.run([sys.executable, "-m", "newsletter", "migrate"], env=told, check=True, capture_output=True)
    return told


@contextmanager
def working(
    folder: Path,
    environment: dict[str, str],
    *,
    queues: str = "dispatch,sending",
    pool: str = "threads",
    concurrency: int = 2,
) -> Iterator[None]:
    program = [sys.executable, "-m", "celery", "-A", "tests.workers.napping", "worker"]
    words = [f"--queues={queues}", f"--pool={pool}", f"--concurrency={concurrency}", "--loglevel=INFO"]
    worker = Kept([*program, *words], folder=folder, env=environment, folder_stays=True)
    try:
        yield
    finally:
        worker.end()


def ring(environment: dict[str, str], *, bells: int, queue: str) -> None:
    script = f"from tests.workers.napping import nap\nfor _ in range({bells}): nap.apply_async(queue={queue!r})"
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


def test_threads_take_bell_after_bell_without_a_wait_in_between(
    tmp_path: Path, redis_server: RedisServer, environment: dict[str, str]
) -> None:
    ring(environment, bells=BELLS, queue="sending")
    with redis_server.client() as client, working(tmp_path, environment):
        wait_until(lambda: client.llen(SENDING) < BELLS, timeout=60, what="the worker to begin")
        # two threads that look again once a second would need half a minute, and need two seconds
        wait_until(lambda: not client.llen(SENDING), timeout=15, what="all bells to be taken")


def test_an_edition_that_is_due_does_not_stand_behind_all_the_batches_of_another(
    tmp_path: Path, redis_server: RedisServer, environment: dict[str, str]
) -> None:
    ring(environment, bells=BELLS, queue="sending")
    ring(environment, bells=1, queue="dispatch")
    with redis_server.client() as client, working(tmp_path, environment):
        wait_until(lambda: not client.llen(DISPATCH), timeout=60, what="the tick to be taken")
        assert client.llen(SENDING) > BELLS / 2


def test_events_and_readings_do_not_stand_behind_all_the_editions_that_are_assembled(
    tmp_path: Path, redis_server: RedisServer, environment: dict[str, str]
) -> None:
    """The one process for assembly, events and maintenance takes a task of each queue in turn."""
    ring(environment, bells=BELLS, queue="assembly")
    ring(environment, bells=2, queue="insights")
    ring(environment, bells=2, queue="maintenance")
    assembly, *others = (queue_depth.PREFIX + name for name in ("assembly", "insights", "maintenance"))
    shared = {"queues": "assembly,insights,maintenance", "pool": "prefork"}
    with redis_server.client() as client, working(tmp_path, environment, concurrency=1, **shared):
        wait_until(lambda: not any(map(client.llen, others)), timeout=60, what="the other tasks to be taken")
        assert client.llen(assembly) > BELLS / 2
