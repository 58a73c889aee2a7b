"""Posts of events that were turned away at the door: remembered, so that ops hears of them while they are repeated."""

import time
from datetime import datetime
from enum import StrEnum

import structlog
from django.db import DatabaseError, transaction

from newsletter.insights.models import PostRefusal, WebhookPost

QUIET = 60.0  # seconds in which a process remembers one refusal for a reason: anybody may post, and writing costs
log = structlog.get_logger()
_remembered: dict[str, float] = {}  # monotonic seconds


class Reason(StrEnum):
    """Why a post was turned away."""

    NO_KEY = "no key"  # we have none to check signatures with
    SIGNATURE = "signature"  # none of our keys made it
    AGE = "age"  # signed too long ago, or in the future


def remember(reason: Reason, *, now: datetime) -> None:
    """Write down that a post was refused. Never raises: the answer to the provider is the same."""
    if time.monotonic() - _remembered.get(reason, float("-inf")) < QUIET:
        return
    _remembered[reason] = time.monotonic()
    try:
        with transaction.atomic():
            PostRefusal.objects.get_or_create(reason=reason, defaults={"first_at": now, "last_at": now})
            row = PostRefusal.objects.select_for_update().get(reason=reason)
            if WebhookPost.objects.filter(
                received_at__gte=row.last_at
            ).exists():  # there were right ones since: begin anew
                row.first_at, row.posts = now, 0
            row.posts, row.last_at = row.posts + 1, now
            row.save()
    except DatabaseError as error:
        log.warning("refusal.not_remembered", problem=type(error).__name__)


def forget() -> None:
    """Remember the next refusal whatever was remembered before."""
    _remembered.clear()
