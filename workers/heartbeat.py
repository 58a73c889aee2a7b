"""Every worker writes down, every five seconds, that it lives and what it listens to.

The row says no more than that: whether work gets done is told by the ledger's own rows.
"""

import os
import threading
from typing import Any

import structlog
from celery.signals import worker_ready, worker_shutting_down
from django.db import DatabaseError, connection

from newsletter.delivery.sending import send_batches
from newsletter.lib import clock
from newsletter.ops import heartbeats

EVERY = 5.0  # seconds
log = structlog.get_logger()
_leaving = threading.Event()
# A child that is forked while the beat has a database connection open inherits SQLite's note of it, and
# with it a lock that nobody lets go of: it could never write again. So forks and beats wait for each other.
_beating = threading.Lock()
os.register_at_fork(before=_beating.acquire, after_in_parent=_beating.release, after_in_child=_beating.release)


def connect() -> None:
    """Start with the worker and end with it."""
    worker_ready.connect(_start, weak=False)
    worker_shutting_down.connect(_stop, weak=False)


def _start(sender: Any, **_: Any) -> None:
    queues = [queue.name for queue in sender.task_consumer.queues]
    threading.Thread(target=_beat, args=(sender.hostname, queues), name="heartbeat", daemon=True).start()


def _stop(**_: Any) -> None:
    _leaving.set()
    send_batches.stop_claiming()


def _beat(name: str, queues: list[str]) -> None:
    while True:
        with _beating:
            try:
                heartbeats.record_worker(name, queues=queues, now=clock.now())
            except Exception:  # whatever it was, the next beat may go well; without a thread there is none
                log.exception("heartbeat.missed")
            finally:
                connection.close()
        if _leaving.wait(EVERY):
            break
    with _beating:
        try:
            heartbeats.forget_worker(name)
        except DatabaseError:
            log.warning("heartbeat.not_forgotten")
        finally:
            connection.close()
