"""A walk in a process of its own that names the moments it passes, and may be killed at one of them."""

import os
import signal
from collections.abc import Callable

from django.db import connections


def walked(walk: Callable[[], object], *, dies_at: int = -1) -> list[str]:
    """The moments that `walk` passes, up to the one with the number `dies_at`, counted from 0, where it is killed."""
    connections.close_all()  # a connection must not be shared with a process that is to die
    here, there = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            os.close(here)
            _walk(walk, there, dies_at)
            status = 0
        finally:
            os._exit(status)
    os.close(there)
    with os.fdopen(here, encoding="utf-8") as told:
        passed = told.read().splitlines()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status != (0 if dies_at < 0 else -signal.SIGKILL):
        raise RuntimeError(f"the process that was to be killed at point {dies_at} left with {status}")
    return passed


def _walk(walk: Callable[[], object], there: int, dies_at: int) -> None:
    from tests.torture.tripwire import Tripwire

    def say(name: str) -> None:
        os.write(there, f"{name}\n".encode())  # in one piece, and gone before the process is

    with Tripwire(say, dies_at).strung():
        walk()
