"""The Celery app of the workers. Beat has one of its own (beat.py).

docs/decisions/0003-celery-wakes-workers.md explains each setting.
"""

import gc
import os
import sys
from typing import Any

import django
from celery.concurrency import ALIASES  # type: ignore[attr-defined]  # missing in the type stubs
from celery.signals import celeryd_init, worker_before_create_process

from newsletter.lib.memory_arena import use_one_memory_arena
from workers import celery_app

use_one_memory_arena()
django.setup()
# `newsletter migrate` runs Django's checks; here they would load all pages into every worker
os.environ.setdefault("CELERY_SKIP_CHECKS", "yes")

from newsletter.lib.errors import NewsletterError  # noqa: E402 — Django must be ready first
from newsletter.lib.shared_memory import require_shared_memory  # noqa: E402
from workers import database_connections, heartbeat, record_failures  # noqa: E402
from workers.queues import task_modules  # noqa: E402

ALIASES["threads"] = "workers.thread_pool:TaskPool"

app = celery_app.create()
app.conf.update(
    include=task_modules(sys.argv),
    # the lease in the ledger is the acknowledgement, so Celery's own redelivery is off
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    # sessions of the database are kept from task to task (database_connections.py)
    CELERY_DB_REUSE_MAX=database_connections.REUSES,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    worker_enable_remote_control=False,  # otherwise anybody with access to the broker could stop tasks
)


@celeryd_init.connect
def require_machine(**_: Any) -> None:
    """Stop a worker that cannot run on this machine, with a one-line message."""
    try:
        require_shared_memory()
    except NewsletterError as error:
        raise SystemExit(str(error)) from None


@worker_before_create_process.connect
def share_memory(**_: Any) -> None:
    """Keep the collector away from what is loaded: its marks would give each child a copy of all of it."""
    gc.collect()
    gc.freeze()


database_connections.connect()
heartbeat.connect()
record_failures.connect()
