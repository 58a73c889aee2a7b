"""Does what comes back keep pace, and does anything come back at all? Numbers for the ops page to judge."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Min, Q

from newsletter.delivery.models import Dispatch, DispatchState
from newsletter.insights.models import PostRefusal, ReaderOutcome, WebhookPost, WebhookPostState
from newsletter.insights.webhook_inbox import OLD

LOOKED_AT = timedelta(days=1)
SILENT_EDITIONS = 3  # in a row; one small edition may bring nothing for a while
PATIENCE = timedelta(hours=1)  # the first events come within seconds


@dataclass(frozen=True, slots=True)
class Refused:
    """Posts turned away since `first_at` for one reason (refused_posts.py), and none kept after the last of them."""

    reason: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class EventBacklog:
    """`waiting` posts are not absorbed yet, since `oldest`. Of the last day: `aside` were not understood, and
    `late` had been signed more than a day before they came. `silent`: the latest editions brought no event at all."""

    waiting: int = 0
    oldest: datetime | None = None
    aside: int = 0
    late: int = 0
    silent: bool = False
    refused: Refused | None = None


def event_backlog(*, now: datetime) -> EventBacklog:
    """How it stands at `now`."""
    waiting = WebhookPost.objects.filter(state=WebhookPostState.WAITING).aggregate(
        count=Count("pk"), oldest=Min("received_at")
    )
    lately = WebhookPost.objects.filter(received_at__gt=now - LOOKED_AT).aggregate(
        aside=Count("pk", filter=Q(state=WebhookPostState.FAILED)),
        late=Count("pk", filter=Q(signed_at__lt=F("received_at") - OLD)),
    )
    return EventBacklog(
        waiting["count"], waiting["oldest"], lately["aside"], lately["late"], _is_silent(now), _refused(now)
    )


def _is_silent(now: datetime) -> bool:
    """The latest editions that had readers are sent, long enough ago, and nothing was heard of any of their readers."""
    sent = Dispatch.objects.filter(state=DispatchState.FINISHED, planned__gt=0, opened_at__lt=now - PATIENCE)
    latest = list(sent.order_by("-opened_at", "-pk").values_list("pk", flat=True)[:SILENT_EDITIONS])
    return len(latest) == SILENT_EDITIONS and not ReaderOutcome.objects.filter(dispatch__in=latest).exists()


def _refused(now: datetime) -> Refused | None:
    row = PostRefusal.objects.filter(last_at__gt=now - LOOKED_AT).order_by("-last_at").first()
    if row is None:
        return None
    kept_at = WebhookPost.objects.aggregate(at=Max("received_at"))["at"]
    return None if kept_at and kept_at >= row.last_at else Refused(row.reason, row.first_at, row.last_at)
