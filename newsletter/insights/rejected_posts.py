"""Record webhook posts that were rejected, so that the ops page can report them."""

import time
from datetime import datetime
from enum import StrEnum

import structlog
from django.db import DatabaseError, transaction

from newsletter.insights.models import PostRefusal, WebhookPost

QUIET = 60.0  # seconds between two writes for one reason and process: anybody can post, and a write is expensive
log = structlog.get_logger()
_recorded_at: dict[str, float] = {}  # monotonic seconds


class Reason(StrEnum):
    """The reason for which a post was rejected."""

    NO_KEY = "no key"  # no verification key is set
    SIGNATURE = "signature"  # no key verifies it
    AGE = "age"  # signed too long ago, or in the future


def record(reason: Reason, *, now: datetime) -> None:
    """Record that a post was rejected. Never raises: the response to the provider is the same."""
    if time.monotonic() - _recorded_at.get(reason, float("-inf")) < QUIET:
        return
    _recorded_at[reason] = time.monotonic()
    try:
        with transaction.atomic():
            PostRefusal.objects.get_or_create(reason=reason, defaults={"first_at": now, "last_at": now})
            row = PostRefusal.objects.select_for_update().get(reason=reason)
            if WebhookPost.objects.filter(received_at__gte=row.last_at).exists():  # valid posts came since: restart
                row.first_at, row.posts = now, 0
            row.posts, row.last_at = row.posts + 1, now
            row.save()
    except DatabaseError as error:
        log.warning("refusal.not_recorded", problem=type(error).__name__)


def reset() -> None:
    """Reset the rate limit, so that the next rejection is recorded."""
    _recorded_at.clear()
