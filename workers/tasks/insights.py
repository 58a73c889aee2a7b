"""Taking in what came back from the provider."""

from celery import shared_task

from newsletter.insights import process_events, webhook_inbox
from newsletter.lib import clock


@shared_task
def process_webhook_posts() -> None:
    """Understand the posts that wait."""
    process_events.process_posts(now=clock.now())


@shared_task
def prune() -> None:
    """Throw away posts that are older than a month."""
    webhook_inbox.prune(now=clock.now())
