"""What a scrape reads beside the status of the system: a few figures of the database and of Redis."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

import redis
from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min, Sum
from redis.backoff import NoBackoff
from redis.retry import Retry

from newsletter.delivery.dispatches import active_pauses
from newsletter.delivery.models import Attempt, Batch
from newsletter.insights.models import WebhookPost, WebhookPostState
from newsletter.ops.check_broker import is_redis_server, redis_url
from newsletter.ops.health.health_facts import MailboxRates
from newsletter.ops.mailbox_counts import mailbox_rates
from newsletter.ops.models import Failure

RECENT = timedelta(minutes=5)
MAX_REQUESTS = 1000
REDIS_TIMEOUT_SECONDS = 1


@dataclass(frozen=True, slots=True)
class ScrapeReadings:
    """Figures of one moment; None where there is nothing, or where it cannot be read."""

    due_batches: int = 0
    oldest_due_batch_at: datetime | None = None
    pauses: Mapping[tuple[str], int] = field(default_factory=dict)
    failures: int = 0
    requests: Mapping[str, int] = field(default_factory=dict)
    durations: Mapping[str, float] = field(default_factory=dict)
    waiting_posts: int = 0
    oldest_post_at: datetime | None = None
    latest_post_at: datetime | None = None
    mailboxes: Sequence[MailboxRates] = ()
    redis_up: int | None = None
    redis_memory: int | None = None
    redis_limit: int | None = None
    redis_evicted: int | None = None
    database_bytes: int | None = None


def read_for_scrape(*, now: datetime) -> ScrapeReadings:
    """Read the figures. Each query is bounded or uses an index, whatever the age of the installation."""
    due = Batch.objects.due(now).aggregate(count=Count("pk"), oldest=Min("due_at"))
    scopes = ["publication" if pause.publication_id else "all" for pause in active_pauses.active_pauses(now=now)]
    waiting = WebhookPost.objects.filter(state=WebhookPostState.WAITING)
    posts = waiting.aggregate(count=Count("pk"), oldest=Min("received_at"))
    requests, durations = _recent_requests(now)
    return ScrapeReadings(
        due_batches=due["count"],
        oldest_due_batch_at=due["oldest"],
        pauses={("all",): scopes.count("all"), ("publication",): scopes.count("publication")},
        failures=Failure.objects.filter(minute__gt=now - timedelta(hours=1)).aggregate(n=Sum("times"))["n"] or 0,
        requests=requests,
        durations=durations,
        waiting_posts=posts["count"],
        oldest_post_at=posts["oldest"],
        latest_post_at=WebhookPost.objects.aggregate(at=Max("received_at"))["at"],
        mailboxes=mailbox_rates(now=now),
        database_bytes=_database_bytes(),
        **_redis(),
    )


def _recent_requests(now: datetime) -> tuple[dict[str, int], dict[str, float]]:
    latest = Attempt.objects.order_by("-pk").values_list("began_at", "ended_at", "status", "http_status")
    recent = [row for row in latest[:MAX_REQUESTS] if row[1] and row[1] > now - RECENT]
    outcomes = Counter(f"{status} {code}" if code and status != "accepted" else status for *_, status, code in recent)
    seconds = sorted((ended - began).total_seconds() for began, ended, *_ in recent if ended)
    if not seconds:
        return dict(outcomes), {}
    cuts = quantiles([seconds[0], *seconds], n=20, method="inclusive")
    return dict(outcomes), {"0.5": cuts[9], "0.95": cuts[18], "1": seconds[-1]}


def _database_bytes() -> int | None:
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        return file.stat().st_size if file.exists() else None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def _redis() -> dict[str, Any]:
    """Return the figures of Redis; nothing for a broker of another kind."""
    if not is_redis_server(settings.REDIS_URL):
        return {}
    url = redis_url(settings.REDIS_URL)
    once = Retry(NoBackoff(), 0)
    options = {"socket_timeout": REDIS_TIMEOUT_SECONDS, "socket_connect_timeout": REDIS_TIMEOUT_SECONDS}
    try:
        with redis.Redis.from_url(url, retry=once, **options) as client:
            memory, stats = client.info("memory"), client.info("stats")
    except (redis.RedisError, OSError, ValueError):
        return {"redis_up": 0}
    return {
        "redis_up": 1,
        "redis_memory": memory.get("used_memory"),
        "redis_limit": memory.get("maxmemory"),
        "redis_evicted": stats.get("evicted_keys"),
    }
