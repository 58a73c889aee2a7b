"""Conditions of story queues, of the provider's events, and of webhooks that were switched off."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from math import ceil

from django.conf import settings
from django.db.models import Max

from newsletter.accounts.permissions import Permission
from newsletter.editions.closing_time import taken_until
from newsletter.editions.edition_stories import planned_stories, printed_stories
from newsletter.editions.models import Edition, EditionState
from newsletter.insights.event_backlog import event_backlog
from newsletter.lib.display_text import pluralize, zone_name
from newsletter.notices.conditions import Condition, NoticeText
from newsletter.notices.edition_conditions import day_text, name_of
from newsletter.notices.kind_names import NoticeKind
from newsletter.notices.models import StaffNotice
from newsletter.notices.webhook_models import Webhook
from newsletter.ops.health import health_rules
from newsletter.ops.health.judge_events import event_problems
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone

JUDGED_AT_ONCE = 10  # editions in a run, four queries each; of more, the runs take turns, so that each run is short
MAX_TURNS = 5  # each edition is judged in one of so many runs, one a minute, however many there are
NO_EVENTS = (health_rules.SILENT_EVENTS.code, health_rules.REJECTED_EVENTS.code)


def thin_queues(*, now: datetime) -> Iterator[Condition]:
    """Yield the editions that take stories for some hours only and have too few, as assembly would find them now.

    In a run that does not judge all of them, those with an open notice that is not their turn keep it.
    """
    soon = _closing_soon(now)
    judged = _turn(soon, now)
    open_ones = StaffNotice.objects.filter(kind=NoticeKind.THIN_QUEUE, ended_at=None).values_list("edition", flat=True)
    kept = set(open_ones) - {edition.pk for edition in judged} if len(judged) < len(soon) else set()
    for edition in soon:
        if edition.pk in kept:
            yield _condition(edition, 0, 0, now)
    for edition in judged:
        count = len(printed_stories(planned_stories(edition, now=now)))
        needed = max(1, edition.publication.minimum_stories)
        if count < needed:
            yield _condition(edition, count, needed, now)


def _condition(edition: Edition, count: int, needed: int, now: datetime) -> Condition:
    return Condition(
        NoticeKind.THIN_QUEUE,
        f"edition:{edition.pk}:thin",
        partial(_thin, edition, count, needed, now),
        edition.publication_id,
        edition.pk,
    )


def _turn(soon: list[Edition], now: datetime) -> list[Edition]:
    """Return those of `soon` that the run of this minute judges."""
    turns = min(MAX_TURNS, ceil(len(soon) / JUDGED_AT_ONCE)) or 1
    return soon[int(now.timestamp() // 60) % turns :: turns]


def _closing_soon(now: datetime) -> list[Edition]:
    """Return the planned editions that take stories for some hours only, or no more, in two queries."""
    window = timedelta(hours=settings.NOTICE_STORIES_HOURS)
    longest = Publication.objects.filter(is_active=True).aggregate(
        closing=Max("closing_minutes"), lead=Max("lead_minutes")
    )
    ahead = timedelta(minutes=max(longest["closing"] or 0, longest["lead"] or 0))
    planned = Edition.objects.filter(
        state=EditionState.PLANNED, publication__is_active=True, due_at__gt=now, due_at__lte=now + window + ahead
    )
    found = list(planned.select_related("publication").order_by("due_at", "pk"))
    return [edition for edition in found if taken_until(edition) - now <= window]


def silent_events(*, now: datetime) -> Iterator[Condition]:
    """Yield a condition while the provider's events do not arrive, as the ops page judges it."""
    found = [problem for problem in event_problems(event_backlog(now=now), now) if problem.rule in NO_EVENTS]
    if found:
        yield Condition(NoticeKind.EVENTS, "events", lambda: _silent(found[0].sentence))


def webhooks_off() -> Iterator[Condition]:
    """Yield the webhooks that the service switched off, in one query."""
    for webhook in Webhook.objects.filter(is_on=False).exclude(off_reason=""):
        yield Condition(
            NoticeKind.WEBHOOK,
            f"webhook:{webhook.pk}",
            partial(_off, webhook),
            webhook.publication_id,
        )


def _thin(edition: Edition, count: int, needed: int, now: datetime) -> NoticeText:
    until, clock = taken_until(edition), zone(edition.publication.time_zone)
    lines = [f"It has {count} of the {pluralize(needed, 'story', 'stories')} that it needs."]
    if until > now:
        at = until.astimezone(clock)  # with its date, because a notice is read on any day
        lines.append(f"Stories are taken until {day_text(at)}, {at:%H:%M} {zone_name(until, clock)}.")
    path = f"/desk/{edition.publication.slug}/"
    title = f"{name_of(edition)} has too few stories"
    return NoticeText(title, lines, "Open the story queue", {Permission.CURATE.value: path})


def _silent(sentence: str) -> NoticeText:
    lines = [sentence, "Until they arrive, delivery reports are incomplete and bounces are not suppressed."]
    return NoticeText("Delivery events do not arrive", lines, "Open ops", {Permission.OPERATE.value: "/ops/"})


def _off(webhook: Webhook) -> NoticeText:
    lines = [webhook.off_reason, "It gets no further notices until somebody switches it on."]
    path = f"/webhooks/{webhook.pk}/"
    title = f"Webhook “{webhook.name}” was switched off"
    return NoticeText(title, lines, "Open the webhook", {Permission.CONFIGURE.value: path})
