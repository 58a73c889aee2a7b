"""Rows that order work, claimed by one worker at a time, and not for ever.

A try is counted in the claim, before the work begins. So work that ends its own process is counted as well, and
is given up like work that fails.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models, transaction
from django.db.models import F, Q, QuerySet

Row = TypeVar("Row", bound="Claimable")


class Claimable(models.Model):
    """`tries` is also the fence: a worker writes only while it is the number that its own claim gave."""

    tries = models.PositiveSmallIntegerField(default=0, help_text="How often a worker took it up.")
    try_at = models.DateTimeField(null=True, blank=True, help_text="Not before then; empty: at once.")

    class Meta:
        abstract = True


def is_due(now: datetime) -> Q:
    """To be tried at `now`, and in no worker's hands."""
    return Q(try_at=None) | Q(try_at__lte=now)


def claim(
    due: QuerySet[Row], *, now: datetime, lease: timedelta, max_rows: int, max_tries: int
) -> tuple[list[Row], list[Row]]:
    """Take up to `max_rows` of `due`, the oldest first: those to work on, and those that are to be given up.

    Both are the caller's alone until `now + lease`. Of two workers at once none waits for the other.
    """
    if not due.exists():
        return [], []  # as a rule: not even SQLite's one lock for writing is taken
    with transaction.atomic():
        found = list(due.order_by("pk").select_for_update(skip_locked=True)[:max_rows])
        due.model._default_manager.filter(pk__in=[row.pk for row in found]).update(
            tries=F("tries") + 1, try_at=now + lease
        )
    for row in found:
        row.tries += 1
        row.try_at = now + lease
    return [row for row in found if row.tries <= max_tries], [row for row in found if row.tries > max_tries]
