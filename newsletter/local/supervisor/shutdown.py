"""How processes are brought to an end together: asked to finish, reminded, and at last ended by force."""

import signal
import time
from collections.abc import Callable, Sequence

from newsletter.local.supervisor.managed_process import Process

POLL_SECONDS = 0.05  # seconds between two looks
LONG_WAIT = 4.0  # seconds after which somebody who waits for the end is told why
AGAIN = 1.5  # seconds between two words to a needs_repeated_sigterm one
HURRIED = 1.0  # seconds of grace when somebody is in a hurry


def stop(processes: Sequence[Process], *, say: Callable[[str], None], hurry: Callable[[], bool]) -> None:
    """Return when all have ended: SIGTERM at once, SIGKILL for what is left after its grace."""
    began, reminded, told = time.monotonic(), 0, False
    for process in processes:
        process.tell(signal.SIGTERM)
    while alive := [process for process in processes if process.status is None]:
        passed, hurried = time.monotonic() - began, hurry()
        for process in alive:
            if passed > (min(HURRIED, process.part.grace) if hurried else process.part.grace):
                say(f"{process.part.name} did not stop in time and is ended by force.")
                process.kill()
        if passed > AGAIN * (reminded + 1):
            reminded += 1
            for process in alive:
                if process.part.needs_repeated_sigterm:
                    process.tell(signal.SIGTERM)
        if passed > LONG_WAIT and not told:
            told = True
            names = " and ".join(process.part.name for process in alive)
            say(f"Waiting for {names} to finish what is in hand; ask again to end it by force.")
        time.sleep(POLL_SECONDS)
    for process in processes:
        process.end_remains()
