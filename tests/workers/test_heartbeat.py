"""The heartbeat does not get in the way of the work."""

import subprocess
import sys
from collections.abc import Callable

from tests.support.system import System


def test_a_child_that_takes_the_place_of_a_lost_one_can_write_whatever_the_heartbeat_did_at_that_moment(
    make_system: Callable[..., System],
) -> None:
    system = make_system()
    settings = {**system.environment, "DJANGO_SETTINGS_MODULE": "newsletter.settings", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "tests.workers.forking"]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr
