"""The heartbeat does not get in the way of the work."""

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from django.test import override_settings

from newsletter.lib import clock
from newsletter.ops import heartbeats
from tests.support.system import System
from workers import heartbeat


class Watch:
    """Notes which workers were alive, and whether the broker answered, at each beat."""

    def __init__(self) -> None:
        self.seen: list[tuple[list[str], bool]] = []

    def show(self, *, broker_answers: bool) -> None:
        self.seen.append(([each.name for each in heartbeats.living_workers(now=clock.now())], broker_answers))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "url",
    ["amqp://127.0.0.1:1//", "redis+socket:///nowhere/redis.sock", "sentinel://127.0.0.1:1;sentinel://127.0.0.1:2"],
)
def test_a_worker_records_its_heartbeat_whatever_the_kind_of_the_broker(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving = threading.Event()
    leaving.set()
    monkeypatch.setattr(heartbeat, "_leaving", leaving)  # one beat
    watch = Watch()
    with override_settings(REDIS_URL=url):
        heartbeat._beat("worker@here", ["maintenance"], 1, watch)  # type: ignore[arg-type]  # has what is called
    assert watch.seen == [(["worker@here"], False)]


def test_a_child_that_takes_the_place_of_a_lost_one_can_write_whatever_the_heartbeat_did_at_that_moment(
    make_system: Callable[..., System],
) -> None:
    system = make_system()
    settings = {**system.environment, "DJANGO_SETTINGS_MODULE": "newsletter.settings", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "tests.workers.forking"]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr
