"""Sign up for a publication: somebody typed an address, and the mailbox is asked to confirm.

Whoever typed the address learns nothing about it. What happens is the same to see for a new address, a subscribed one,
a suppressed one and one that has had as many emails as it may.
"""

from datetime import datetime

from django.db import transaction

from newsletter.audience import subscription_confirmation, suppressions
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.models import Confirmation, ConsentEvent, Subscriber, Subscription, SubscriptionStatus
from newsletter.audience.subscribe import subscribe
from newsletter.lib import address_locks
from newsletter.mail.email_address import normalise_email
from newsletter.publications.models import Publication

SOURCE = "sign-up page, not confirmed yet"
ERASED_AT_ONCE = 500


def sign_up(publication: Publication, *, email: str, evidence: ConsentEvidence, now: datetime) -> bool:
    """Order a confirmation email to this address. Return True if one was ordered; a page must not say which.

    Raises `BadInput` for an invalid address. Nothing is stored for a suppressed address, nor for a new one that may get
    no email. An erased person may sign up again.
    """
    address = normalise_email(email)
    with transaction.atomic():
        address_locks.lock_to_store()
        if suppressions.barrier_to_confirming(address):
            return False
        subscription = subscribe(publication, email=address, first_name="", source=SOURCE, now=now, confirmed=False)
        if subscription_confirmation.place_order(subscription, evidence, now=now):
            return True
        waits = Confirmation.objects.filter(subscription=subscription).exists()
        if subscription.status == SubscriptionStatus.PENDING and not waits:
            transaction.set_rollback(True)  # a new address, or one from an import, which stays as it was
        return False


def erase_unconfirmed(*, now: datetime) -> int:
    """Erase what nobody confirmed in seven days. Return how many subscriptions were erased.

    A person without another subscription is erased as well. Who left before and did not return stays as they were, and
    so does who was imported as unconfirmed: anybody can type anybody's address.
    """
    with transaction.atomic():
        expired = Confirmation.objects.filter(asked_at__lt=now - subscription_confirmation.VALID)
        found = list(expired.order_by("pk").values_list("subscription_id", flat=True)[:ERASED_AT_ONCE])
        # subscriptions are locked before their orders, as in `place_order`, which may have renewed one since
        locked = Subscription.objects.select_for_update(skip_locked=True).filter(pk__in=found).order_by("pk")
        subscriptions = {one.pk: one for one in locked}
        still = set(expired.filter(subscription__in=subscriptions).values_list("subscription_id", flat=True))
        expired.filter(subscription__in=still).delete()
        erased = [subscriptions[pk] for pk in still if _began_here(subscriptions[pk])]
        for one in erased:
            ConsentEvent.objects.filter(subscriber=one.subscriber_id, publication=one.publication_id).erase()
        Subscription.objects.filter(pk__in=[one.pk for one in erased]).delete()
        people = Subscriber.objects.filter(pk__in=[one.subscriber_id for one in erased])
        people.filter(subscriptions=None, consent_events=None).delete()
    return len(erased)


def _began_here(subscription: Subscription) -> bool:
    """Return True if a sign-up created the subscription and nobody confirmed it."""
    return subscription.status == SubscriptionStatus.PENDING and subscription.consent_source == SOURCE
