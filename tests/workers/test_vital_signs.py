"""What a worker tells of itself, and the file by which a container knows that it works."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter import __version__
from newsletter.lib import clock
from newsletter.ops import heartbeats
from workers import alive, vital_signs
from workers.queues import queue_of
from workers.sign_of_life import STUCK_AFTER_SECONDS, SignOfLife
from workers.vital_signs import TakenTasks

SEND = "workers.tasks.dispatch.send"


class Loop:
    """An event loop that runs its calls when asked to."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], None]] = []

    def call_soon(self, callback: Callable[[], None]) -> None:
        self.calls.append(callback)

    def run(self) -> None:
        while self.calls:
            self.calls.pop()()


def test_tasks_are_counted_by_their_queue() -> None:
    totals: Counter[str] = Counter({SEND: 3})
    taken = TakenTasks(lambda: totals)
    assert taken.in_last_minute() == {}
    totals.update([SEND, SEND, "workers.tasks.maintenance.recover", "celery.ping"])
    assert taken.in_last_minute() == {"sending": 2, "maintenance": 1, "": 1}
    assert queue_of("workers.tasks.dispatch.send_test_emails") == "dispatch"


@pytest.mark.django_db
def test_a_heartbeat_carries_what_the_worker_measured() -> None:
    vitals = vital_signs.measure(TakenTasks(Counter), slots=4, broker_answers=False)
    heartbeats.record_worker("w@here", queues=["sending"], now=clock.now(), vitals=vitals)
    [worker] = heartbeats.living_workers(now=clock.now())
    assert (worker.version, worker.slots, worker.broker_answers) == (__version__, 4, False)
    assert worker.memory_bytes is not None
    assert worker.memory_bytes > 10_000_000
    assert worker.free_bytes
    assert worker.skew_seconds is not None
    assert abs(worker.skew_seconds) < 30


def test_the_file_is_touched_while_the_event_loop_runs_and_not_once_it_is_stuck(tmp_path: Path) -> None:
    file, loop, passed = tmp_path / "alive", Loop(), [0.0]
    sign = SignOfLife(file, loop, clock=lambda: passed[0])
    for _ in range(20):
        passed[0] += STUCK_AFTER_SECONDS / 2
        loop.run()
        sign.show(broker_answers=True)
    assert file.exists()
    file.unlink()
    passed[0] += STUCK_AFTER_SECONDS + 1
    sign.show(broker_answers=True)
    assert not file.exists()


def test_a_loop_that_waits_for_the_broker_is_not_stuck(tmp_path: Path) -> None:
    passed = [0.0]
    sign = SignOfLife(tmp_path / "alive", Loop(), clock=lambda: passed[0])
    for _ in range(10):
        (tmp_path / "alive").unlink(missing_ok=True)
        passed[0] += STUCK_AFTER_SECONDS
        sign.show(broker_answers=False)
    assert (tmp_path / "alive").exists()


def test_the_health_check_says_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "alive"
    assert "does not exist" in alive.problem(file, now=time.time())
    file.touch()
    assert alive.problem(file, now=time.time()) == ""
    os.utime(file, (time.time() - 45, time.time() - 45))
    assert "last touched 45 seconds ago" in alive.problem(file, now=time.time())


def test_the_health_check_is_a_command_that_loads_nothing_of_the_service(tmp_path: Path) -> None:
    (tmp_path / "alive").touch()
    command = [sys.executable, "-X", "importtime", "-m", "workers.alive"]
    well = subprocess.run([*command, str(tmp_path / "alive")], capture_output=True, text=True, check=False)
    assert well.returncode == 0
    assert "django" not in well.stderr
    assert "celery" not in well.stderr
    ill = subprocess.run(
        [*command[:1], *command[3:], str(tmp_path / "no")], capture_output=True, text=True, check=False
    )
    assert ill.returncode == 1
    assert "does not exist" in ill.stderr
