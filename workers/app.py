"""The Celery app. docs/decisions/0003-celery-wakes-workers.md explains each setting."""

import logging.config
import os
import time
from typing import Any

import django
from celery import Celery
from celery.concurrency import ALIASES  # type: ignore[attr-defined]  # missing in the type stubs
from celery.signals import before_task_publish, celeryd_init, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
django.setup()

from django.conf import settings  # noqa: E402 — Django must be ready first

from newsletter.lib.errors import BadSetting, NewsletterError  # noqa: E402
from newsletter.lib.shared_memory import require_shared_memory  # noqa: E402
from workers import database_connections, heartbeat  # noqa: E402
from workers.beat_schedule import SCHEDULE  # noqa: E402
from workers.queues import ROUTES, WORKER_QUEUES  # noqa: E402

if not settings.REDIS_URL:
    raise BadSetting(
        "REDIS_URL", "is not set.", "Give redis://host:6379/0, or use `newsletter run`, which brings its own."
    )

ALIASES["threads"] = "workers.thread_pool:TaskPool"

app = Celery("newsletter", broker=settings.REDIS_URL)
app.conf.update(
    include=[f"workers.tasks.{name}" for name in WORKER_QUEUES if name != "sending"],  # dispatch has its task
    task_routes=ROUTES,
    task_create_missing_queues=True,
    beat_schedule=SCHEDULE,
    beat_scheduler="celery.beat:Scheduler",  # stores nothing: the schedule has no state
    beat_max_loop_interval=1,
    timezone="UTC",
    enable_utc=True,
    # messages are ids in JSON; tasks have no result
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    # the lease in the ledger is the acknowledgement, so Celery's own redelivery is off
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    # sessions of the database are kept from task to task (database_connections.py)
    CELERY_DB_REUSE_MAX=database_connections.REUSES,
    # reconnect without a limit
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_channel_error_retry=True,
    broker_transport_options={
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "max_connections": 50,
        "ack_emulation": False,  # no list of unacknowledged messages: nothing can be stuck in it
        "global_keyprefix": "newsletter:",
    },
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_max": 0.2},
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    worker_enable_remote_control=False,  # otherwise anybody with access to the broker could stop tasks
)


@setup_logging.connect
def _configure_logging(**_: Any) -> None:
    logging.config.dictConfig(settings.LOGGING)  # in place of Celery's own


@celeryd_init.connect
def require_machine(**_: Any) -> None:
    """Stop a worker that cannot run on this machine, with a one-line message."""
    try:
        require_shared_memory()
    except NewsletterError as error:
        raise SystemExit(str(error)) from None


@before_task_publish.connect
def _add_sent_at(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Add the time to each message, from which `queue_depth.py` computes the age of the oldest one."""
    if headers is not None:
        headers["sent_at"] = time.time()


database_connections.connect()
heartbeat.connect()
