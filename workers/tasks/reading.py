"""Read ordered pages into story drafts."""

import time

from celery import shared_task

from newsletter.lib import clock
from newsletter.stories.reading import story_drafts

TIME_LIMIT = 4.0  # seconds; the next run continues


@shared_task
def read_due_drafts() -> None:
    """Read due drafts one after the other until the time limit."""
    until = time.monotonic() + TIME_LIMIT
    while story_drafts.read_next(now=clock.now()) and time.monotonic() < until:
        pass
