"""Which publications have to be planned again: those whose schedule or editions have changed, or whose time has come.

Planning one publication takes a lock and several queries, and nearly always finds nothing to do. So what it depends on
is read for all publications in two queries. A publication whose values are still those of its last planning is left
alone until `Publication.plan_again_at`.
"""

import hashlib
import json
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from newsletter.editions.models import Edition, EditionState
from newsletter.editions.schedule_dates import SENT_AUTOMATICALLY, next_date
from newsletter.publications.models import Publication
from newsletter.publications.schedule import due_moment

SETTLE_AFTER = timedelta(days=1)  # how often `planned_to` is advanced when nothing is missed
# Each publication is planned at least this often, at a moment of its own: an edition may have been locked.
PLANNED_EVERY = timedelta(minutes=5)
# With local time, planning follows the time zones of readers, which are not among the values.
PLANNED_EVERY_WITH_LOCAL_TIME = timedelta(minutes=1)
RECENT = timedelta(days=4)
SCHEDULE = (
    *("recurrence", "starts_on", "send_time", "time_zone", "is_active", "local_time", "lead_minutes"),
    *("lateness_limit_minutes", "past_schedules", "planned_to"),
)
EDITION = (
    *("pk", "state", "local_date", "due_at", "assemble_at", "local_send_time", "is_rescheduled"),
    *("subject", "preheader", "intro"),
)


def to_plan(*, now: datetime) -> list[tuple[Publication, str]]:
    """Return the publications to plan, each with the value of `Publication.planned_from` for after the planning.

    They are active, or paused with a planned edition or unsettled dates.
    """
    planned = Edition.objects.filter(state=EditionState.PLANNED, due_at__gt=now).values("publication")
    candidates = Publication.objects.filter(Q(is_active=True) | Q(pk__in=planned) | ~Q(past_schedules=[]))
    editions: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for publication_id, *values in _regular(now).order_by("pk").values_list("publication_id", *EDITION):
        editions[publication_id].append(tuple(values))
    found = []
    for publication in candidates.order_by("pk"):
        inputs = [[getattr(publication, name) for name in SCHEDULE], editions[publication.pk]]
        values_hash = hashlib.sha256(json.dumps(inputs, default=str).encode()).hexdigest()
        if publication.planned_from != values_hash or not _is_ahead(publication.plan_again_at, now):
            found.append((publication, values_hash))
    return found


def mark_planned(publication: Publication, values_hash: str, *, now: datetime) -> None:
    """Leave the publication alone while its values have this hash, until time alone can change its plan."""
    publication = Publication.objects.get(pk=publication.pk)
    every = PLANNED_EVERY_WITH_LOCAL_TIME if publication.local_time else PLANNED_EVERY
    moments = [_next_turn(publication.pk, every, now=now)]
    if publication.planned_to:
        moments.append(publication.planned_to + SETTLE_AFTER)
    if due := next_date(publication, now=now):
        moments.append(due.at)
    for due_at, day in _regular(now).filter(publication=publication).values_list("due_at", "local_date"):
        moments += [due_at, due_moment(day, publication.cadence)] if day else [due_at]
    again_at = min(moment for moment in moments if moment > now)
    Publication.objects.filter(pk=publication.pk).update(planned_from=values_hash, plan_again_at=again_at)


def _is_ahead(again_at: datetime | None, now: datetime) -> bool:
    """Return whether that moment is still to come. One that is too far ahead was set before the clock was set back."""
    return again_at is not None and now < again_at <= now + PLANNED_EVERY


def _regular(now: datetime) -> Any:
    """Return the regular editions that planning may look at."""
    recent = Q(local_date__gte=(now - RECENT).date())
    return Edition.objects.filter(recent | Q(state__in=SENT_AUTOMATICALLY), local_date__isnull=False)


def _next_turn(number: int, every: timedelta, *, now: datetime) -> datetime:
    """Return the next of a row of moments `every` apart, which differ from number to number."""
    seconds = every.total_seconds()
    return now + timedelta(seconds=seconds - (now.timestamp() + 7 * number) % seconds)
