"""Create a Celery app of this installation. docs/decisions/0003-celery-wakes-workers.md explains each setting."""

import logging.config
import os
import time
from typing import Any

from celery import Celery
from celery.signals import before_task_publish, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")

from django.conf import settings

from newsletter.lib.errors import BadSetting
from workers.queues import ROUTES


def create(**options: Any) -> Celery:
    """Return an app with the settings that workers and beat share. `options` are those of `Celery`."""
    if not settings.REDIS_URL:
        raise BadSetting(
            "REDIS_URL", "is not set.", "Give redis://host:6379/0, or use `newsletter run`, which brings its own."
        )
    app = Celery("newsletter", broker=settings.REDIS_URL, **options)
    app.conf.update(
        task_routes=ROUTES,
        task_create_missing_queues=True,
        timezone="UTC",
        enable_utc=True,
        # messages are ids in JSON; tasks have no result
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
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
    )
    return app


@setup_logging.connect
def _configure_logging(**_: Any) -> None:
    logging.config.dictConfig(settings.LOGGING)  # in place of Celery's own


@before_task_publish.connect
def _add_sent_at(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Add the time to each message, from which `queue_depth.py` computes the age of the oldest one."""
    if headers is not None:
        headers["sent_at"] = time.time()
