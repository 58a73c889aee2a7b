"""Looking after the house: readings, recovery, and groups that are submitted ahead."""

from functools import lru_cache

import redis
from celery import shared_task
from django.conf import settings

from newsletter.accounts import session_expiry
from newsletter.audience import subscriptions
from newsletter.delivery.dispatches import recovery, return_unsent_stories
from newsletter.delivery.ledger import installation
from newsletter.delivery.rate_limits import quotas
from newsletter.delivery.scheduled import scheduled_groups
from newsletter.giving import gift_records
from newsletter.lib import clock
from newsletter.mail.sendgrid.scheduled_send_api import ScheduledSendApi
from newsletter.ops import heartbeats
from workers import queue_depth
from workers.queues import WORKER_QUEUES

ANSWER_TIMEOUT = 10.0  # seconds: a cancel is asked for again rather than waited for


@lru_cache(maxsize=1)
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


@lru_cache(maxsize=1)
def _provider() -> ScheduledSendApi:
    return ScheduledSendApi(
        key=settings.SENDGRID_API_KEY or "postbox",
        base=settings.SENDGRID_API_BASE,
        residency=settings.SENDGRID_RESIDENCY,
        connect_timeout=settings.DISPATCH_CONNECT_TIMEOUT,
        answer_timeout=min(ANSWER_TIMEOUT, settings.DISPATCH_ANSWER_TIMEOUT),
    )


@shared_task
def record_queue_depths() -> None:
    """Write down how long the worker queues are."""
    now = clock.now()
    for depth in queue_depth.queue_depths(_redis(), WORKER_QUEUES):
        heartbeats.record_queue(depth.queue, waiting=depth.waiting, oldest_seconds=depth.oldest_seconds, now=now)


@shared_task
def clean_up() -> None:
    """What need not be done at once: pauses end; old readings, counts, gifts and sessions are forgotten."""
    now = clock.now()
    heartbeats.forget_old(now=now)
    quotas.forget_old(now=now)
    gift_records.delete_old_gifts(now=now)
    subscriptions.resume_all_due(now=now)
    session_expiry.delete_expired(now=now)


@shared_task
def recover() -> None:
    """Give back the batches of workers that were lost, and the stories of what was stopped before it left."""
    recovery.release_abandoned(now=clock.now())
    return_unsent_stories.give_back_unsent()


@shared_task
def enqueue_group_steps() -> None:
    """Ring for every group with which there is something to do."""
    if not installation.is_current():
        return  # a copy has no business with what another house submitted
    for group_id in scheduled_groups.groups_due(now=clock.now()):
        advance_group.apply_async((group_id,), expires=10)


@shared_task
def advance_group(group_id: int) -> None:
    """Mint its id, wake its batches, cancel it or take it back: one step."""
    if installation.is_current():
        scheduled_groups.advance_group(group_id, provider=_provider(), clock=clock.now)
