"""Rows that order work. One worker at a time claims a row, for the length of a lease.

The claim counts the try before the work begins. Work that crashes its worker is therefore counted too, and is given
up like work that fails.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models, transaction
from django.db.models import F, Q, QuerySet

Row = TypeVar("Row", bound="Claimable")


class Claimable(models.Model):
    """A row of work that workers claim.

    `tries` is also the fence: a worker writes only if it is unchanged since its claim.
    """

    tries = models.PositiveSmallIntegerField(default=0, help_text="How often a worker claimed it.")
    try_at = models.DateTimeField(null=True, blank=True, help_text="Not before this time; empty: at once.")

    class Meta:
        abstract = True


def is_due(now: datetime) -> Q:
    """Return the condition for rows to be tried at `now` that no worker holds."""
    return Q(try_at=None) | Q(try_at__lte=now)


def claim(
    due: QuerySet[Row], *, now: datetime, lease: timedelta, max_rows: int, max_tries: int
) -> tuple[list[Row], list[Row]]:
    """Claim up to `max_rows` of `due`, oldest first. Return the rows to work on and the rows to give up.

    The caller holds both exclusively until `now + lease`. Rows that another worker is claiming are skipped, so workers
    do not wait for each other.
    """
    if not due.exists():
        return [], []  # the usual case: do not take SQLite's only write lock
    with transaction.atomic():
        found = list(due.order_by("pk").select_for_update(skip_locked=True)[:max_rows])
        due.model._default_manager.filter(pk__in=[row.pk for row in found]).update(
            tries=F("tries") + 1, try_at=now + lease
        )
    for row in found:
        row.tries += 1
        row.try_at = now + lease
    return [row for row in found if row.tries <= max_tries], [row for row in found if row.tries > max_tries]
