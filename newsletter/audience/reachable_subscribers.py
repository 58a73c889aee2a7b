"""Who is reached by an edition of a publication, asked twice: when a dispatch opens, and again
when each batch leaves. Reads only; never loads a model object per reader.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Subquery

from newsletter.audience.models import Subscriber, Subscription, SubscriptionStatus, Suppression
from newsletter.lib import sql

SUPPRESSED, ERASED = "suppressed", "erased"


# Subscriber id and, when this reader must not be mailed, the reason; else an empty reason
Candidate = tuple[int, str]
Placed = tuple[int, str, str]  # the same with the reader's time zone in between
Marked = tuple[int, str, bool, str]  # and whether a condition of another room holds for the reader
Reachable = tuple[int, str, str]  # subscriber id, address, first name: as the database hands them out


# Both tables are bounded on both sides: with one side open, PostgreSQL merge-joins from the start
# of the other table, and the last batch of a million costs a hundred times the first.
REACHABLE = """
    SELECT reader.id, reader.email, reader.first_name
    FROM audience_subscription AS given JOIN audience_subscriber AS reader ON reader.id = given.subscriber_id
    WHERE given.publication_id = %s
      AND (given.standing = 'active' OR (given.standing = 'paused' AND given.paused_until <= %s))
      AND given.subscriber_id BETWEEN %s AND %s AND reader.id BETWEEN %s AND %s
      AND NOT EXISTS (SELECT 1 FROM audience_suppression AS never WHERE never.email = reader.email)
    ORDER BY reader.id
"""
SUPPRESSION = Exists(Suppression.objects.filter(email=OuterRef("subscriber__email")))
LAST_ID = 2**63 - 1
LAST_OF_LOT = """
    SELECT subscriber_id FROM audience_subscription WHERE publication_id = %s AND subscriber_id > %s
    ORDER BY subscriber_id LIMIT 1 OFFSET %s
"""
CANDIDATES = """
    SELECT reader.id,
      CASE WHEN EXISTS (SELECT 1 FROM audience_suppression AS never WHERE never.email = reader.email) THEN 'suppressed'
           WHEN given.standing = 'active' OR (given.standing = 'paused' AND given.paused_until <= %s) THEN ''
           ELSE given.standing END
    FROM audience_subscription AS given JOIN audience_subscriber AS reader ON reader.id = given.subscriber_id
    WHERE given.publication_id = %s
      AND given.subscriber_id > %s AND given.subscriber_id <= %s AND reader.id > %s AND reader.id <= %s
    ORDER BY reader.id
"""
CANDIDATES_PLACED = CANDIDATES.replace("SELECT reader.id,", "SELECT reader.id, reader.time_zone,", 1)
CANDIDATES_MARKED = CANDIDATES_PLACED.replace("reader.time_zone,", "reader.time_zone, {condition},", 1)
REASONS = {
    SubscriptionStatus.PENDING.value: "pending",
    SubscriptionStatus.PAUSED.value: "paused",
    SubscriptionStatus.UNSUBSCRIBED.value: "left",
}


class SqlCondition(NamedTuple):
    """A condition in SQL on one `reader`, a row of the subscribers, with the values of its marks."""

    sql: str
    values: tuple[Any, ...]


def candidates(publication_id: int, *, day: date, after: int, most: int) -> list[Candidate]:
    """The next `most` with a subscription whose subscriber id is above `after`, by ascending id.

    Fewer than `most` mean that there are no more. `day` is when they get the edition: a pause that is over by
    then keeps nobody from it.
    """
    found: list[Candidate] = _candidates(CANDIDATES, [_day(day)], publication_id, after, most)
    return found


def candidates_with_zone(publication_id: int, *, day: date, after: int, most: int) -> list[Placed]:
    """`candidates` with the time zone of each, as it is kept."""
    found: list[Placed] = _candidates(CANDIDATES_PLACED, [_day(day)], publication_id, after, most)
    return found


def candidates_with_flag(
    publication_id: int, condition: SqlCondition, *, day: date, after: int, most: int
) -> list[Marked]:
    """`candidates_with_zone` with whether `condition` holds for each, which another room knows."""
    statement = CANDIDATES_MARKED.format(condition=condition.sql)
    found: list[Marked] = _candidates(statement, [*condition.values, _day(day)], publication_id, after, most)
    return found


def _candidates(statement: str, values: Sequence[Any], publication_id: int, after: int, most: int) -> list[Any]:
    found = sql.fetch_all(LAST_OF_LOT, [publication_id, after, most - 1])
    last = found[0][0] if found else LAST_ID
    return sql.fetch_all(statement, [*values, publication_id, after, last, after, last])


def _day(day: date) -> Any:
    return connection.ops.adapt_datefield_value(day)


def count_candidates(publication_id: int, *, after: int, last: int) -> int:
    """How many have a subscription with a subscriber id above `after` and up to `last`, by a query of its own."""
    subscriptions = Subscription.objects.filter(publication_id=publication_id)
    return subscriptions.filter(subscriber_id__gt=after, subscriber_id__lte=last).count()


def reachable(publication_id: int, subscribers: list[int], *, day: date) -> list[Reachable]:
    """Those of `subscribers` (ascending ids) who may be mailed an edition that they get on `day`, by ascending id.

    In SQL of its own, because it runs for every reader of every edition: one range instead of a
    thousand ids to be parsed, and rows that are no model objects.
    """
    if not subscribers:
        return []
    first, last = subscribers[0], subscribers[-1]
    rows: list[Reachable] = sql.fetch_all(REACHABLE, [publication_id, _day(day), first, last, first, last])
    if [row[0] for row in rows] == subscribers:
        return rows
    meant = set(subscribers)  # others have come into the range since the ids were frozen
    return [row for row in rows if row[0] in meant]


def unreachable_reasons(publication_id: int, subscribers: Sequence[int]) -> dict[int, str]:
    """Why each of `subscribers` is not reachable; those who are gone altogether are `erased`."""
    rows = Subscription.objects.filter(publication_id=publication_id, subscriber_id__in=subscribers).values_list(
        "subscriber_id", "standing", SUPPRESSION
    )
    found = {
        subscriber: SUPPRESSED if suppressed else REASONS.get(standing, "") for subscriber, standing, suppressed in rows
    }
    return {subscriber: found.get(subscriber, ERASED) or ERASED for subscriber in subscribers}


def contact_details(
    publication_id: int, subscribers: Sequence[int]
) -> dict[int, tuple[str, datetime | None, datetime | None]]:
    """By id: the address, when the person unsubscribed, and since when the address must not be mailed.

    Who was erased is not in it.
    """
    given = Subscription.objects.filter(publication_id=publication_id, subscriber=OuterRef("pk"))
    never = Suppression.objects.filter(email=OuterRef("email"))
    rows = (
        Subscriber.objects.filter(pk__in=subscribers)
        .annotate(left=Subquery(given.values("unsubscribed_at")[:1]), barred=Subquery(never.values("created_at")[:1]))
        .values_list("pk", "email", "left", "barred")
    )
    return {pk: (email, left, barred) for pk, email, left, barred in rows}


def first_name_of(subscriber_id: int) -> str:
    """The first name of one subscriber, or an empty text."""
    return Subscriber.objects.filter(pk=subscriber_id).values_list("first_name", flat=True).first() or ""
