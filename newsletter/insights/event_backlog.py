"""Measure the event webhook for the ops page: whether processing keeps up, and whether events arrive at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, Min, Q, Sum

from newsletter.delivery.models import Attempt, Dispatch
from newsletter.delivery.states import AttemptStatus, DispatchState
from newsletter.insights import dispatch_stats
from newsletter.insights.models import PostRefusal, WebhookPost, WebhookPostState
from newsletter.insights.webhook_post_queue import OLD

REPORT_PERIOD = timedelta(days=1)
SILENT_EDITIONS = 3  # in a row; one small edition may bring no event for a while
EVENT_GRACE = timedelta(hours=1)  # the first events normally arrive within seconds
SILENT_AFTER = timedelta(minutes=30)  # for emails that were accepted
SILENT_READERS = 100  # of fewer, no event may arrive for a while


@dataclass(frozen=True, slots=True)
class RejectedPosts:
    """Posts rejected since `first_at` for one reason (rejected_posts.py), with no accepted post after `last_at`."""

    reason: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class EventBacklog:
    """The state of the webhook inbox.

    `waiting` posts are not processed yet; the first of them arrived at `oldest`. Of the last day: `failed` could not
    be processed, and `late` arrived more than a day after being signed. `silent`: the latest editions brought no event.
    `silent_since`: when the first of many emails was accepted since which no post has arrived, 30 minutes ago or more.
    """

    waiting: int = 0
    oldest: datetime | None = None
    failed: int = 0
    late: int = 0
    silent: bool = False
    refused: RejectedPosts | None = None
    silent_since: datetime | None = None


def event_backlog(*, now: datetime) -> EventBacklog:
    """Return the state of the webhook inbox at `now`."""
    waiting = WebhookPost.objects.filter(state=WebhookPostState.WAITING).aggregate(
        count=Count("pk"), oldest=Min("received_at")
    )
    recent = WebhookPost.objects.filter(received_at__gt=now - REPORT_PERIOD).aggregate(
        failed=Count("pk", filter=Q(state=WebhookPostState.FAILED)),
        late=Count("pk", filter=Q(signed_at__lt=F("received_at") - OLD)),
    )
    arrived_at = WebhookPost.objects.aggregate(at=Max("received_at"))["at"]
    return EventBacklog(
        waiting["count"],
        waiting["oldest"],
        recent["failed"],
        recent["late"],
        _is_silent(now),
        _refused(now, arrived_at),
        _silent_since(now, arrived_at),
    )


def _is_silent(now: datetime) -> bool:
    """Return True if the latest finished editions with readers are an hour old and brought no event."""
    sent = Dispatch.objects.filter(state=DispatchState.FINISHED, planned__gt=0, opened_at__lt=now - EVENT_GRACE)
    latest = list(sent.order_by("-opened_at", "-pk").values_list("pk", flat=True)[:SILENT_EDITIONS])
    return len(latest) == SILENT_EDITIONS and not dispatch_stats.stats_by_dispatch(latest)


def _silent_since(now: datetime, arrived_at: datetime | None) -> datetime | None:
    """Return when the first of many emails was accepted since the last post; None if posts came, or never did."""
    if arrived_at is None or now - arrived_at < SILENT_AFTER:
        return None
    # scheduled emails are accepted long before they leave and have events
    recent = Dispatch.objects.filter(opened_at__gt=now - REPORT_PERIOD, leaves_at=None).values_list("pk", flat=True)
    accepted = Attempt.objects.filter(
        batch__dispatch__in=list(recent), status=AttemptStatus.ACCEPTED, ended_at__gt=arrived_at
    ).filter(ended_at__lt=now - SILENT_AFTER)
    found = accepted.aggregate(readers=Sum("batch__submitted", default=0), since=Min("ended_at"))
    return found["since"] if found["readers"] >= SILENT_READERS else None


def _refused(now: datetime, arrived_at: datetime | None) -> RejectedPosts | None:
    row = PostRefusal.objects.filter(last_at__gt=now - REPORT_PERIOD).order_by("-last_at").first()
    if row is None:
        return None
    return None if arrived_at and arrived_at >= row.last_at else RejectedPosts(row.reason, row.first_at, row.last_at)
