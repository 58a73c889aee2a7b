"""Find readers by the beginning of their address, in an index, also among millions."""

from collections.abc import Collection
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from newsletter.audience.models import Subscriber, Subscription
from newsletter.lib.errors import BadInput
from newsletter.mail.email_address import INVISIBLE, normalise_email

MIN_CHARS = 2
LAST_CHARACTER = "\U0010ffff"


class FoundReader(NamedTuple):
    """One reader, with the status of each subscription by the slug of its publication."""

    id: int
    email: str
    first_name: str
    statuses: dict[str, str]


def find_readers(beginning: str, *, limit: int, publications: Collection[int] | None = None) -> list[FoundReader]:
    """Return up to `limit` readers whose address begins like this, in the order of addresses.

    With `publications`, ids, only their readers, with the subscriptions to them. Raises `BadInput` for less than two
    characters.
    """
    typed = _as_stored(beginning)
    if len(typed) < MIN_CHARS:
        raise BadInput("address", "is too short.", "Enter at least the first two characters.")
    ours = Q() if publications is None else Q(publication__in=publications)
    found = _beginning_with(typed)
    if publications is not None:
        found = found.filter(Exists(Subscription.objects.filter(ours, subscriber=OuterRef("pk"))))
    people = list(found.order_by("email").values_list("pk", "email", "first_name")[:limit])
    statuses: dict[int, dict[str, str]] = {pk: {} for pk, _, _ in people}
    rows = Subscription.objects.filter(ours, subscriber__in=statuses).select_related("publication")
    for subscription in rows.order_by("publication__name"):
        statuses[subscription.subscriber_id][subscription.publication.slug] = subscription.get_status_display()
    return [FoundReader(pk, email, name, statuses[pk]) for pk, email, name in people]


def _as_stored(beginning: str) -> str:
    """Return what was typed as addresses are stored: a whole address normalised, a part of one in lower case."""
    try:
        return normalise_email(beginning)
    except BadInput:
        return beginning.strip().strip(INVISIBLE).strip().lower().replace("\0", "")


def _beginning_with(typed: str) -> QuerySet[Subscriber]:
    """Return the condition that each database answers from its index of addresses.

    PostgreSQL has one for LIKE. SQLite compares LIKE without case and so without its index, but compares addresses
    byte by byte.
    """
    if connection.vendor == "postgresql":
        return Subscriber.objects.filter(email__startswith=typed)
    return Subscriber.objects.filter(email__gte=typed, email__lt=typed + LAST_CHARACTER)
