"""Stops several processes together: SIGTERM, repeated where needed, and SIGKILL at the end of their grace."""

import signal
import time
from collections.abc import Callable, Sequence

from newsletter.local.supervisor.managed_process import Process

POLL_SECONDS = 0.05
EXPLAIN_AFTER_SECONDS = 4.0  # until the terminal says which processes the stop waits for
REPEAT_SIGTERM_SECONDS = 1.5  # between two signals to a process with `needs_repeated_sigterm`
HURRIED_GRACE_SECONDS = 1.0  # at most, after a second request to stop


def stop_all(processes: Sequence[Process], *, say: Callable[[str], None], is_hurried: Callable[[], bool]) -> None:
    """Send SIGTERM to all, SIGKILL to those left after their grace, and return when all have ended."""
    began, repeated, is_explained = time.monotonic(), 0, False
    for process in processes:
        process.send_signal(signal.SIGTERM)
    while alive := [process for process in processes if process.status is None]:
        passed, hurried = time.monotonic() - began, is_hurried()
        for process in alive:
            grace = min(HURRIED_GRACE_SECONDS, process.spec.grace) if hurried else process.spec.grace
            if passed > grace:
                say(f"{process.spec.name} did not stop in time and was killed.")
                process.kill()
        if passed > REPEAT_SIGTERM_SECONDS * (repeated + 1):
            repeated += 1
            for process in alive:
                if process.spec.needs_repeated_sigterm:
                    process.send_signal(signal.SIGTERM)
        if passed > EXPLAIN_AFTER_SECONDS and not is_explained:
            is_explained = True
            names = " and ".join(process.spec.name for process in alive)
            say(f"Waiting for {names} to finish current work. Press Ctrl-C again to stop at once.")
        time.sleep(POLL_SECONDS)
    for process in processes:
        process.kill_group()
