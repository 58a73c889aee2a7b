"""Fetching the pictures that were asked for."""

import time

from celery import shared_task

from newsletter.lib import clock
from newsletter.pictures import import_pictures

TURN = 4.0  # seconds; the next tick goes on


@shared_task
def fetch_due_pictures() -> None:
    """Fetch what is due, one picture after the other."""
    until = time.monotonic() + TURN
    while import_pictures.fetch_next(now=clock.now()) and time.monotonic() < until:
        pass
