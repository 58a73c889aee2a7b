"""Find the subscribers that an edition reaches: when a dispatch opens, and again when each batch is sent.

Only reads, and never creates a model object per reader.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Subquery

from newsletter.audience.models import Subscriber, Subscription, SubscriptionStatus, Suppression
from newsletter.lib import sql

SUPPRESSED, ERASED = "suppressed", "erased"


# subscriber id, and the reason if this reader must not be mailed, otherwise empty
Candidate = tuple[int, str]
Placed = tuple[int, str, str]  # the same with the reader's time zone in between
Marked = tuple[int, str, int, str]  # and a number that the caller computes for the reader
Reachable = tuple[int, str, str]  # subscriber id, address, first name: as the database hands them out


# Both tables have both bounds. Without them PostgreSQL merge-joins from the start of the other table, and the last
# batch of a million readers costs a hundred times the first.
REACHABLE = """
    SELECT reader.id, reader.email, reader.first_name
    FROM audience_subscription AS given JOIN audience_subscriber AS reader ON reader.id = given.subscriber_id
    WHERE given.publication_id = %s
      AND (given.status = 'active' OR (given.status = 'paused' AND given.paused_until <= %s))
      AND given.subscriber_id BETWEEN %s AND %s AND reader.id BETWEEN %s AND %s
      AND NOT EXISTS (SELECT 1 FROM audience_suppression AS never WHERE never.email = reader.email)
    ORDER BY reader.id
"""
SUPPRESSION = Exists(Suppression.objects.filter(email=OuterRef("subscriber__email")))
LAST_ID = 2**63 - 1
LAST_OF_CHUNK = """
    SELECT subscriber_id FROM audience_subscription WHERE publication_id = %s AND subscriber_id > %s
    ORDER BY subscriber_id LIMIT 1 OFFSET %s
"""
CANDIDATES = """
    SELECT reader.id,
      CASE WHEN EXISTS (SELECT 1 FROM audience_suppression AS never WHERE never.email = reader.email) THEN 'suppressed'
           WHEN given.status = 'active' OR (given.status = 'paused' AND given.paused_until <= %s) THEN {left_out}
           ELSE given.status END
    FROM audience_subscription AS given JOIN audience_subscriber AS reader ON reader.id = given.subscriber_id
    WHERE given.publication_id = %s
      AND given.subscriber_id > %s AND given.subscriber_id <= %s AND reader.id > %s AND reader.id <= %s
    ORDER BY reader.id
"""
CANDIDATES_PLACED = CANDIDATES.replace("SELECT reader.id,", "SELECT reader.id, reader.time_zone,", 1)
CANDIDATES_MARKED = CANDIDATES_PLACED.replace("reader.time_zone,", "reader.time_zone, {mark},", 1)
NOBODY_LEFT_OUT = "''"
REASONS = {
    SubscriptionStatus.PENDING.value: "pending",
    SubscriptionStatus.PAUSED.value: "paused",
    SubscriptionStatus.UNSUBSCRIBED.value: "left",
}


class SqlCondition(NamedTuple):
    """A SQL condition or value of `reader`, a row of the subscriber table, with the values of its placeholders."""

    sql: str
    values: tuple[Any, ...]


class Exclusion(NamedTuple):
    """A reason to leave out readers who could be sent to, and whom it concerns in a range of ids: above, and up to.

    The condition is on `reader`; an uncorrelated subquery in it is run once for each chunk.
    """

    reason: str
    condition: Callable[[int, int], SqlCondition]


def candidates(
    publication_id: int, *, day: date, after: int, limit: int, exclusions: Sequence[Exclusion] = ()
) -> list[Candidate]:
    """Return the next `limit` subscribers with an id above `after`, in ascending order.

    Fewer than `limit` means that there are no more: where a full chunk ends is found in the subscriptions alone. `day`
    is when they receive the edition: a pause that ends by then does not exclude anybody. A reader of whom several
    `exclusions` are true is left out for the first of them.
    """
    found: list[Candidate] = _candidates(CANDIDATES, [_day(day)], publication_id, after, limit, exclusions)
    return found


def candidates_with_zone(
    publication_id: int, *, day: date, after: int, limit: int, exclusions: Sequence[Exclusion] = ()
) -> list[Placed]:
    """Return `candidates` with the stored time zone of each."""
    found: list[Placed] = _candidates(CANDIDATES_PLACED, [_day(day)], publication_id, after, limit, exclusions)
    return found


def candidates_with_mark(
    publication_id: int,
    mark: SqlCondition,
    *,
    day: date,
    after: int,
    limit: int,
    exclusions: Sequence[Exclusion] = (),
) -> list[Marked]:
    """Return `candidates_with_zone` with the caller's `mark` for each, a whole number."""
    statement = CANDIDATES_MARKED.replace("{mark}", mark.sql)
    values = [*mark.values, _day(day)]
    found: list[Marked] = _candidates(statement, values, publication_id, after, limit, exclusions)
    return found


