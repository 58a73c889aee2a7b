"""Find what was given up, and try it again or discard it: one row, or all of a kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.lib.errors import InvalidState
from newsletter.ops.given_up.kinds_of_work import KINDS, GivenUpRow, WorkKind

ROWS_SHOWN = 20  # of a kind
COUNTED = 10_000  # rows of a kind; more are not counted one by one
MAX_ROWS = 1_000  # that one act changes, so that it holds its locks for a short time


@dataclass(frozen=True, slots=True)
class GivenUpWork:
    """The rows of one kind that were given up: how many, and the oldest of them."""

    kind: WorkKind
    count: int
    rows: Sequence[GivenUpRow]


def given_up_work(*, now: datetime) -> list[GivenUpWork]:
    """Return the kinds of which something was given up."""
    found = [given_up_of(kind, now=now) for kind in KINDS]
    return [each for each in found if each.rows]


def given_up_of(kind: WorkKind, row: int | None = None, *, now: datetime) -> GivenUpWork:
    """Return what was given up of one kind, or one row of it."""
    found = _rows(kind, row, now)
    rows = [kind.describe(each) for each in found[:ROWS_SHOWN]]
    count = len(rows) if len(rows) < ROWS_SHOWN else found[:COUNTED].count()
    return GivenUpWork(kind, count, rows)


def retry(kind: WorkKind, row: int | None = None, *, by: Actor, now: datetime) -> int:
    """Let workers try one row of this kind again, or all of them. Return how many; raise `InvalidState` for none."""
    return _change(kind, row, Act.WORK_RETRIED, partial(kind.retry, now=now), by=by, now=now)


def discard(kind: WorkKind, row: int | None = None, *, by: Actor, now: datetime) -> int:
    """Decide that one row of this kind, or all of them, are not tried again. Return how many, as `retry` does."""
    if kind.discard is None:
        raise InvalidState(f"{kind.name.capitalize()} cannot be discarded.")
    return _change(kind, row, Act.WORK_DISCARDED, kind.discard, by=by, now=now)


def _change(
    kind: WorkKind, row: int | None, act: Act, change: Callable[[QuerySet[Any]], int], *, by: Actor, now: datetime
) -> int:
    require(by, Permission.OPERATE)
    with transaction.atomic():
        found = _rows(kind, row, now)
        locked = found.select_for_update(of=("self",)).values_list("pk", flat=True)[:MAX_ROWS]
        rows = found.model._default_manager.filter(pk__in=list(locked))
        count = change(rows)
        if not count:
            which = f"{kind.singular} {row}" if row is not None else kind.singular
            raise InvalidState(f"There is nothing to do: no {which} was given up, or somebody has acted already.")
        audit_trail.record(by, act, now=now, kind=kind.code, rows=count, id=row)
    return count


def _rows(kind: WorkKind, row: int | None, now: datetime) -> QuerySet[Any]:
    return kind.rows(now) if row is None else kind.rows(now).filter(pk=row)
