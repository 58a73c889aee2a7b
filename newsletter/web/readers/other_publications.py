"""The parts of the preferences page beyond one publication: join or leave others, leave all, ask for one's data."""

from datetime import datetime
from typing import NamedTuple

from newsletter.audience import data_requests, sign_up, subscriptions
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.models import ConsentMethod, Subscriber, Subscription, SubscriptionStatus
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication

SUBSCRIBED = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED)
WORDS = {
    SubscriptionStatus.ACTIVE: "You receive it.",
    SubscriptionStatus.PAUSED: "Paused.",
    SubscriptionStatus.PENDING: "Not confirmed yet.",
    SubscriptionStatus.UNSUBSCRIBED: "You do not receive it.",
}


class OtherPublication(NamedTuple):
    """A further publication, and how the reader stands with it."""

    slug: str
    name: str
    status: str
    is_subscribed: bool


def others(subscriber: Subscriber, publication: Publication) -> list[OtherPublication]:
    """Return the publications that the reader receives or may join, without this one."""
    rows = Subscription.objects.filter(subscriber=subscriber).values_list("publication", "status")
    statuses = {pk: SubscriptionStatus(status) for pk, status in rows}
    found = []
    for one in Publication.objects.filter(is_active=True).exclude(pk=publication.pk).order_by("name"):
        status = statuses.get(one.pk, SubscriptionStatus.UNSUBSCRIBED)
        if status in SUBSCRIBED or one.sign_up_open:
            found.append(OtherPublication(one.slug, one.name, WORDS[status], status in SUBSCRIBED))
    return found


def perform(action: str, subscription: Subscription, *, other: str, now: datetime) -> str:
    """Perform one of the actions. Return a sentence about what happened."""
    subscriber = subscription.subscriber
    if action == "data":
        data_requests.request_data(subscriber, subscription.publication, now=now)
        return "We are sending you an email with a link to your data. It works for a day."
    if action == "leave-all":
        for pk in Subscription.objects.filter(subscriber=subscriber).values_list("publication_id", flat=True):
            subscriptions.unsubscribe(subscriber_id=subscriber.pk, publication_id=pk, by="page", now=now)
        return "You are unsubscribed from all our newsletters."
    publication = Publication.objects.filter(is_active=True, slug=other[:100]).first()
    if publication is None:
        raise BadInput("newsletter", "does not exist any more.", "Choose one of those below.")
    if action == "leave-other":
        subscriptions.unsubscribe(subscriber_id=subscriber.pk, publication_id=publication.pk, by="page", now=now)
        return f"You are unsubscribed from {publication.name}."
    if not publication.sign_up_open:
        raise BadInput("newsletter", "takes no sign-ups at the moment.", "Choose another one.")
    evidence = ConsentEvidence(ConsentMethod.PREFERENCES, "preferences page")
    sign_up.sign_up(publication, email=subscriber.email, evidence=evidence, now=now)
    return (
        f"We are sending you a confirmation email for {publication.name}. Open the link in it to subscribe. "
        "If none comes, look for an earlier one: we limit how many an address gets."
    )
