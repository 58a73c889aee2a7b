"""Looking after the house: readings and recovery."""

from functools import lru_cache

import redis
from celery import shared_task
from django.conf import settings

from newsletter.audience import leaving
from newsletter.delivery import recovery
from newsletter.lib import clock
from newsletter.ops import readings
from workers import broker
from workers.queues import WORKER_QUEUES


@lru_cache(maxsize=1)
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


@shared_task
def read() -> None:
    """Write down how long the worker queues are."""
    now = clock.now()
    for depth in broker.depths(_redis(), WORKER_QUEUES):
        readings.record_queue(depth.queue, waiting=depth.waiting, oldest_seconds=depth.oldest_seconds, now=now)


@shared_task
def tend() -> None:
    """What need not be done at once: pauses end, workers long gone are forgotten."""
    now = clock.now()
    readings.forget_old(now=now)
    leaving.end_all_pauses(now=now)


@shared_task
def recover() -> None:
    """Give back the batches of workers that were lost."""
    recovery.release_abandoned(now=clock.now())
