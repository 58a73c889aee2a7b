"""How somebody comes to receive a publication: consent enters here and in `import_subscribers.py`, nowhere else."""

from datetime import datetime

from django.db import transaction

from newsletter.audience import suppressions
from newsletter.audience.first_name import clean_name, normalise_email
from newsletter.audience.models import Subscriber, Subscription, SubscriptionStatus
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication

LONGEST_SOURCE = 200


def clean_source(source: str) -> str:
    """Where consent came from, as it is kept and can be shown to an authority; `BadInput` when it says nothing."""
    text = " ".join(source.split())
    if not text or len(text) > LONGEST_SOURCE or not text.isprintable():
        raise BadInput(
            "source", "does not say where consent was given.", f"Give a few words, at most {LONGEST_SOURCE} characters."
        )
    return text


def subscribe(
    publication: Publication, *, email: str, first_name: str, source: str, now: datetime, confirmed: bool
) -> Subscription:
    """The subscription of this address to `publication`; `BadInput` when it is not an address.

    `confirmed` means that the person proved, here and now, that the mailbox is theirs and that
    they want it. Without it this only asks: somebody new becomes *pending*, and whatever stands
    already (active, paused, left) stays as it is, their name as well, because anybody can type
    anybody's address. With it the subscription is active from `now`, also for somebody who had
    left, and their own wish never to be mailed is lifted. Suppressions with another reason, such
    as a mailbox that does not exist, stand, and beat the subscription.
    """
    address, name, where = normalise_email(email), clean_name(first_name), clean_source(source)
    with transaction.atomic():
        subscriber, made = Subscriber.objects.get_or_create(email=address, defaults={"first_name": name})
        subscription, _ = Subscription.objects.get_or_create(
            publication=publication, subscriber=subscriber, defaults={"consent_source": where}
        )
        if not confirmed:
            return subscription
        if name and not made and name != subscriber.first_name:
            subscriber.first_name = name
            subscriber.save(update_fields=["first_name"])
        suppressions.remove_own_request(address)
        suppressions.count_events_from(now, email=address)
        return _activate(subscription, source=where, now=now)


def _activate(subscription: Subscription, *, source: str, now: datetime) -> Subscription:
    """Active with this consent; one that is active already keeps its first."""
    Subscription.objects.filter(pk=subscription.pk).exclude(standing=SubscriptionStatus.ACTIVE).update(
        standing=SubscriptionStatus.ACTIVE,
        consent_source=source,
        consent_at=now,
        paused_until=None,
        unsubscribed_at=None,
        unsubscribed_via="",
        unsubscribed_from_edition=None,
    )
    subscription.refresh_from_db()
    return subscription
