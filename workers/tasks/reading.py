"""Read ordered pages, feeds and files of readers, look up links and DNS records, call webhooks."""

import time
from collections.abc import Callable

from celery import shared_task

from newsletter.audience.imports import run_imports
from newsletter.delivery.ledger import installation
from newsletter.letters import looked_up_links
from newsletter.lib import clock
from newsletter.links import look_up_links
from newsletter.notices.webhooks.call_webhooks import call_next
from newsletter.ops.deliverability import sending_domains
from newsletter.stories.feeds import queue_suggestions, read_feeds
from newsletter.stories.reading import story_drafts

TIME_LIMIT = 4.0  # seconds; the next run continues
IMPORT_TIME = 15.0  # seconds: each run reads the file from its beginning


@shared_task
def read_due_drafts() -> None:
    """Read due drafts one after the other until the time limit."""
    _repeat(story_drafts.read_next)


@shared_task
def read_due_feeds() -> None:
    """Read due feeds one after the other until the time limit."""
    _repeat(read_feeds.read_next)


@shared_task
def add_ordered_suggestions() -> None:
    """Add suggestions to the queue that their feeds add by themselves."""
    queue_suggestions.add_ordered()


@shared_task
def order_link_lookups() -> None:
    """Order the look-up of the links of waiting editions."""
    looked_up_links.order_lookups(now=clock.now())


@shared_task
def look_up_due_links() -> None:
    """Look up links one after the other until the time limit."""
    _repeat(look_up_links.look_up_next)


@shared_task
def continue_import() -> None:
    """Continue the oldest import of readers."""
    run_imports.run_next(clock=clock.now, seconds=IMPORT_TIME)


@shared_task
def keep_sending_domains() -> None:
    """Keep the list of sending domains as the publications are."""
    sending_domains.keep_rows()


@shared_task
def look_up_domains() -> None:
    """Look up the DNS records of due sending domains one after the other until the time limit."""
    _repeat(sending_domains.look_up_next)


@shared_task
def call_webhooks() -> None:
    """Post notices to webhooks, one after the other until the time limit."""
    if installation.is_current():
        _repeat(call_next)


def _repeat(step: Callable[..., object]) -> None:
    """Do `step` until it finds nothing to do, or until the time limit."""
    until = time.monotonic() + TIME_LIMIT
    while step(now=clock.now()) and time.monotonic() < until:
        pass
