"""Fetch a web page, and say why it cannot be had in words that help a curator."""

from newsletter.lib.safe_connection import PUBLIC_ONLY, FetchError, FetchPolicy
from newsletter.lib.safe_fetch import Fetched, FetchKind, fetch
from newsletter.stories.reading.page_story import PASTE_IT
from newsletter.stories.reading.reading_limits import MAX_PAGE_BYTES

PASTE = "Or copy the article and paste it here."
KIND = FetchKind(
    noun="page",
    instead=PASTE,
    accept="text/html, application/xhtml+xml;q=0.9, */*;q=0.1",
    max_bytes=MAX_PAGE_BYTES,
    timeout_seconds=15.0,
    max_redirects=6,
    content_types=frozenset({"text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml"}),
)
# What statuses mean for a person who pasted the link.
REFUSING = frozenset({401, 402, 403, 405, 406, 451})
GONE = frozenset({404, 410})
BUSY = frozenset({429, 503})


def fetch_page(url: str, *, policy: FetchPolicy = PUBLIC_ONLY) -> Fetched:
    """Return the page at `url`; raise `FetchError`."""
    try:
        return fetch(url, kind=KIND, policy=policy)
    except FetchError as error:
        raise _explained(error) from None


def _explained(error: FetchError) -> FetchError:
    status = error.status
    hint = PASTE_IT
    if status in REFUSING:
        return FetchError(
            f"The site refuses to be read by programs (status {status}).", hint, is_final=True, status=status
        )
    if status in GONE:
        hint = f"Check the link. {PASTE}"
        return FetchError(
            f"The site says that the page was not found (status {status}).", hint, is_final=True, status=status
        )
    if status in BUSY:
        problem = f"The site is busy or limits how often it is read (status {status})."
        return FetchError(problem, hint, status=status)
    return error
