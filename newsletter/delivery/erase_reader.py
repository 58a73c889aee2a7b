"""Erase a person: everything stored under an address, across packages that do not import each other."""

from dataclasses import dataclass

from django.db import transaction

from newsletter.audience import sign_up_limits, suppressions
from newsletter.audience.models import Subscriber, Subscription
from newsletter.delivery.email_test_models import EmailTestRecipient
from newsletter.giving import gift_records
from newsletter.mail.email_address import normalise_email


@dataclass(frozen=True, slots=True)
class Erased:
    """How many subscriptions and gifts were deleted."""

    subscriptions: int
    gifts: int


def erase(email: str) -> Erased:
    """Delete the person with this address, their subscriptions, gifts and test emails.

    Raises `BadInput` for an invalid address.

    A keyed hash stays, so that no import brings them back. The ledger and the outcomes of emails keep their subscriber
    id, which then has no meaning. Webhook posts from the provider contain addresses, and are deleted after
    `POSTS_KEPT_DAYS`.
    """
    address = normalise_email(email)
    with transaction.atomic():
        subscriptions = Subscription.objects.filter(subscriber__email=address).count()
        Subscriber.objects.filter(email=address).delete()
        EmailTestRecipient.objects.filter(address=address).delete()
        given = gift_records.delete_gifts_of(address)
        sign_up_limits.forget_address(address)
        suppressions.remember_erased(address)
    return Erased(subscriptions, given)