def _candidates(  # noqa: PLR0917 — for each chunk of a million readers, in one module
    statement: str, values: Sequence[Any], publication_id: int, after: int, limit: int, exclusions: Sequence[Exclusion]
) -> list[Any]:
    """Run `statement`. `values` end with the day, after which those of the exclusions stand."""
    found = sql.fetch_all(LAST_OF_CHUNK, [publication_id, after, limit - 1])
    last = found[0][0] if found else LAST_ID
    cases = [(each.reason, each.condition(after, last)) for each in exclusions]
    left_out = " ".join(f"WHEN {condition.sql} THEN '{reason}'" for reason, condition in cases)
    statement = statement.replace("{left_out}", f"CASE {left_out} ELSE '' END" if cases else NOBODY_LEFT_OUT)
    of_cases = [value for _, condition in cases for value in condition.values]
    return sql.fetch_all(statement, [*values, *of_cases, publication_id, after, last, after, last])


def _day(day: date) -> Any:
    return connection.ops.adapt_datefield_value(day)


def count_candidates(publication_id: int, *, after: int, last: int) -> int:
    """Count the subscriptions with a subscriber id above `after` and up to `last`, independently of `candidates`."""
    subscriptions = Subscription.objects.filter(publication_id=publication_id)
    return subscriptions.filter(subscriber_id__gt=after, subscriber_id__lte=last).count()


def reachable(publication_id: int, subscribers: list[int], *, day: date) -> list[Reachable]:
    """Return those of `subscribers` (ascending ids) who may receive an edition on `day`, in ascending order.

    Raw SQL, because this runs for every reader of every edition: it passes one range instead of a thousand ids and
    creates no model objects.
    """
    if not subscribers:
        return []
    first, last = subscribers[0], subscribers[-1]
    rows: list[Reachable] = sql.fetch_all(REACHABLE, [publication_id, _day(day), first, last, first, last])
    if [row[0] for row in rows] == subscribers:
        return rows
    wanted = set(subscribers)  # others may have joined within the range since the ids were frozen
    return [row for row in rows if row[0] in wanted]


def unreachable_reasons(publication_id: int, subscribers: Sequence[int]) -> dict[int, str]:
    """Return why each of `subscribers` is not reachable; those that no longer exist are `erased`."""
    rows = Subscription.objects.filter(publication_id=publication_id, subscriber_id__in=subscribers).values_list(
        "subscriber_id", "status", SUPPRESSION
    )
    found = {
        subscriber: SUPPRESSED if suppressed else REASONS.get(status, "") for subscriber, status, suppressed in rows
    }
    return {subscriber: found.get(subscriber, ERASED) or ERASED for subscriber in subscribers}


def contact_details(
    publication_id: int, subscribers: Sequence[int]
) -> dict[int, tuple[str, datetime | None, datetime | None]]:
    """Return by id: the address, when the person unsubscribed, and since when the address is suppressed.

    Erased persons are left out.
    """
    given = Subscription.objects.filter(publication_id=publication_id, subscriber=OuterRef("pk"))
    suppression = Suppression.objects.filter(email=OuterRef("email"))
    rows = (
        Subscriber.objects.filter(pk__in=subscribers)
        .annotate(
            left=Subquery(given.values("unsubscribed_at")[:1]), barred=Subquery(suppression.values("created_at")[:1])
        )
        .values_list("pk", "email", "left", "barred")
    )
    return {pk: (email, left, barred) for pk, email, left, barred in rows}


def first_name_of(subscriber_id: int) -> str:
    """Return the first name of a subscriber, or an empty text."""
    return Subscriber.objects.filter(pk=subscriber_id).values_list("first_name", flat=True).first() or ""
