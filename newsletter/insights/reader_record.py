"""Everything that is stored about one reader: subscriptions, consent, editions, gifts, suppression."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q

from newsletter.audience import consent_proof, suppressions
from newsletter.audience.consent_proof import ConsentProofEvent
from newsletter.audience.models import Subscriber, Subscription
from newsletter.giving.format_amount import format_amount
from newsletter.giving.models import Gift
from newsletter.insights import reader_editions
from newsletter.insights.reader_editions import ReaderEdition

EDITIONS = 30  # the latest dispatches of the reader's publications


class ReaderSubscription(NamedTuple):
    """One subscription in words. Empty values were not recorded."""

    publication: str
    name: str
    status: str
    paused_until: date | None
    consent_at: datetime | None
    consent_source: str
    unsubscribed_at: datetime | None
    unsubscribed_via: str
    confirmation: str


class ReaderGift(NamedTuple):
    """One gift; `amount` is in words, such as 25.00 USD."""

    given_at: datetime
    amount: str
    source: str


class ReaderRecord(NamedTuple):
    """What is stored about one reader. `editions` may lack some that were sent up to `editions_deleted_until`."""

    id: int
    email: str
    first_name: str
    time_zone: str
    no_appeals: bool
    created_at: datetime
    suppressed_because: str
    suppressed_at: datetime | None
    suppression_detail: str
    subscriptions: list[ReaderSubscription]
    consent_events: list[ConsentProofEvent]
    editions: list[ReaderEdition]
    editions_deleted_until: datetime | None
    gifts: list[ReaderGift]


def reader_record(subscriber: Subscriber, *, publications: Collection[int] | None = None) -> ReaderRecord:
    """Return the record of this reader.

    With `publications`, ids, what belongs to other publications or to all is left out; that the address is suppressed
    is said, but not the evidence.
    """
    ours = Q() if publications is None else Q(publication__in=publications)
    subscriptions = list(
        Subscription.objects.filter(ours, subscriber=subscriber)
        .select_related("publication", "confirmation")
        .order_by("publication__name")
    )
    suppression = suppressions.suppression_of(subscriber.email)
    subscribed = [one.publication_id for one in subscriptions]
    gifts = Gift.objects.filter(ours, email=subscriber.email).values_list("given_at", "amount", "currency", "source")
    return ReaderRecord(
        id=subscriber.pk,
        email=subscriber.email,
        first_name=subscriber.first_name,
        time_zone=subscriber.time_zone,
        no_appeals=subscriber.no_appeals,
        created_at=subscriber.created_at,
        suppressed_because=suppression.get_reason_display() if suppression else "",
        suppressed_at=suppression.created_at if suppression else None,
        suppression_detail=suppression.detail if suppression and publications is None else "",
        subscriptions=[_subscription(one) for one in subscriptions],
        consent_events=consent_proof.events_of(subscriber.pk, publications=publications),
        editions=reader_editions.reader_editions(subscriber.pk, publications=subscribed, limit=EDITIONS),
        editions_deleted_until=reader_editions.deleted_until(publications=subscribed, limit=EDITIONS),
        gifts=[ReaderGift(at, format_amount(amount, currency), source) for at, amount, currency, source in gifts],
    )


def _subscription(subscription: Subscription) -> ReaderSubscription:
    order = getattr(subscription, "confirmation", None)
    confirmation = ""
    if order:
        confirmation = order.problem or ("sent" if order.sent_at else "waiting to be sent")
    return ReaderSubscription(
        publication=subscription.publication.slug,
        name=subscription.publication.name,
        status=subscription.get_status_display(),
        paused_until=subscription.paused_until,
        consent_at=subscription.consent_at,
        consent_source=subscription.consent_source,
        unsubscribed_at=subscription.unsubscribed_at,
        unsubscribed_via=subscription.unsubscribed_via,
        confirmation=confirmation,
    )
