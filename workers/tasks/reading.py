"""Read ordered pages into story drafts, and files of readers into the audience."""

import time

from celery import shared_task

from newsletter.audience.imports import run_imports
from newsletter.lib import clock
from newsletter.stories.reading import story_drafts

TIME_LIMIT = 4.0  # seconds; the next run continues
IMPORT_TIME = 15.0  # seconds: each run reads the file from its beginning


@shared_task
def read_due_drafts() -> None:
    """Read due drafts one after the other until the time limit."""
    until = time.monotonic() + TIME_LIMIT
    while story_drafts.read_next(now=clock.now()) and time.monotonic() < until:
        pass


@shared_task
def continue_import() -> None:
    """Continue the oldest import of readers."""
    run_imports.run_next(clock=clock.now, seconds=IMPORT_TIME)
