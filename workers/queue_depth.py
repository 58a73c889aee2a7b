"""Read the length and the oldest message of each worker queue from the broker, without asking a worker."""

import json
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

import redis
from kombu import Connection

PREFIX = "newsletter:"


class QueueDepth(NamedTuple):
    """Messages waiting in one worker queue, and the age of the oldest in seconds."""

    queue: str
    waiting: int
    oldest_seconds: float


def queue_depths(client: redis.Redis, queues: Iterable[str]) -> list[QueueDepth]:
    """Return the depth of each queue, in one round trip. Celery pushes on the left and takes from the right."""
    names = list(queues)
    pipe = client.pipeline(transaction=False)
    for name in names:
        pipe.llen(PREFIX + name)
        pipe.lindex(PREFIX + name, -1)
    answers = pipe.execute()
    return [QueueDepth(name, answers[2 * n], _age(answers[2 * n + 1])) for n, name in enumerate(names)]


def queue_lengths(connection: Connection, queues: Iterable[str]) -> list[QueueDepth]:
    """Return the length of each queue as RabbitMQ states it; 0 seconds, because the age of messages is not known."""
    found = []
    for name in queues:
        waiting = 0
        # a channel each: RabbitMQ closes it when there is no such queue, because no worker has listened to it yet
        with suppress(*connection.channel_errors), connection.channel() as channel:
            waiting = channel.queue_declare(queue=name, passive=True).message_count  # type: ignore[attr-defined]  # kombu's stub lacks it
        found.append(QueueDepth(name, waiting, 0.0))
    return found


def _age(message: bytes | None) -> float:
    if not message:
        return 0.0
    sent_at = json.loads(message).get("headers", {}).get("sent_at")
    return max(0.0, time.time() - float(sent_at)) if sent_at else 0.0
