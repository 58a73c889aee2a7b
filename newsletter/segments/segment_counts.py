"""How many readers are in a segment: exact for a small publication, otherwise estimated from some of its readers.

An estimate counts all readers in `RANGES` ranges of ids, which lie evenly between the first and the last, and answers
in some tens of milliseconds for any number of readers. Its bounds come from how much the ranges differ, so they are
also right for readers who were imported together and resemble each other.
"""

import math
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Count, Exists, ExpressionWrapper, F, Max, Min, OuterRef, Q, QuerySet

from newsletter.audience import kept_reader_counts
from newsletter.audience.models import Subscription, SubscriptionStatus, Suppression
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone
from newsletter.segments.matching_readers import condition, scope_of
from newsletter.segments.segment_content import Content

EXACT_UP_TO = 20_000  # subscriptions
SAMPLE, RANGES = 12_000, 50
SURE = 1.96  # standard errors to each side: 95 of 100 estimates lie within


class SegmentCount(NamedTuple):
    """Readers who would get an edition now: those in the segment, and all of the publication."""

    matching: int
    readers: int
    lowest: int  # equal to `matching` if the count is exact, as is `highest`
    highest: int
    is_exact: bool


class _Sample(NamedTuple):
    """Ranges of ids: each begins `step` after the one before and is `width` long."""

    first: int
    span: int
    step: int
    width: int

    @property
    def condition(self) -> Q:
        within = Q()
        for begin in range(self.first, self.first + self.span, self.step):
            within |= Q(subscriber_id__gte=begin, subscriber_id__lt=begin + self.width)
        return within


def count_segment(publication: Publication, content: Content, *, now: datetime, exact: bool = False) -> SegmentCount:
    """Count the readers in a segment. An exact count of a million takes about a second."""
    inside = condition(content, scope_of(publication, content, now=now))
    return count_where(publication, inside, now=now, exact=exact)


def count_where(publication: Publication, inside: Q, *, now: datetime, exact: bool = False) -> SegmentCount:
    """Count the readers of whom this condition on their subscription is true."""
    rows = _reachable(publication, day=now.astimezone(zone(publication.time_zone)).date())
    counts = kept_reader_counts.reader_counts(publication, now=now).counts
    if exact or counts.total <= EXACT_UP_TO:
        matching = rows.filter(inside).count()
        return SegmentCount(matching, rows.count(), matching, matching, True)
    return _estimate(_sample(publication, counts.total), rows, inside, active=counts.active)


def matches_somebody(publication: Publication, inside: Q, *, now: datetime) -> bool:
    """Return whether this condition is true of a reader who would get an edition now."""
    day = now.astimezone(zone(publication.time_zone)).date()
    return _reachable(publication, day=day).filter(inside).exists()


def some_readers(publication: Publication, content: Content, *, now: datetime, limit: int) -> list[Subscription]:
    """Return the first readers of the segment by id, in a large publication those of the sample."""
    scope = scope_of(publication, content, now=now)
    rows = _reachable(publication, day=scope.today).filter(condition(content, scope))
    counts = kept_reader_counts.reader_counts(publication, now=now).counts
    if counts.total > EXACT_UP_TO:
        rows = rows.filter(_sample(publication, counts.total).condition)
    return list(rows.select_related("subscriber").order_by("subscriber_id")[:limit])


def _reachable(publication: Publication, *, day: date) -> QuerySet[Subscription]:
    given = Q(status=SubscriptionStatus.ACTIVE) | Q(status=SubscriptionStatus.PAUSED, paused_until__lte=day)
    suppressed = Exists(Suppression.objects.filter(email=OuterRef("subscriber__email")))
    return Subscription.objects.filter(given, ~Q(suppressed), publication=publication).order_by()


def _sample(publication: Publication, subscriptions: int) -> _Sample:
    ids = Subscription.objects.filter(publication=publication)
    ends = ids.aggregate(first=Min("subscriber_id"), last=Max("subscriber_id"))
    first, last = ends["first"] or 0, ends["last"] or 0
    span = last - first + 1
    step = math.ceil(span / RANGES)
    return _Sample(first, span, step, min(step, math.ceil(step * SAMPLE / subscriptions)))


def _estimate(sample: _Sample, rows: QuerySet[Subscription], inside: Q, *, active: int) -> SegmentCount:
    number = ExpressionWrapper((F("subscriber_id") - sample.first) / sample.step, output_field=BigIntegerField())
    sampled = rows.filter(sample.condition).annotate(part=number)

    # not one query with a condition in its counts: the databases then look up gifts and clicks for each reader alone
    def by_part(some: QuerySet[Subscription]) -> dict[int, int]:
        rows: QuerySet[Any] = some  # with the annotation
        return dict(rows.values_list("part").annotate(Count("pk")).order_by())

    all_of, inside_of = by_part(sampled), by_part(sampled.filter(inside))
    readers, matching = sum(all_of.values()), sum(inside_of.values())
    if not readers:
        return SegmentCount(0, active, 0, active, False)
    share = matching / readers
    # the variance of a ratio of sums over ranges, and at least that of readers who were drawn one by one
    spread = sum((inside_of.get(part, 0) - share * number) ** 2 for part, number in all_of.items())
    of_ranges = math.sqrt(spread * len(all_of) / max(1, len(all_of) - 1)) / readers
    of_readers = math.sqrt((share * (1 - share) + 1 / readers) / readers)
    error = SURE * max(of_ranges, of_readers)
    lowest, highest = max(0.0, share - error), min(1.0, share + error)
    return SegmentCount(round(share * active), active, math.floor(lowest * active), math.ceil(highest * active), False)
