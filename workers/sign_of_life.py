"""The file that a worker or beat touches while it works, for health checks of containers (alive.py reads it)."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

STUCK_AFTER_SECONDS = 60.0


class EventLoop(Protocol):
    """The part of Celery's event loop that is used here."""

    def call_soon(self, callback: Callable[[], None]) -> object:
        """Call `callback` in the loop, soon."""


class SignOfLife:
    """Touches the file while the event loop of the worker runs.

    The loop stands still while the broker is away. That is no reason to restart the worker, which reconnects by itself.
    """

    def __init__(
        self, file: Path | None, loop: EventLoop | None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._file, self._loop, self._clock = file, loop, clock
        self._is_asked = False
        self._looped_at = self._clock()

    def show(self, *, broker_answers: bool) -> None:
        """Touch the file unless the loop has been stuck for a minute although the broker answers."""
        if self._file is None:
            return
        if self._loop is None or not broker_answers:
            self._looped_at = self._clock()
        elif not self._is_asked:
            self._is_asked = True
            self._loop.call_soon(self._looped)
        if self._clock() - self._looped_at < STUCK_AFTER_SECONDS:
            touch(self._file)

    def _looped(self) -> None:
        self._looped_at, self._is_asked = self._clock(), False


def touch(file: Path | None) -> None:
    """Set the time of the file to now; do nothing without one, or on a full disk."""
    if file is not None:
        try:
            file.touch()
        except OSError:
            return
