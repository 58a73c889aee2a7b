"""The posts of the provider: kept as they came in milliseconds, handed out to be absorbed, thrown away in the end."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from django.db import connection, transaction

from newsletter.insights.models import Notice, NoticeState
from newsletter.lib import sql

KEPT = timedelta(days=30)
OLD = timedelta(days=1)  # the provider repeats a post for a day; an older one was held up on its way, or is replayed
LEASE = timedelta(minutes=2)
# Posts are large, so they go in and out as the bytes they are.
KEEP = """
    INSERT INTO insights_notice (received_at, signed_at, body, state, events, problem)
    VALUES (%s, %s, %b, 'waiting', 0, '')
"""
BODIES = "SELECT id, body FROM insights_notice WHERE id = ANY(%s)"
log = structlog.get_logger()


def keep(body: bytes, *, stamp: str, now: datetime) -> None:
    """Keep a post whose signature was right. `stamp` is the signed time as it came: Unix seconds."""
    signed_at = _moment(stamp)
    if signed_at and now - signed_at > OLD:
        log.warning("notice.old", hours=int((now - signed_at).total_seconds() // 3600))
    if connection.vendor == "postgresql":
        sql.ask(KEEP, [now, signed_at, body])
    else:
        Notice.objects.create(received_at=now, signed_at=signed_at, body=body)


def take(*, now: datetime, most: int) -> Sequence[Notice]:
    """The oldest posts that wait, ours alone until the lease ends: a worker that is lost only delays them."""
    if not Notice.objects.waiting(now).exists():
        return []  # as a rule: not even SQLite's one lock for writing is taken
    with transaction.atomic():
        waiting = Notice.objects.waiting(now).order_by("pk").select_for_update(skip_locked=True)
        if connection.vendor != "postgresql":
            found = list(waiting[:most])
        else:
            found = list(waiting.defer("body")[:most])
            bodies = dict(sql.ask(BODIES, [[notice.pk for notice in found]]))
            for notice in found:
                notice.body = bodies[notice.pk]
        Notice.objects.filter(pk__in=[notice.pk for notice in found]).update(lease_until=now + LEASE)
    return found


def set_aside(notice: Notice, *, problem: str) -> None:
    """Keep it for a person to look at; it stands in nobody's way."""
    Notice.objects.filter(pk=notice.pk).update(state=NoticeState.ASIDE, lease_until=None, problem=problem[:200])
    log.error("notice.set_aside", notice=notice.pk, problem=problem)


def prune(*, now: datetime, most: int = 10_000) -> int:
    """Throw away up to `most` posts older than thirty days; how many there were."""
    old = list(
        Notice.objects.filter(received_at__lt=now - KEPT).order_by("received_at").values_list("pk", flat=True)[:most]
    )
    for begin in range(0, len(old), 500):
        Notice.objects.filter(pk__in=old[begin : begin + 500]).delete()
    return len(old)


def _moment(stamp: str) -> datetime | None:
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 11:
        return None
    return datetime.fromtimestamp(int(stamp), UTC)
