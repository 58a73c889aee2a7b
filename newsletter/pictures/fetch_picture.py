"""Fetch the picture at a user-supplied URL. What a server declares about it is not trusted: it is encoded again."""

from newsletter.lib.safe_connection import PUBLIC_ONLY, FetchPolicy
from newsletter.lib.safe_fetch import FetchKind, fetch

MAX_FILE_BYTES = 20_000_000  # larger than pictures of good cameras
KIND = FetchKind(
    noun="picture",
    instead="Or upload the picture.",
    accept="image/jpeg, image/png, image/webp, image/avif, image/gif;q=0.9, */*;q=0.1",
    max_bytes=MAX_FILE_BYTES,
    timeout_seconds=8.0,
)


def fetch_picture(url: str, *, policy: FetchPolicy = PUBLIC_ONLY) -> bytes:
    """Return the file at `url`; raise `FetchError`."""
    return fetch(url, kind=KIND, policy=policy).body
