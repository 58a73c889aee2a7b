"""Counts of readers for pages: exact for a small publication, kept with their age for a large one.

Pages may not wait for a million rows to be counted. `count_next_part`, a periodic task, renews the kept counts in parts
that each take some tens of milliseconds: subscriptions by ascending subscriber id, then suppressions by ascending id.
Each part is one transaction with the row that holds what was counted so far, so that a lost worker loses one part.
A dispatch does not use these counts: it counts its candidates when it opens.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Q

from newsletter.audience.models import Subscription, Suppression
from newsletter.audience.reader_count_models import KeptReaderCounts
from newsletter.audience.subscriber_counts import SUPPRESSED, SubscriberCounts, count_subscribers, from_statuses
from newsletter.lib import sql
from newsletter.publications.models import Publication

EXACT_UP_TO = 5_000  # subscriptions, which are counted in some ten milliseconds
RENEW_AFTER = timedelta(minutes=10)
SUBSCRIPTIONS_A_PART = 50_000
SUPPRESSIONS_A_PART = 2_000
COUNTS = ("active", "suppressed", "pending", "paused", "left")
SUPPRESSED_PART = f"{SUPPRESSED} AND never.id > %s AND never.id <= %s"


class DatedCounts(NamedTuple):
    """Counts, and when they were counted; `counted_at` is None for those counted just now."""

    counts: SubscriberCounts
    counted_at: datetime | None


def reader_counts(publication: Publication, *, now: datetime) -> DatedCounts:
    """Return the counts for a page. Those of a large publication are counted at once only the first time."""
    subscriptions = Subscription.objects.filter(publication=publication).order_by()
    if subscriptions.values("pk")[: EXACT_UP_TO + 1].count() <= EXACT_UP_TO:
        return DatedCounts(count_subscribers(publication), None)
    if kept := KeptReaderCounts.objects.filter(pk=publication.pk).first():
        return DatedCounts(SubscriberCounts(*(getattr(kept, name) for name in COUNTS)), kept.counted_at)
    counts = count_subscribers(publication)
    values = {name: getattr(counts, name) for name in COUNTS}
    KeptReaderCounts.objects.get_or_create(publication=publication, defaults=values | {"counted_at": now})
    return DatedCounts(counts, None)


def count_next_part(*, now: datetime) -> bool:
    """Count the next part of the kept counts that are the oldest. Return False if none is old enough."""
    old = KeptReaderCounts.objects.filter(Q(begun_at__isnull=False) | Q(counted_at__lt=now - RENEW_AFTER))
    if not old.exists():  # without a lock, as nearly always
        return False
    with transaction.atomic():
        kept = old.select_for_update(skip_locked=True).order_by("counted_at").first()
        if kept is None:
            return False
        if kept.begun_at is None:
            kept.begun_at, kept.so_far, kept.last_subscriber, kept.last_suppression = now, {}, 0, 0
        if kept.last_subscriber is not None:
            _count_subscriptions(kept)
        elif not _count_suppressions(kept):
            _finish(kept)
        kept.save()
    return True


def _count_subscriptions(kept: KeptReaderCounts) -> None:
    """Count the subscriptions of the next subscribers; `last_subscriber` is None after the last one."""
    rows = Subscription.objects.filter(publication_id=kept.publication_id, subscriber_id__gt=kept.last_subscriber)
    ends = rows.order_by("subscriber_id").values_list("subscriber_id", flat=True)
    last = next(iter(ends[SUBSCRIPTIONS_A_PART - 1 : SUBSCRIPTIONS_A_PART]), None)
    part = rows.filter(subscriber_id__lte=last) if last is not None else rows
    for status, count in part.values_list("status").annotate(Count("pk")).order_by():
        kept.so_far[status] = kept.so_far.get(status, 0) + count
    kept.last_subscriber = last


def _count_suppressions(kept: KeptReaderCounts) -> bool:
    """Count the active readers among the next suppressions. Return False if there are no more."""
    ends = Suppression.objects.filter(pk__gt=kept.last_suppression).order_by("pk").values_list("pk", flat=True)
    if not (ids := list(ends[:SUPPRESSIONS_A_PART])):
        return False
    ((count,),) = sql.fetch_all(SUPPRESSED_PART, [kept.publication_id, kept.last_suppression, ids[-1]])
    kept.so_far["suppressed"] = kept.so_far.get("suppressed", 0) + count
    kept.last_suppression = ids[-1]
    return True


def _finish(kept: KeptReaderCounts) -> None:
    counts = from_statuses(kept.so_far, suppressed=kept.so_far.get("suppressed", 0))
    for name in COUNTS:
        setattr(kept, name, getattr(counts, name))
    kept.counted_at, kept.begun_at = kept.begun_at or kept.counted_at, None
