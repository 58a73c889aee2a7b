"""Fetch requested pictures."""

import time

from celery import shared_task

from newsletter.lib import clock
from newsletter.pictures import import_pictures

TIME_LIMIT = 4.0  # seconds; the next run continues


@shared_task
def fetch_due_pictures() -> None:
    """Fetch due pictures one after the other until the time limit."""
    until = time.monotonic() + TIME_LIMIT
    while import_pictures.fetch_next(now=clock.now()) and time.monotonic() < until:
        pass
