"""Waiting for what must become true, instead of sleeping and hoping."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], *, timeout: float = 30, what: str = "", longest_pause: float = 0.25) -> T:
    """Ask `condition` until it answers with something true, and return that.

    Pauses grow to `longest_pause` seconds; asking should take a small part of that time. Fails after `timeout` seconds
    with the last answer; an error that `condition` raises goes through.
    """
    ends = time.monotonic() + timeout
    pause = 0.01
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > ends:
            wanted = what or getattr(condition, "__name__", "the condition")
            raise AssertionError(f"Waited {timeout:g} s for {wanted}; the last answer was {answer!r}.")
        time.sleep(pause)
        pause = min(pause * 1.5, longest_pause)
