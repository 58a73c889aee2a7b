"""The inbox of webhook posts: stored unparsed within milliseconds, claimed for processing, deleted in the end."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from newsletter.insights.models import PostRefusal, WebhookPost, WebhookPostState
from newsletter.lib import claim_rows, sql
from newsletter.mail.sendgrid import event_webhook

OLD = timedelta(days=1)  # the provider repeats a post for a day; an older one was delayed on its way
LEASE = timedelta(minutes=2)
MAX_TRIES = 10
WAIT, MAX_WAIT = timedelta(seconds=30), timedelta(hours=1)  # after a try that failed with a database error
# Posts are large, so they are stored and read as raw bytes.
KEEP = """
    INSERT INTO insights_webhookpost (received_at, signed_at, digest, body, state, events, problem, tries)
    VALUES (%s, %s, %s, %b, 'waiting', 0, '', 0) ON CONFLICT (digest) DO NOTHING
"""
BODIES = "SELECT id, body FROM insights_webhookpost WHERE id = ANY(%s)"
log = structlog.get_logger()


def store(body: bytes, *, stamp: str, now: datetime) -> None:
    """Store a post with a valid signature; do nothing if it was stored before.

    `stamp` is the signed time as received: Unix seconds.
    """
    signed_at = event_webhook.parse_timestamp(stamp)
    if signed_at and now - signed_at > OLD:
        log.warning("post.old", hours=int((now - signed_at).total_seconds() // 3600))
    digest = hashlib.sha256(stamp.encode() + body).hexdigest()
    if connection.vendor == "postgresql":
        sql.fetch_all(KEEP, [now, signed_at, digest, body])
    else:
        post = WebhookPost(received_at=now, signed_at=signed_at, digest=digest, body=body)
        WebhookPost.objects.bulk_create([post], ignore_conflicts=True)


def claim(*, now: datetime, max_posts: int) -> Sequence[WebhookPost]:
    """Claim the oldest waiting posts until the lease ends; a lost worker only delays them.

    A post that was claimed before and not processed is claimed alone, so that a post that kills its worker does not
    cost other posts a try. After ten tries it is marked as failed.
    """
    waiting = WebhookPost.objects.waiting(now).defer("body")
    claim = partial(claim_rows.claim, now=now, lease=LEASE, max_tries=MAX_TRIES)
    found, spent = claim(waiting.filter(tries__gt=0), max_rows=1)
    for post in spent:
        quarantine(post, problem=f"It was tried {MAX_TRIES} times, and no try was completed.")
    if not found:
        found, _ = claim(waiting.filter(tries=0), max_rows=max_posts)
    pks = [post.pk for post in found]
    if connection.vendor == "postgresql":
        bodies = dict(sql.fetch_all(BODIES, [pks])) if pks else {}
    else:
        bodies = dict(WebhookPost.objects.filter(pk__in=pks).values_list("pk", "body"))
    for post in found:
        post.body = bodies[post.pk]
    return found


def leave(post: WebhookPost, *, now: datetime) -> None:
    """Retry a post later, after a longer wait each time: a database error may or may not be caused by the post."""
    wait = min(MAX_WAIT, WAIT * 2 ** (post.tries - 1))
    WebhookPost.objects.filter(pk=post.pk, tries=post.tries, state=WebhookPostState.WAITING).update(try_at=now + wait)


def quarantine(post: WebhookPost, *, problem: str) -> None:
    """Mark a post as failed and keep it for a person to inspect; it does not block other posts."""
    WebhookPost.objects.filter(pk=post.pk).update(state=WebhookPostState.FAILED, try_at=None, problem=problem[:200])
    log.error("post.failed", post=post.pk, problem=problem)


def process_again(failed: QuerySet[WebhookPost], *, now: datetime) -> int:
    """Let workers try these failed posts again, and return how many. Processing a post twice changes nothing."""
    return failed.update(state=WebhookPostState.WAITING, tries=0, try_at=now, problem="")


def discard(failed: QuerySet[WebhookPost]) -> int:
    """Mark these failed posts as not to be processed, and return how many. Their bodies are kept as all posts are."""
    return failed.update(state=WebhookPostState.DISCARDED)


def prune(*, now: datetime, limit: int = 10_000) -> int:
    """Delete up to `limit` posts older than `POSTS_KEPT_DAYS`, and return how many there were."""
    before = now - timedelta(days=settings.POSTS_KEPT_DAYS)
    PostRefusal.objects.filter(last_at__lt=before).delete()
    old = list(
        WebhookPost.objects.filter(received_at__lt=before).order_by("received_at").values_list("pk", flat=True)[:limit]
    )
    for begin in range(0, len(old), 500):
        WebhookPost.objects.filter(pk__in=old[begin : begin + 500]).delete()
    return len(old)
