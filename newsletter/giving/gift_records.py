"""Gifts as they are told to us: kept once each, so that their givers are thanked and not asked; forgotten in time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction

from newsletter.giving.models import Gift
from newsletter.lib.sql import fetch_all
from newsletter.mail.email_address import normalise_email
from newsletter.publications.models import Publication

KEPT = timedelta(days=370)  # a little longer than anybody is thanked (edit_appeal.py)
LOT = 2000


class Given(NamedTuple):
    """One gift as a source tells of it: a normalised address, and an amount in the smallest unit of the currency."""

    email: str
    given_at: datetime
    amount: int
    currency: str
    reference: str


def record_gifts(gifts: Iterable[Given], *, source: str, publication: Publication | None, now: datetime) -> int:
    """Keep those that are not kept yet, by the source's own reference; how many were new.

    Told again, they change nothing. `publication` None means that readers of every publication are
    thanked for them.
    """
    told = {gift.reference: gift for gift in gifts}
    with transaction.atomic():
        known: set[str] = set()
        references = sorted(told)
        for at in range(0, len(references), LOT):
            lot = references[at : at + LOT]
            known.update(Gift.objects.filter(source=source, reference__in=lot).values_list("reference", flat=True))
        new = [
            Gift(**told[reference]._asdict(), source=source, publication=publication, recorded_at=now)
            for reference in references
            if reference not in known
        ]
        Gift.objects.bulk_create(new, batch_size=LOT, ignore_conflicts=True)  # somebody may tell of them at this moment
    return len(new)


def remove(references: Iterable[str], *, source: str) -> int:
    """Throw away gifts that were given back since, by the source's own references; how many there were."""
    gone, meant = 0, sorted(set(references))
    for at in range(0, len(meant), LOT):
        gone += Gift.objects.filter(source=source, reference__in=meant[at : at + LOT]).delete()[0]
    return gone


def delete_gifts_of(email: str) -> int:
    """Throw away every gift of this address, as its owner may ask; how many there were. `BadInput` for no address."""
    gone, _ = Gift.objects.filter(email=normalise_email(email)).delete()
    return gone


def delete_old_gifts(*, now: datetime) -> None:
    """Throw away gifts that nobody is thanked for any more."""
    Gift.objects.filter(given_at__lt=now - KEPT).delete()


def any_gift_since(*, since: datetime) -> bool:
    """Did anybody give since then?"""
    return Gift.objects.filter(given_at__gte=since).exists()


def any_recorded(*, since: datetime) -> bool:
    """Were we told of any gift since then, whenever it was given?"""
    moment = connection.ops.adapt_datetimefield_value(since)
    return bool(
        fetch_all("SELECT 1 FROM giving_gift WHERE recorded_at >= %s LIMIT 1", [moment])
    )  # asked before each call
