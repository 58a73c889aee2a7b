"""Read due feeds. The row is the order; one worker at a time reads a feed.

A failed try is repeated after a growing pause, and so is a try that crashed its worker, because the claim sets the
pause beforehand. A feed is never given up: it says on its page what is wrong, until a person removes it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from django.db import transaction

from newsletter.lib.claim_rows import claim
from newsletter.lib.safe_connection import FetchError
from newsletter.lib.safe_fetch import Fetched, Validators
from newsletter.stories.feed_models import Feed
from newsletter.stories.feeds import store_entries
from newsletter.stories.feeds.feed_values import ParsedFeed
from newsletter.stories.feeds.fetch_feed import fetch_feed
from newsletter.stories.feeds.parse_in_subprocess import parse_in_subprocess

log = structlog.get_logger()

INTERVAL = timedelta(minutes=30)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(days=1)
LEASE = timedelta(seconds=90)  # longer than a fetch and two runs of the parser
MAX_AT_ONCE = 1  # feeds that are read at once, so that pages and pictures have workers
NEVER_GIVEN_UP = 32_000
FAILING_TRIES = 9  # so many failed tries in a row take about a day: ops sees the feed
Fetch = Callable[[str, Validators], Fetched]


class Parse(Protocol):
    """Parses the content of a feed."""

    def __call__(self, content: bytes, *, url: str, content_type: str) -> ParsedFeed: ...


def read_next(*, now: datetime, fetch: Fetch = fetch_feed, parse: Parse = parse_in_subprocess) -> Feed | None:
    """Read one due feed, or record why that failed. Return it, or None if none is due or others are being read."""
    if Feed.objects.filter(held_until__gt=now).count() >= MAX_AT_ONCE:
        return None
    feed = _claim(now)
    if feed:
        _read(feed, now=now, fetch=fetch, parse=parse)
    return feed


def read_feed(feed: Feed, *, now: datetime, fetch: Fetch = fetch_feed, parse: Parse = parse_in_subprocess) -> bool:
    """Read this feed now. Return False if a worker is reading it."""
    Feed.objects.filter(pk=feed.pk).update(try_at=None)
    held = _claim(now, feed)
    if held:
        _read(held, now=now, fetch=fetch, parse=parse)
    return bool(held)


def pause_after(tries: int) -> timedelta:
    """Return the pause after so many tries that failed: it doubles each time, up to a day."""
    return min(FIRST_PAUSE * (1 << min(tries - 1, 20)), LONGEST_PAUSE)


def _claim(now: datetime, feed: Feed | None = None) -> Feed | None:
    due = Feed.objects.due(now).filter(pk=feed.pk) if feed else Feed.objects.due(now)
    if not due.exists():
        return None  # the usual case: do not take SQLite's only write lock
    with transaction.atomic():
        found, _ = claim(due, now=now, lease=LEASE, max_rows=1, max_tries=NEVER_GIVEN_UP)
        for held in found:
            held.held_until, held.try_at = now + LEASE, now + max(LEASE, pause_after(held.tries))
            held.save(update_fields=["held_until", "try_at"])
    return found[0] if found else None


def _read(feed: Feed, *, now: datetime, fetch: Fetch, parse: Parse) -> None:
    try:
        fetched = fetch(feed.url, Validators(feed.etag, feed.last_modified))
        parsed = ParsedFeed()
        if not fetched.is_unchanged:
            parsed = parse(fetched.body, url=fetched.url, content_type=fetched.content_type)
        if parsed.problem:
            _note(feed, parsed.problem, parsed.hint, now=now)
        else:
            content = None if fetched.is_unchanged else parsed
            store_entries.store(feed, content, fetched.validators, now=now, next_at=now + INTERVAL)
    except FetchError as error:
        _note(feed, error.problem, error.hint, now=now)
    except Exception:
        log.exception("feed.not_read", feed=feed.pk)
        _note(feed, "The feed could not be read.", "", now=now)


def _note(feed: Feed, problem: str, hint: str, *, now: datetime) -> None:
    """Record a failure, unless the feed was changed, or claimed again, in the meantime."""
    log.info("feed.not_read", feed=feed.pk, tries=feed.tries, problem=problem)
    held = Feed.objects.filter(pk=feed.pk, tries=feed.tries, held_until=feed.held_until)
    held.update(problem=problem[:300], hint=hint[:600], held_until=None, try_at=now + pause_after(feed.tries))
