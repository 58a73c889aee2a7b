"""Small programs for a supervisor to run, and questions about them."""

import sys
from collections.abc import Callable
from pathlib import Path

from newsletter.local.supervisor import process_info
from newsletter.local.supervisor.managed_process import ServiceSpec
from newsletter.local.supervisor.supervisor import Supervisor
from tests.support.waiting import wait_until

SLEEPS = "import time; time.sleep(600)"
# these print a word when they are ready, so that no test signals them too early
IGNORES_TERM = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)
HAS_A_CHILD = (
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-I', '-S', '-c', 'import time; time.sleep(600)']);"
    "print('child', child.pid, flush=True); time.sleep(600)"
)
FAILS = "import sys; print('out of luck'); sys.exit(3)"


def part(name: str, code: str, *, grace: float = 8) -> ServiceSpec:
    """A Python program as a part of a system."""
    return ServiceSpec(name, (sys.executable, "-I", "-S", "-c", code), grace=grace)


def wait_for_word(log: Path, word: str) -> str:
    """The text of a log once `word` stands in it."""

    def text() -> str:
        found = log.read_text() if log.exists() else ""
        return found if word in found else ""

    return wait_until(text, what=f"{word!r} in a log")


def lives(pid: int) -> bool:
    return process_info.identify(pid) is not None


def keep_until(system: Supervisor, condition: Callable[[], bool]) -> None:
    """Let the supervisor work until `condition` holds."""

    def works() -> bool:
        system.check()
        return condition()

    wait_until(works, timeout=20)
