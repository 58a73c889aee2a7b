"""Erase a person: everything stored under an address, across packages that do not import each other."""

from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction

from newsletter.audience import sign_up_limits, suppressions
from newsletter.audience.models import Subscriber, Subscription
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.delivery.email_test_models import EmailTestRecipient
from newsletter.giving import gift_records
from newsletter.insights import reader_outcomes
from newsletter.lib import address_locks
from newsletter.mail.email_address import normalise_email

TRIES = 5


@dataclass(frozen=True, slots=True)
class Erased:
    """How many subscriptions and gifts were deleted."""

    subscriptions: int
    gifts: int


def erase(email: str, *, by_staff: bool = False) -> Erased:
    """Delete the person with this address, their subscriptions, gifts, test emails and outcomes of emails.

    Raises `BadInput` for an invalid address. What staff do is recorded; a person's own act would leave their network.

    A keyed hash stays, so that no import brings them back. The ledger keeps their subscriber id, which then has no
    meaning. Webhook posts from the provider contain addresses, and are deleted after `POSTS_KEPT_DAYS`.
    """
    address = normalise_email(email)
    for tries_left in reversed(range(TRIES)):
        try:
            return _erase(address, by_staff=by_staff)
        except IntegrityError:
            # a process that unsubscribed the person has added an event since theirs were deleted
            if not tries_left or connection.in_atomic_block:
                raise
    raise AssertionError


def _erase(address: str, *, by_staff: bool) -> Erased:
    with transaction.atomic():
        address_locks.lock_to_bar()
        subscriptions = Subscription.objects.filter(subscriber__email=address).count()
        for subscriber_id in Subscriber.objects.filter(email=address).values_list("pk", flat=True):
            reader_outcomes.delete_outcomes_of(subscriber_id)
        Subscriber.objects.filter(email=address).delete()
        EmailTestRecipient.objects.filter(address=address).delete()
        given = gift_records.delete_gifts_of(address)
        sign_up_limits.forget_address(address)
        suppressions.remember_erased(address)
        if by_staff:
            audit_trail.record(None, Act.READER_ERASED, subscriptions=subscriptions, gifts=given)
    return Erased(subscriptions, given)
