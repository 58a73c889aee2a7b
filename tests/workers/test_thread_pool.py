"""A worker whose threads are all busy takes the next bell as soon as one of them is free."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.kept import Kept
from tests.support.redis import RedisServer
from tests.support.system import System
from tests.support.waiting import wait_until

BELLS = 60


@pytest.fixture
def environment(tmp_path: Path, redis_server: RedisServer, make_system: Callable[..., System]) -> dict[str, str]:
    naps = {"REDIS_URL": redis_server.url, "NAPS": str(tmp_path / "naps")}
    return {**os.environ, **make_system().environment, **naps}


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


def ring(environment: dict[str, str], **bells: int) -> None:
    """Put so many tasks into each worker queue, one queue after the other."""
    script = f"from tests.workers.napping import nap\nfor queue, bells in {bells}.items():\n"
    script += "    for _ in range(bells): nap.apply_async(queue=queue)"
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


def taken(environment: dict[str, str], bells: int, *, timeout: float = 120) -> list[str]:
    """The worker queues of so many tasks, in the order in which they were begun."""
    naps = Path(environment["NAPS"])
    wait_until(naps.exists, timeout=120, what="the worker to begin")
    return wait_until(
        lambda: begun if len(begun := naps.read_text().split()) == bells else [], timeout=timeout, what="all tasks"
    )


def test_threads_take_bell_after_bell_without_a_wait_in_between(tmp_path: Path, environment: dict[str, str]) -> None:
    ring(environment, sending=2 * BELLS)
    with working(tmp_path, environment):
        # two threads that look again once a second would need a minute, and need three seconds
        taken(environment, 2 * BELLS, timeout=50)


def test_an_edition_that_is_due_does_not_stand_behind_all_the_batches_of_another(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    ring(environment, sending=BELLS, dispatch=1)
    with working(tmp_path, environment):
        assert taken(environment, BELLS + 1).index("dispatch") < BELLS / 2


def test_events_and_readings_do_not_stand_behind_all_the_editions_that_are_assembled(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """The one process for assembly, events and maintenance takes a task of each queue in turn."""
    ring(environment, assembly=BELLS, insights=2, maintenance=2)
    shared = {"queues": "assembly,insights,maintenance", "pool": "prefork"}
    with working(tmp_path, environment, concurrency=1, **shared):
        order = taken(environment, BELLS + 4)
    assert {queue for queue in order[: BELLS // 2] if queue != "assembly"} == {"insights", "maintenance"}
    assert set(order[BELLS // 2 :]) == {"assembly"}
