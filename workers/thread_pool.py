"""Celery's pool of threads, mended: a worker learns at once that one of its threads is free.

Celery 5.7.0 takes no message from the broker while all threads are busy (`worker_disable_prefetch`),
and looks again whether one is free only when something wakes its event loop. A thread that ends its task
does not, a second on the clock does: without this a worker does one task a thread and second.
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
            self._hub.call_soon(_wake_up)  # from another thread than its own this ends its wait


def _wake_up() -> None:
    """What the event loop does when it is woken; it looks around by itself."""
