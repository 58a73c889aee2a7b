"""Compile a segment to one query: Django's ORM writes the SQL, and every value is a parameter."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from newsletter.audience.models import Subscriber, Subscription
from newsletter.audience.reachable_subscribers import SqlCondition
from newsletter.publications.models import Publication
from newsletter.segments.condition_kinds import KINDS, Scope
from newsletter.segments.definitions import SEGMENT
from newsletter.segments.segment_content import Content

READERS = Subscriber._meta.db_table


def scope_of(publication: Publication, content: Content, *, now: datetime) -> Scope:
    """Return what the conditions of `content` are about at `now`."""
    return Scope(publication.pk, publication.time_zone, now, content["salt"])


def matching(content: Content, scope: Scope) -> QuerySet[Subscription]:
    """Return the subscriptions of everybody in the segment, whatever their status."""
    return Subscription.objects.filter(condition(content, scope), publication=scope.publication_id).order_by()


def condition(content: Content, scope: Scope) -> Q:
    """Return the condition on a subscription that its reader is in the segment."""
    scope = replace(scope, salt=content["salt"])
    return _joined([_group(group, scope) for group in content["groups"]], content["match"])


def sql_of_range(content: Content, scope: Scope, *, after: int, last: int) -> SqlCondition:
    """Return `reader.id IN (…)`, true for the readers of the segment with an id above `after` and up to `last`.

    Every table in it has both bounds, as in reachable_subscribers.py: the databases do not conclude them from a join.
    """
    scope = replace(scope, above=after, up_to=last)
    rows = matching(content, scope).filter(subscriber_id__gt=after, subscriber_id__lte=last)
    if rows.query.alias_refcount.get(READERS):  # a condition is on the reader
        rows = rows.extra(where=[f"{READERS}.id > %s", f"{READERS}.id <= %s"], params=[after, last])  # noqa: S610
    statement, values = rows.values("subscriber_id").query.sql_with_params()
    return SqlCondition(f"reader.id IN ({statement})", tuple(values))


def _group(group: dict[str, Any], scope: Scope) -> Q:
    return _joined([_condition(each, scope) for each in group["conditions"]], group["match"])


def _condition(each: dict[str, Any], scope: Scope) -> Q:
    if each["kind"] == SEGMENT:
        inner = condition(each["value"], scope)
        return inner if each["test"] == "in" else ~inner
    return KINDS[each["kind"]].build(each["test"], each["value"], scope)


def _joined(parts: list[Q], match: str) -> Q:
    found = parts[0]
    for part in parts[1:]:
        found = found & part if match == "all" else found | part
    return found
