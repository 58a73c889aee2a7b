"""Process stored webhook posts: settle uncertain attempts, then apply suppressions, then merge reader outcomes.

    claim → read → match → settle attempts → suppress, unsubscribe → merge outcomes and mark as processed

Only the last step marks a post. Posts of a worker that is lost before it are processed again, which changes nothing.
Only the last step holds a lock, and only briefly.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import InterfaceError, OperationalError, transaction

from newsletter.insights import apply_events, match_events, reader_outcomes, webhook_post_queue
from newsletter.insights.models import WebhookPost, WebhookPostState
from newsletter.lib.errors import BadInput
from newsletter.mail.sendgrid import event_webhook
from newsletter.mail.sendgrid.event_webhook import Event, ParsedPost

POSTS_AT_ONCE = 25  # merged in memory before they are written: about 10 MB
log = structlog.get_logger()


def process_posts(*, now: datetime, limit: int = 100) -> int:
    """Process up to `limit` waiting posts, oldest first. Return how many there were, failed ones included."""
    done = 0
    while done < limit and (posts := webhook_post_queue.claim(now=now, max_posts=min(POSTS_AT_ONCE, limit - done))):
        _process(posts, now=now)
        done += len(posts)
    return done


def _process(posts: Sequence[WebhookPost], *, now: datetime) -> None:
    """Process these posts together; on an error one by one, so that one bad post does not block the others."""
    try:
        _read_and_apply(posts, now=now)
    except Exception as error:
        if len(posts) > 1:
            for post in posts:
                _process([post], now=now)
        elif _is_transient(error, posts[0]):
            log.warning("post.left", post=posts[0].pk, problem=type(error).__name__)
            webhook_post_queue.leave(posts[0], now=now)
        else:
            log.exception("post.crashed", post=posts[0].pk)
            _process_one_by_one(posts[0], now=now)


def _is_transient(error: Exception, post: WebhookPost) -> bool:
    """Return True if the database is probably unreachable or busy. After the last try the post counts as the cause."""
    return isinstance(error, OperationalError | InterfaceError) and post.tries < webhook_post_queue.MAX_TRIES


def _process_one_by_one(post: WebhookPost, *, now: datetime) -> None:
    """Process each event of a post separately, so that a bad event costs only itself."""
    read = event_webhook.parse_post(bytes(post.body), received_at=post.received_at)
    failed: dict[str, int] = {}
    for event in read.events:
        try:
            _apply([event], now=now)
        except Exception as error:
            if _is_transient(error, post):
                webhook_post_queue.leave(post, now=now)
                return
            log.exception("event.crashed", post=post.pk, kind=event.kind.value)
            failed[type(error).__name__] = failed.get(type(error).__name__, 0) + 1
    if failed:
        counts = ", ".join(f"{count} with {name}" for name, count in failed.items())
        webhook_post_queue.quarantine(
            post, problem=f"Some of its {len(read.events)} events could not be processed: {counts}."
        )
    else:
        _mark_processed([(post, read)])


def _read_and_apply(posts: Sequence[WebhookPost], *, now: datetime) -> None:
    parsed = [(post, read) for post in posts if (read := _read(post))]
    _apply([event for _, read in parsed for event in read.events], now=now, posts=parsed)


def _apply(events: Sequence[Event], *, now: datetime, posts: Sequence[tuple[WebhookPost, ParsedPost]] = ()) -> None:
    """Apply these events, and mark the `posts` that they are from as processed."""
    matched = match_events.match(events)
    settled = apply_events.settle_uncertain_attempts(matched.events, now=now)
    apply_events.apply_suppressions(matched.events, publications=matched.publications)
    rows = reader_outcomes.merge_events(matched.events)
    with transaction.atomic():
        stored = match_events.stored_readers(subscriber for _, subscriber in rows)
        reader_outcomes.upsert({key: row for key, row in rows.items() if key[1] in stored})
        _mark_processed(posts)
    log.info("posts.processed", posts=len(posts), events=len(matched.events), readers=len(rows), settled=settled)


def _mark_processed(parsed: Sequence[tuple[WebhookPost, ParsedPost]]) -> None:
    """Mark posts with equal counts in one statement: most have the same number of events and none unreadable."""
    by_counts: dict[tuple[int, int], list[int]] = {}
    for post, read in parsed:
        by_counts.setdefault((len(read.events), read.unreadable), []).append(post.pk)
    for (count, unreadable), pks in by_counts.items():
        WebhookPost.objects.filter(pk__in=pks).update(
            state=WebhookPostState.PROCESSED,
            try_at=None,
            events=count,
            problem=f"{unreadable} of its events could not be read." if unreadable else "",
        )


def _read(post: WebhookPost) -> ParsedPost | None:
    try:
        return event_webhook.parse_post(bytes(post.body), received_at=post.received_at)
    except BadInput as error:
        webhook_post_queue.quarantine(post, problem=str(error))
        return None
