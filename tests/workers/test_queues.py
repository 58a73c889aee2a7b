"""The worker queues, the timetable, and looking into the broker."""

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest
import redis
from kombu import Connection

from tests.support.redis import RedisServer
from workers import queue_depth
from workers.beat_schedule import PERIODIC_TASKS, SCHEDULE
from workers.queues import ROUTES, WORKER_QUEUES, task_modules


def test_every_tick_is_an_interval_that_is_thrown_away_when_nobody_picks_it_up() -> None:
    assert PERIODIC_TASKS
    for tick in PERIODIC_TASKS:
        entry: dict[str, Any] = SCHEDULE[tick.task]
        assert isinstance(entry["schedule"], int | float)
        assert entry["options"]["expires"] >= entry["schedule"]


def test_every_tick_has_a_worker_queue() -> None:
    for tick in PERIODIC_TASKS:
        room = tick.task.rpartition(".")[0] + ".*"
        assert ROUTES[room]["queue"] in WORKER_QUEUES


def test_length_and_age_of_a_worker_queue_are_read_without_asking_a_worker(redis_server: RedisServer) -> None:
    client = redis.Redis.from_url(redis_server.url)
    for age in (5, 60, 2):
        message = json.dumps({"body": "", "headers": {"sent_at": time.time() - age}})
        client.lpush(queue_depth.PREFIX + "dispatch", message)
    first, second = queue_depth.queue_depths(client, ["dispatch", "system"])
    assert (first.waiting, second.waiting) == (3, 0)
    assert 4 < first.oldest_seconds < 30, "the message pushed first is the oldest one in the queue"
    assert second.oldest_seconds == 0
    client.close()


def test_the_length_of_a_worker_queue_is_read_by_the_commands_of_rabbitmq() -> None:
    with Connection("memory://") as broker:
        queue = broker.SimpleQueue("dispatch")
        for number in range(2):
            queue.put({"n": number})
        assert queue_depth.queue_lengths(broker, ["system", "dispatch"]) == [("system", 0, 0.0), ("dispatch", 2, 0.0)]
        queue.close()


def test_workers_do_not_start_without_a_broker_and_say_what_to_give() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import workers.app"],
        env={**os.environ, "REDIS_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "REDIS_URL is not set." in done.stderr


def test_every_task_of_the_timetable_and_of_due_work_is_known_to_the_workers(redis_server: RedisServer) -> None:
    script = (
        "from workers.app import app; from workers.beat_schedule import PERIODIC_TASKS; "
        "from workers.due_work import DUE_WORK; "
        "app.loader.import_default_modules();"
        "print(sorted(each.task for each in (*PERIODIC_TASKS, *DUE_WORK) if each.task not in app.tasks))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "REDIS_URL": redis_server.url},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("queues", "modules"),
    [
        ("pictures,reading", {"pictures", "reading"}),
        ("dispatch,sending", {"dispatch"}),
        ("sending", {"dispatch"}),
        (None, {"assembly", "dispatch", "insights", "pictures", "reading", "maintenance"}),
    ],
)
def test_a_worker_loads_the_tasks_of_its_queues(queues: str | None, modules: set[str]) -> None:
    words = ["celery", "worker", *([f"--queues={queues}"] if queues else []), "--pool=threads"]
    assert set(task_modules(words)) == {f"workers.tasks.{name}" for name in modules}


def test_a_worker_without_shared_memory_ends_with_one_sentence(redis_server: RedisServer) -> None:
    script = (
        "import sys, multiprocessing.synchronize as shared\n"
        "def refuse(*_, **__): raise OSError(2, 'No such file or directory')\n"
        "shared.SemLock.__init__ = refuse\n"
        "from celery.__main__ import main\n"
        "sys.argv = ['celery', '-A', 'workers.app', 'worker', '--pool=solo']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "REDIS_URL": redis_server.url},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Workers need shared memory, and this machine has none (No such file or directory). "
        "Mount it: mount -t tmpfs -o mode=1777 tmpfs /dev/shm"
    ]
