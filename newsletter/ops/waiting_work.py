"""Work that waits for too long although nothing else of its kind moves, and emails that were given up: for the verdict.

Webhook posts, batches and the cancels of scheduled emails have readings of their own. The look-up of a link is a hint
that nothing waits for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Q, QuerySet

from newsletter.accounts.staff_email_models import StaffEmail
from newsletter.audience.data_request_models import DataRequest
from newsletter.audience.import_models import SubscriberImport
from newsletter.audience.models import Confirmation
from newsletter.delivery.email_test_models import EmailTestRecipient
from newsletter.delivery.models import Installation
from newsletter.ops.given_up.kinds_of_work import KINDS, WorkKind
from newsletter.ops.health.health_facts import WaitingWork
from newsletter.pictures.models import Picture
from newsletter.stories.feed_models import Feed
from newsletter.stories.models import StoryDraft

LATE_AFTER = timedelta(minutes=15)
MOVED_WITHIN = timedelta(minutes=5)  # then a long row of work is only busy
COUNTED = 10_000
Rows = Callable[[datetime], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class WaitingKind:
    """A kind of work: its names for one and for several, the rows that are late, and rows that show that it moves."""

    singular: str
    name: str
    late: Rows
    moving: Rows
    is_email: bool = False


def _unsent(rows: QuerySet[Any], since: str) -> Rows:
    """Return the query for orders of emails that nobody tried in time, or whose tries have failed for too long."""

    def late(now: datetime) -> QuerySet[Any]:
        before = now - LATE_AFTER
        untried = Q(tries=0) & (Q(try_at__lte=before) | Q(try_at=None, **{f"{since}__lte": before}))
        # of the first try nobody knows yet whether it failed
        failing = Q(tries__gt=1, **{f"{since}__lte": before})
        return rows.filter(untried | failing, sent_at=None, problem="")

    return late


def _sent(rows: QuerySet[Any]) -> Rows:
    return lambda now: rows.filter(sent_at__gt=now - MOVED_WITHIN)


def _untaken(rows: Rows, since: str) -> Rows:
    """Return the query for rows that are due and that no worker has claimed in time."""

    def late(now: datetime) -> QuerySet[Any]:
        before = now - LATE_AFTER
        return rows(now).filter(Q(try_at__lte=before) | Q(try_at=None, tries=0, **{f"{since}__lte": before}))

    return late


def _claimed(rows: QuerySet[Any]) -> Rows:
    """Return the query for rows that a worker holds, or that are tried again in a moment."""
    return lambda now: rows.filter(try_at__gt=now, try_at__lte=now + MOVED_WITHIN, tries__gt=0)


def _due_feeds(now: datetime) -> QuerySet[Feed]:
    return Feed.objects.due(now).exclude(try_at=None, read_at__isnull=False)  # somebody has just ordered a reading


def _emails(singular: str, name: str, rows: QuerySet[Any], since: str) -> WaitingKind:
    return WaitingKind(singular, name, _unsent(rows, since), _sent(rows), is_email=True)


WAITING = (
    _emails("confirmation email", "confirmation emails", Confirmation.objects.all(), "asked_at"),
    _emails("link to a reader’s own data", "links to readers’ own data", DataRequest.objects.all(), "asked_at"),
    _emails("email to staff", "emails to staff", StaffEmail.objects.all(), "asked_at"),
    _emails("test email", "test emails", EmailTestRecipient.objects.all(), "test__ordered_at"),
    WaitingKind("picture", "pictures", _untaken(Picture.objects.due, "asked_at"), _claimed(Picture.objects.all())),
    WaitingKind(
        "page", "pages to read", _untaken(StoryDraft.objects.due, "created_at"), _claimed(StoryDraft.objects.all())
    ),
    WaitingKind(
        "feed",
        "feeds to read",
        _untaken(_due_feeds, "created_at"),
        lambda now: Feed.objects.filter(held_until__gt=now),
    ),
    WaitingKind(
        "import of readers",
        "imports of readers",
        _untaken(SubscriberImport.objects.due, "started_at"),
        _claimed(SubscriberImport.objects.all()),
    ),
)
URGENT = tuple(kind for kind in KINDS if kind.is_urgent)


def waiting_work(*, now: datetime) -> list[WaitingWork]:
    """Return the kinds of work that stand still, and the emails that were given up. One query if there are none."""
    asked = {f"late_{n}": Exists(kind.late(now)) for n, kind in enumerate(WAITING)}
    asked |= {f"given_up_{n}": Exists(kind.rows(now).order_by()) for n, kind in enumerate(URGENT)}
    row: Sequence[bool] | None = Installation.objects.filter(pk=1).annotate(**asked).values_list(*asked).first()
    if row is None:
        return []  # no worker has ever run here
    found = dict(zip(asked, row, strict=True))
    late = [kind for n, kind in enumerate(WAITING) if found[f"late_{n}"]]
    stuck = [_stuck(kind, now) for kind in late if not kind.moving(now).exists()]
    return stuck + [_given_up(kind, now) for n, kind in enumerate(URGENT) if found[f"given_up_{n}"]]


def _stuck(kind: WaitingKind, now: datetime) -> WaitingWork:
    count = kind.late(now).order_by()[:COUNTED].count()
    return WaitingWork(_words(kind.singular, kind.name, count), count, is_email=kind.is_email)


def _given_up(kind: WorkKind, now: datetime) -> WaitingWork:
    count = kind.rows(now)[:COUNTED].count()
    return WaitingWork(_words(kind.singular, kind.name, count), count, is_email=True, is_given_up=True)


def _words(singular: str, name: str, count: int) -> str:
    return f"1 {singular}" if count == 1 else f"{count:,} {name}"
