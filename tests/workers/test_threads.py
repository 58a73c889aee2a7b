"""A worker whose threads are all busy takes the next bell as soon as one of them is free."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.kept import Kept
from tests.support.redis import RedisServer
from tests.support.waiting import wait_until
from workers import broker

BELLS = 60
RING = f"from tests.workers.napping import nap\nfor _ in range({BELLS}): nap.apply_async(queue='dispatch')"


def test_threads_take_bell_after_bell_without_a_wait_in_between(tmp_path: Path, redis_server: RedisServer) -> None:
    environment = {**os.environ, "REDIS_URL": redis_server.url, "NEWSLETTER_DATA": str(tmp_path)}
    subprocess.run([sys.executable, "-m", "newsletter", "migrate"], env=environment, check=True, capture_output=True)
    subprocess.run([sys.executable, "-c", RING], env=environment, check=True)
    queue = f"{broker.PREFIX}dispatch"
    program = [sys.executable, "-m", "celery", "-A", "tests.workers.napping", "worker"]
    words = ["--queues=dispatch", "--pool=threads", "--concurrency=2", "--loglevel=INFO"]
    with redis_server.client() as client:
        worker = Kept([*program, *words], folder=tmp_path, env=environment, folder_stays=True)
        try:
            wait_until(lambda: client.llen(queue) < BELLS, timeout=60, what="the worker to begin")
            # two threads that look again once a second would need half a minute, and need two seconds
            wait_until(lambda: not client.llen(queue), timeout=15, what="all bells to be taken")
        finally:
            worker.end()
