"""The apps of workers and beat: what they load, and what beat puts into the broker."""

import os
import subprocess
import sys
import time

import pytest
import redis

from tests.support.redis import RedisServer
from workers import queue_depth
from workers.beat_schedule import PERIODIC_TASKS
from workers.queues import ROUTES, WORKER_QUEUES

NEVER = (
    "newsletter.urls",
    "newsletter.web.desk",
    "trafilatura",
    "rapidfuzz",
    "premailer",
    "ninja",
    "pydantic",
)  # before the first email


@pytest.mark.parametrize(
    ("module", "absent"),
    [("workers.app", NEVER), ("workers.beat", (*NEVER, "newsletter.delivery"))],
)
def test_a_process_does_not_load_what_it_never_uses(
    module: str, absent: tuple[str, ...], redis_server: RedisServer
) -> None:
    script = (
        f"import sys; from {module} import app; app.loader.init_worker(); app.finalize()\n"
        f"print(sorted(set({absent!r}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "REDIS_URL": redis_server.url},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_beat_knows_no_task_and_puts_each_into_its_worker_queue_with_the_time(redis_server: RedisServer) -> None:
    client = redis.Redis.from_url(redis_server.url)
    client.flushdb()
    rooms = {entry.task.rpartition(".")[0] for entry in PERIODIC_TASKS if entry.seconds <= 5}
    often = {ROUTES[f"{room}.*"]["queue"] for room in rooms}
    beat = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "workers.beat",
            "beat",
            "--scheduler=workers.beat_scheduler:TouchingScheduler",
        ],
        env={**os.environ, "REDIS_URL": redis_server.url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        ends = time.monotonic() + 30
        filled: set[str] = set()
        while filled != often and time.monotonic() < ends:
            time.sleep(0.2)
            depths = queue_depth.queue_depths(client, WORKER_QUEUES)
            filled = {depth.queue for depth in depths if depth.waiting}
        time.sleep(1.1)
        depths = queue_depth.queue_depths(client, WORKER_QUEUES)
    finally:
        beat.kill()
        beat.wait()
        client.flushdb()
        client.close()
    assert filled == often == {"assembly", "dispatch", "maintenance"}, "the others get a message when there is work"
    assert all(depth.oldest_seconds > 1 for depth in depths if depth.waiting)
