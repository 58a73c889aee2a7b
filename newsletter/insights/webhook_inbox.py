"""The posts of the provider: kept as they came in milliseconds, handed out to be absorbed, thrown away in the end."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.db import connection

from newsletter.insights.models import PostRefusal, WebhookPost, WebhookPostState
from newsletter.lib import claim_rows, sql
from newsletter.mail.sendgrid import event_webhook

KEPT = timedelta(days=30)
OLD = timedelta(days=1)  # the provider repeats a post for a day; an older one was held up on its way
LEASE = timedelta(minutes=2)
MAX_TRIES = 10
WAIT, MAX_WAIT = timedelta(seconds=30), timedelta(hours=1)  # after a try that the database did not permit
# Posts are large, so they go in and out as the bytes they are.
KEEP = """
    INSERT INTO insights_notice (received_at, signed_at, digest, body, state, events, problem, tries)
    VALUES (%s, %s, %s, %b, 'waiting', 0, '', 0) ON CONFLICT (digest) DO NOTHING
"""
BODIES = "SELECT id, body FROM insights_notice WHERE id = ANY(%s)"
log = structlog.get_logger()


def store(body: bytes, *, stamp: str, now: datetime) -> None:
    """Keep a post whose signature was right; nothing happens when it was kept before.

    `stamp` is the signed time as it came: Unix seconds.
    """
    signed_at = event_webhook.parse_timestamp(stamp)
    if signed_at and now - signed_at > OLD:
        log.warning("notice.old", hours=int((now - signed_at).total_seconds() // 3600))
    digest = hashlib.sha256(stamp.encode() + body).hexdigest()
    if connection.vendor == "postgresql":
        sql.fetch_all(KEEP, [now, signed_at, digest, body])
    else:
        notice = WebhookPost(received_at=now, signed_at=signed_at, digest=digest, body=body)
        WebhookPost.objects.bulk_create([notice], ignore_conflicts=True)


def claim(*, now: datetime, max_posts: int) -> Sequence[WebhookPost]:
    """The oldest posts that wait, ours alone until the lease ends: a worker that is lost only delays them.

    One that was taken before and never absorbed is taken alone, so that what it does to a worker is not
    counted against others. After ten tries it is set aside.
    """
    waiting = WebhookPost.objects.waiting(now).defer("body")
    claim = partial(claim_rows.claim, now=now, lease=LEASE, max_tries=MAX_TRIES)
    found, spent = claim(waiting.filter(tries__gt=0), max_rows=1)
    for notice in spent:
        quarantine(notice, problem=f"It was taken up {MAX_TRIES} times, and no try came to its end.")
    if not found:
        found, _ = claim(waiting.filter(tries=0), max_rows=max_posts)
    pks = [notice.pk for notice in found]
    if connection.vendor == "postgresql":
        bodies = dict(sql.fetch_all(BODIES, [pks])) if pks else {}
    else:
        bodies = dict(WebhookPost.objects.filter(pk__in=pks).values_list("pk", "body"))
    for notice in found:
        notice.body = bodies[notice.pk]
    return found


def leave(notice: WebhookPost, *, now: datetime) -> None:
    """Wait with a post, longer after each try: the database did not permit it, which may be the post's fault or not."""
    wait = min(MAX_WAIT, WAIT * 2 ** (notice.tries - 1))
    WebhookPost.objects.filter(pk=notice.pk, tries=notice.tries, state=WebhookPostState.WAITING).update(
        try_at=now + wait
    )


def quarantine(notice: WebhookPost, *, problem: str) -> None:
    """Keep it for a person to look at; it stands in nobody's way."""
    WebhookPost.objects.filter(pk=notice.pk).update(state=WebhookPostState.FAILED, try_at=None, problem=problem[:200])
    log.error("notice.set_aside", notice=notice.pk, problem=problem)


def prune(*, now: datetime, most: int = 10_000) -> int:
    """Throw away up to `most` posts older than thirty days; how many there were."""
    PostRefusal.objects.filter(last_at__lt=now - KEPT).delete()
    old = list(
        WebhookPost.objects.filter(received_at__lt=now - KEPT)
        .order_by("received_at")
        .values_list("pk", flat=True)[:most]
    )
    for begin in range(0, len(old), 500):
        WebhookPost.objects.filter(pk__in=old[begin : begin + 500]).delete()
    return len(old)
