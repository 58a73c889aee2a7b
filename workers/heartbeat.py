"""Record every five seconds that this worker is alive and which queues it consumes.

A heartbeat does not prove that work gets done: the rows of the ledger show that.
"""

import os
import threading
from typing import Any

import structlog
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from newsletter.delivery.sending import worker_shutdown
from newsletter.lib import clock
from newsletter.ops import heartbeats, release_starts
from newsletter.ops.check_broker import ask_broker
from workers import vital_signs
from workers.sign_of_life import SignOfLife
from workers.vital_signs import TakenTasks

EVERY = 5.0  # seconds
log = structlog.get_logger()
_leaving = threading.Event()
# A child forked while the heartbeat has a database connection open inherits SQLite's record of it, and with it a lock
# that is never released: the child could never write. So forks and heartbeats wait for each other.
_beating = threading.Lock()
os.register_at_fork(before=_beating.acquire, after_in_parent=_beating.release, after_in_child=_beating.release)


def connect() -> None:
    """Start and stop the heartbeat with the worker."""
    worker_ready.connect(_start, weak=False)
    worker_shutting_down.connect(_stop, weak=False)


def _start(sender: Any, **_: Any) -> None:
    queues = [queue.name for queue in sender.task_consumer.queues]
    slots = sender.controller.concurrency or 0
    sign = SignOfLife(settings.HEARTBEAT_FILE, sender.hub)
    threading.Thread(target=_beat, args=(sender.hostname, queues, slots, sign), name="heartbeat", daemon=True).start()


def _stop(**_: Any) -> None:
    _leaving.set()
    worker_shutdown.stop_claiming()


def _rest() -> None:
    """Close SQLite's file, which a child must not inherit; keep the session of a server, which costs much to open."""
    if connection.vendor == "sqlite":
        connection.close()
    else:
        close_old_connections()


def _beat(name: str, queues: list[str], slots: int, sign: SignOfLife) -> None:
    taken = TakenTasks()
    is_first = True
    while True:
        answers = not ask_broker(settings.REDIS_URL).problem
        with _beating:
            try:
                vitals = vital_signs.measure(taken, slots=slots, broker_answers=answers)
                heartbeats.record_worker(name, queues=queues, now=clock.now(), vitals=vitals)
                if is_first:
                    release_starts.record_start(vitals.version, now=clock.now())
                    is_first = False
            except Exception:  # the next heartbeat may succeed, so the thread must survive
                log.exception("heartbeat.missed")
            finally:
                _rest()
        sign.show(broker_answers=answers)
        if _leaving.wait(EVERY):
            break
    with _beating:
        try:
            heartbeats.forget_worker(name)
        except DatabaseError:
            log.warning("heartbeat.not_forgotten")
        finally:
            connection.close()
