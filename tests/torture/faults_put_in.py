"""Faults that were in the delivery of an edition once, put in again, to see whether the runs of `timed.py` find them.

Each is one change of the text of a function, which is then the function that everybody calls.
"""

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NamedTuple


class PutIn(NamedTuple):
    """`owner` is a module, or a class in one after a dot; in its `function`, `old` becomes `new`."""

    owner: str
    function: str
    old: str
    new: str


FAULTS = {
    "a batch keeps the group of an earlier call": PutIn(
        "newsletter.delivery.models.AttemptQuerySet", "out", 'fence=F("batch__fence"), ', ""
    ),
    "a later edition on a domain is served first": PutIn(
        "newsletter.delivery.rate_limits.quotas", "due_batches", '"edition__due_at", "pk"', '"-edition__due_at"'
    ),
    "what is under way takes up no room": PutIn(
        "newsletter.delivery.rate_limits.quotas", "due_batches", "dispatch__in=limits)", "dispatch__in=[])"
    ),
    "confirming holds only what is due": PutIn(
        "newsletter.delivery.dispatches.confirm_installation",
        "confirm",
        "state__in=NOT_BEGUN",
        "state__in=NOT_BEGUN, due_at__lte=now",
    ),
    "confirming plans what the original may have sent": PutIn(
        "newsletter.delivery.dispatches.confirm_installation",
        "confirm",
        "in Publication.objects.all()",
        "in Publication.objects.none()",
    ),
    "a copy cancels what the original submitted": PutIn(
        "newsletter.delivery.dispatches.confirm_installation",
        "confirm",
        "_leave_groups(is_same=name == stamp.environment, now=now)",
        "pass",
    ),
    "an expiry is judged when the dispatch opens": PutIn(
        "newsletter.editions.embargo_and_expiry",
        "reason_to_hold",
        "story.expires_at <= when.last",
        "story.expires_at <= now",
    ),
    "a pause is judged when the dispatch opens": PutIn(
        "newsletter.delivery.dispatches.open_dispatch", "_freeze", "received(edition, now=now).day", "now.date()"
    ),
    "the past is judged by today's schedule": PutIn(
        "newsletter.editions.plan_editions", "missed_dates", "[*past_schedules(publication), ", "["
    ),
    "an approval is of whatever stands there": PutIn(
        "newsletter.letters.edition_decisions",
        "approve",
        "if edition.state == EditionState.APPROVED and edition.approved_hash == content_hash:",
        "content_hash = edition.content_hash\n        if edition.state == EditionState.APPROVED:",
    ),
    "an approval is for whatever readers there are": PutIn(
        "newsletter.letters.compose_letters", "_letters", "audience=gathered.audience", "audience={}"
    ),
    "a segment that changed leaves the email as it is": PutIn(
        "newsletter.letters.assemble_edition",
        "is_stale",
        "made_from(edition, gathered) != edition.made_from",
        "made_from(edition, gathered._replace(audience=edition.letters.first().audience)) != edition.made_from",
    ),
    "an event of a message that is not ours counts": PutIn(
        "newsletter.insights.match_events",
        "match",
        "if not e.message or e.message in calls or _carries_ids(e)",
        "if True",
    ),
    "an event of another installation counts": PutIn(
        "newsletter.insights.match_events",
        "match",
        "if not e.installation_id or installation.is_own_event(e.installation_id, e.attempt)",
        "",
    ),
    "an event of before the consent counts": PutIn(
        "newsletter.insights.apply_events", "apply_suppressions", "or e.at > at)", "or e.at != at)"
    ),
    "one odd character costs a whole post": PutIn(
        "newsletter.mail.sendgrid.event_webhook",
        "_load_json",
        "pass",
        'raise BadInput("post", "is not JSON.") from None',
    ),
}


@contextmanager
def put_in(fault: PutIn) -> Iterator[None]:
    """The function as it is with the fault, for a while."""
    owner = _found(fault.owner)
    right = getattr(owner, fault.function)
    text = inspect.cleandoc("\n" + inspect.getsource(right))
    if text.count(fault.old) != 1:
        raise LookupError(f"{fault.function} has {fault.old!r} {text.count(fault.old)} times")
    module = sys.modules[right.__module__]
    made: dict[str, Any] = {}
    source = "from __future__ import annotations\n" + text.replace(fault.old, fault.new)
    exec(compile(source, f"{fault.function} with a fault", "exec"), vars(module), made)  # noqa: S102  # our own text
    setattr(owner, fault.function, made[fault.function])
    try:
        yield
    finally:
        setattr(owner, fault.function, right)


def _found(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        module, _, attribute = name.rpartition(".")
        return getattr(import_module(module), attribute)
