"""Read ordered pages into story drafts, and due feeds into suggestions."""

import time

from celery import shared_task

from newsletter.lib import clock
from newsletter.stories.feeds import queue_suggestions, read_feeds
from newsletter.stories.reading import story_drafts

TIME_LIMIT = 4.0  # seconds; the next run continues


@shared_task
def read_due_drafts() -> None:
    """Read due drafts one after the other until the time limit."""
    until = time.monotonic() + TIME_LIMIT
    while story_drafts.read_next(now=clock.now()) and time.monotonic() < until:
        pass


@shared_task
def read_due_feeds() -> None:
    """Read due feeds one after the other until the time limit, and add what they add to queues by themselves."""
    until = time.monotonic() + TIME_LIMIT
    while read_feeds.read_next(now=clock.now()) and time.monotonic() < until:
        pass
    queue_suggestions.add_ordered()
