"""Counts how often a person asked to stop: Ctrl-C, a closed terminal, or SIGTERM."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SAME_REQUEST_SECONDS = 0.7  # make, a terminal or `timeout` may pass on one request as two signals


class StopRequests:
    """How often a stop was requested. A counter and not an exception, so that no start is interrupted half-way."""

    def __init__(self) -> None:
        self.count = 0
        self._last = 0.0

    def __call__(self) -> int:
        return self.count

    def _handle(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        now = time.monotonic()
        if not self.count or now - self._last > SAME_REQUEST_SECONDS:
            self.count += 1
        self._last = now


@contextmanager
def count_stop_requests() -> Iterator[StopRequests]:
    """Count these signals inside the block; afterwards their earlier handlers are back."""
    requests = StopRequests()
    # not SIGHUP under `nohup`
    numbers = [
        number for number in STOP_SIGNALS if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN
    ]
    before = {number: signal.signal(number, requests._handle) for number in numbers}
    try:
        yield requests
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
