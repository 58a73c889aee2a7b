"""Erasing a person: all that is kept under an address, in packages that do not know each other."""

from dataclasses import dataclass

from django.db import transaction

from newsletter.audience import suppressions
from newsletter.audience.first_name import normalise_email
from newsletter.audience.models import Subscriber, Subscription
from newsletter.giving import gift_records


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was removed."""

    subscriptions: int
    gifts: int


def erase(email: str) -> Erased:
    """Remove the person with this address, their subscriptions and their gifts; `BadInput` when it is no address.

    A keyed hash stays, so that no import brings them back. The ledger keeps their number, which means nothing any
    more. Posts of the provider's events hold addresses, and are thrown away after thirty days.
    """
    address = normalise_email(email)
    with transaction.atomic():
        subscriptions = Subscription.objects.filter(subscriber__email=address).count()
        Subscriber.objects.filter(email=address).delete()
        given = gift_records.delete_gifts_of(address)
        suppressions.remember_erased(address)
    return Erased(subscriptions, given)
