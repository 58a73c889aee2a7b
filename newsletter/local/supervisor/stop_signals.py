"""Counts how often a person asked for the end: Ctrl-C, a closed terminal, or a polite kill."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ONE_ASKING = 0.7  # seconds; make, a terminal or `timeout` may pass on one wish as two signals


class StopRequests:
    """How often the end was asked for. A flag and no exception: what is being started is written down first."""

    def __init__(self) -> None:
        self.count = 0
        self._last = 0.0

    def __call__(self) -> int:
        return self.count

    def _hear(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        now = time.monotonic()
        if not self.count or now - self._last > ONE_ASKING:
            self.count += 1
        self._last = now


@contextmanager
def listening() -> Iterator[StopRequests]:
    """Hear those signals while the block runs; afterwards they do again what they did before."""
    asked = StopRequests()
    heard = [number for number in ASKING if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, asked._hear) for number in heard}  # without SIGHUP under `nohup`
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
