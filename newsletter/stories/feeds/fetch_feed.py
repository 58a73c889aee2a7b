"""Fetch a feed, unless the server says that it is unchanged."""

from newsletter.lib.safe_connection import PUBLIC_ONLY, FetchPolicy
from newsletter.lib.safe_fetch import Fetched, FetchKind, Validators, fetch
from newsletter.stories.feeds.feed_limits import MAX_FEED_BYTES

KIND = FetchKind(
    noun="feed",
    instead="",
    accept="application/feed+json, application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5",
    max_bytes=MAX_FEED_BYTES,
    timeout_seconds=15.0,
    max_redirects=5,
)


def fetch_feed(url: str, known: Validators, *, policy: FetchPolicy = PUBLIC_ONLY) -> Fetched:
    """Return the feed at `url`; raise `FetchError`."""
    return fetch(url, kind=KIND, policy=policy, known=known)
