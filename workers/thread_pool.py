"""Celery's thread pool with a fix: the worker notices at once when a thread becomes free.

With `worker_disable_prefetch`, Celery 5.7.0 takes no message from the broker while all threads are busy, and checks for
a free thread only when something wakes its event loop. A finished task does not wake it, only a timer once a second.
Without this fix a worker runs one task per thread and second.
"""

from typing import Any

from celery.concurrency import thread
from kombu.asynchronous import Hub


class TaskPool(thread.TaskPool):
    """Wakes the event loop when a task has ended."""

    _hub: Hub | None = None

    def register_with_event_loop(self, loop: Hub) -> None:
        self._hub = loop

    def on_apply(self, *args: Any, **kwargs: Any) -> Any:
        applied = super().on_apply(*args, **kwargs)
        applied.f.add_done_callback(self._wake)
        return applied

    def _wake(self, _: object) -> None:
        if self._hub:
            self._hub.call_soon(_wake_up)  # wakes the event loop from another thread


def _wake_up() -> None:
    """Do nothing: being called wakes the event loop, which then checks for free threads."""
