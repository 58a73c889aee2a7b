"""Process webhook posts of the provider."""

from celery import shared_task

from newsletter.insights import process_events, prune_outcomes, webhook_post_queue
from newsletter.lib import clock


@shared_task
def process_webhook_posts() -> None:
    """Process the waiting webhook posts."""
    process_events.process_posts(now=clock.now())


@shared_task
def prune() -> None:
    """Delete webhook posts older than `POSTS_KEPT_DAYS`."""
    webhook_post_queue.prune(now=clock.now())


@shared_task
def delete_old_outcomes() -> None:
    """Delete some outcomes of readers that are older than `OUTCOMES_KEPT_DAYS`."""
    prune_outcomes.prune(now=clock.now())
