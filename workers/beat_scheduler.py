"""Celery's scheduler of periodic tasks, which touches HEARTBEAT_FILE at each tick, also while the broker is away."""

from typing import Any

from celery.beat import Scheduler
from django.conf import settings

from workers import sign_of_life


class TouchingScheduler(Scheduler):
    """Touches the file, then enqueues what is due."""

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        sign_of_life.touch(settings.HEARTBEAT_FILE)
        return super().tick(*args, **kwargs)
