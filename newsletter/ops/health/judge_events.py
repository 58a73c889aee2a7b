"""Rules about the provider's webhook posts."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from newsletter.insights.event_backlog import EventBacklog
from newsletter.insights.rejected_posts import Reason
from newsletter.ops.health import health_rules as rules
from newsletter.ops.health.verdict import Problem

UNPROCESSED_AFTER = timedelta(minutes=10)  # webhook posts are processed every second
REFUSAL_CAUSES = {
    Reason.NO_KEY: "SENDGRID_WEBHOOK_KEY is not set.",
    Reason.SIGNATURE: "SENDGRID_WEBHOOK_KEY does not match their signature.",
    Reason.AGE: "they were signed more than two days ago, or the clock of this server is wrong.",
}


def event_problems(backlog: EventBacklog, now: datetime) -> Iterator[Problem]:
    """Yield the problems of the webhook inbox."""
    if backlog.oldest and now - backlog.oldest > UNPROCESSED_AFTER:
        minutes = int((now - backlog.oldest).total_seconds() // 60)
        posts = "1 webhook post is" if backlog.waiting == 1 else f"{backlog.waiting:,} webhook posts are"
        yield rules.LATE_EVENTS.problem(f"{posts} waiting; the oldest is {minutes:,} minutes old.")
    if backlog.late:
        yield rules.LATE_EVENTS.problem(f"{_posts(backlog.late)} arrived more than a day after being signed.")
    if backlog.refused:
        since, cause = f"{backlog.refused.first_at:%H:%M} UTC", REFUSAL_CAUSES[Reason(backlog.refused.reason)]
        yield rules.REJECTED_EVENTS.problem(
            f"Webhook posts have been rejected since {since}: {cause} The provider stops repeating them after a day."
        )
    elif backlog.silent:
        yield rules.SILENT_EVENTS.problem(
            "No delivery events arrived for the last three editions. Check the event webhook."
        )
    elif backlog.silent_since:
        yield rules.SILENT_EVENTS.problem(
            f"Emails have been accepted since {backlog.silent_since:%H:%M} UTC, and no event has arrived since."
        )
    if backlog.failed:
        yield rules.LATE_EVENTS.problem(f"{_posts(backlog.failed)} could not be processed.")


def _posts(count: int) -> str:
    return "1 webhook post" if count == 1 else f"{count:,} webhook posts"
