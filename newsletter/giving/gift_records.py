"""Record each gift once, so that recent donors see a thank-you instead of an appeal, and delete old gifts."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction

from newsletter.giving.models import Gift
from newsletter.lib.sql import fetch_all
from newsletter.mail.email_address import normalise_email
from newsletter.publications.models import Publication

KEPT = timedelta(days=370)  # a little longer than the longest thank-you period (edit_appeal.py)
CHUNK_SIZE = 2000


class ReportedGift(NamedTuple):
    """One gift from a source: a normalised address, and an amount in the smallest unit of the currency."""

    email: str
    given_at: datetime
    amount: int
    currency: str
    reference: str


def record_gifts(gifts: Iterable[ReportedGift], *, source: str, publication: Publication | None, now: datetime) -> int:
    """Record the gifts that are not recorded yet, by the source's own reference. Return how many were new.

    Repeating a call changes nothing. `publication` None: the donors see the thank-you in every publication.
    """
    by_reference = {gift.reference: gift for gift in gifts}
    with transaction.atomic():
        known: set[str] = set()
        references = sorted(by_reference)
        for at in range(0, len(references), CHUNK_SIZE):
            chunk = references[at : at + CHUNK_SIZE]
            known.update(Gift.objects.filter(source=source, reference__in=chunk).values_list("reference", flat=True))
        new = [
            Gift(**by_reference[reference]._asdict(), source=source, publication=publication, recorded_at=now)
            for reference in references
            if reference not in known
        ]
        Gift.objects.bulk_create(
            new, batch_size=CHUNK_SIZE, ignore_conflicts=True
        )  # another import may record them at the same time
    return len(new)


def remove_gifts(references: Iterable[str], *, source: str, only_of: Publication | None = None) -> int:
    """Delete gifts that were refunded, by the source's own references. Return how many there were."""
    gifts = Gift.objects.filter(source=source, **({"publication": only_of} if only_of else {}))
    deleted, unique = 0, sorted(set(references))
    for at in range(0, len(unique), CHUNK_SIZE):
        deleted += gifts.filter(reference__in=unique[at : at + CHUNK_SIZE]).delete()[0]
    return deleted


def delete_gifts_of(email: str) -> int:
    """Delete all gifts of this address, at its owner's request. Return how many there were.

    Raises `BadInput` for an invalid address.
    """
    gone, _ = Gift.objects.filter(email=normalise_email(email)).delete()
    return gone


def delete_old_gifts(*, now: datetime) -> None:
    """Delete gifts that are older than any thank-you period."""
    Gift.objects.filter(given_at__lt=now - KEPT).delete()


def any_gift_since(*, since: datetime) -> bool:
    """Return True if any gift was given since then."""
    return Gift.objects.filter(given_at__gte=since).exists()


def any_recorded(*, since: datetime) -> bool:
    """Return True if any gift was recorded since then, whenever it was given."""
    moment = connection.ops.adapt_datetimefield_value(since)
    return bool(
        fetch_all("SELECT 1 FROM giving_gift WHERE recorded_at >= %s LIMIT 1", [moment])
    )  # runs before each call to the provider
