"""Insert many rows in one statement and skip existing ones, in SQL for both SQLite and PostgreSQL.

Django's `bulk_create` takes three times as long, because it creates an object per row.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from newsletter.audience.models import (
    ConsentAct,
    ConsentBasis,
    ConsentEvent,
    ConsentMethod,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)
from newsletter.publications.models import Publication

SUBSCRIBERS, SUBSCRIPTIONS = Subscriber._meta.db_table, Subscription._meta.db_table
CONSENT_EVENTS = ConsentEvent._meta.db_table
MOMENT = {"postgresql": "%s::timestamptz", "sqlite": "%s"}  # PostgreSQL takes a bare value in a SELECT for text


def insert_subscribers(people: Sequence[tuple[str, str, str]], *, now: datetime) -> int:
    """Insert a subscriber (address, first name, time zone) for each new address. Return how many were inserted.

    All values must be normalised. At most about 8,000 rows per call, because SQLite takes 32,766 values per statement.
    """
    if not people:
        return 0
    at = connection.ops.adapt_datetimefield_value(now)
    rows = ", ".join(["(%s, %s, %s, %s)"] * len(people))
    return _insert(
        f"INSERT INTO {SUBSCRIBERS} (email, first_name, time_zone, created_at) VALUES {rows}"  # noqa: S608 — constant names and placeholders
        " ON CONFLICT DO NOTHING",
        [value for person in people for value in (*person, at)],
    )


class NewSubscription(NamedTuple):
    """One subscription to insert. The subscriber must exist."""

    subscriber_id: int
    status: str
    consent_source: str
    consent_at: datetime | None
    paused_until: date | None = None
    unsubscribed_at: datetime | None = None
    unsubscribed_via: str = ""


def insert_subscriptions(publication: Publication, given: Sequence[NewSubscription]) -> set[int]:
    """Insert each of `given` whose subscriber has no subscription to `publication`. Return whose were inserted.

    At most about 4,000 rows per call, because of SQLite's limit on values.
    """
    if not given:
        return set()
    placeholders = ", ".join([f"(%s{', %s' * len(NewSubscription._fields)})"] * len(given))
    moment = connection.ops.adapt_datetimefield_value
    day = connection.ops.adapt_datefield_value
    values = [
        value
        for one in given
        for value in (
            publication.pk,
            one.subscriber_id,
            str(one.status),
            one.consent_source,
            moment(one.consent_at),
            day(one.paused_until),
            moment(one.unsubscribed_at),
            one.unsubscribed_via,
        )
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {SUBSCRIPTIONS} (publication_id, subscriber_id, status, consent_source, consent_at,"  # noqa: S608 — constant names and placeholders
            f" paused_until, unsubscribed_at, unsubscribed_via) VALUES {placeholders} ON CONFLICT DO NOTHING"
            " RETURNING subscriber_id",
            values,
        )
        return {int(row[0]) for row in cursor.fetchall()}


def insert_import_events(
    publication: Publication,
    subscribers: Collection[int],
    *,
    actor: str,
    now: datetime,
    method: ConsentMethod = ConsentMethod.IMPORT,
    wording_id: int | None = None,
) -> None:
    """Insert a consent event for each of these subscriptions, which an import has just inserted.

    It has the source and time of the subscription. One that is not confirmed has no event: nothing began or ended. At
    most about 30,000 rows per call, because of SQLite's limit on values.
    """
    if not subscribers:
        return
    wording = "NULL" if wording_id is None else str(int(wording_id))
    left = f"WHEN '{SubscriptionStatus.UNSUBSCRIBED.value}' THEN"
    _insert(
        f"INSERT INTO {CONSENT_EVENTS} (publication_id, subscriber_id, purpose, act, method, basis, form, actor,"  # noqa: S608 — constant names and placeholders
        " network, wording_id, at, recorded_at) SELECT publication_id, subscriber_id, 'emails',"
        f" CASE status {left} '{ConsentAct.WITHDRAWN.value}' ELSE '{ConsentAct.GIVEN.value}' END,"
        f" '{method.value}', CASE status {left} '' ELSE '{ConsentBasis.STATED.value}' END,"
        f" consent_source, %s, '', {wording}, CASE status {left} unsubscribed_at ELSE consent_at END,"
        f" {MOMENT[connection.vendor]}"
        f" FROM {SUBSCRIPTIONS} WHERE publication_id = %s AND status <> '{SubscriptionStatus.PENDING.value}'"
        f" AND subscriber_id IN ({', '.join(['%s'] * len(subscribers))})",
        [actor, connection.ops.adapt_datetimefield_value(now), publication.pk, *subscribers],
    )


def _insert(statement: str, values: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
