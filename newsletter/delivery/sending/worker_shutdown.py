"""Whether this process is about to end. A module of its own, so that workers that do not send load nothing for it."""

import threading

leaving = threading.Event()


def stop_claiming() -> None:
    """Prepare this process for its end: calls in flight are finished, other claimed batches are released."""
    leaving.set()
