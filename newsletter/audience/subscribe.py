"""Subscribe people to a publication. Consent is recorded only here and in `import_subscribers.py`."""

from datetime import datetime

from django.db import transaction

from newsletter.audience import consent_events, suppressions
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.first_name import clean_name
from newsletter.audience.models import ConsentAct, ConsentMethod, Subscriber, Subscription, SubscriptionStatus
from newsletter.lib.errors import BadInput
from newsletter.mail.email_address import normalise_email
from newsletter.publications.models import Publication

MAX_SOURCE_CHARS = 200
BY_STAFF = ConsentEvidence(ConsentMethod.DESK)


def clean_source(source: str) -> str:
    """Return the source of consent as it is stored, as evidence for an authority; raise `BadInput` if it is invalid."""
    text = " ".join(source.split())
    if not text or len(text) > MAX_SOURCE_CHARS or not text.isprintable():
        raise BadInput(
            "source",
            "does not say where consent was given.",
            f"Enter where consent was given, in at most {MAX_SOURCE_CHARS} characters.",
        )
    return text


def subscribe(
    publication: Publication,
    *,
    email: str,
    first_name: str,
    source: str,
    now: datetime,
    confirmed: bool,
    evidence: ConsentEvidence = BY_STAFF,
) -> Subscription:
    """Subscribe this address to `publication` and return the subscription. Raises `BadInput` for an invalid address.

    `evidence` says how consent was given; it is recorded when the subscription becomes active.

    `confirmed` means that the person has just proved that the mailbox is theirs and that they want the subscription.
    Without it, a new person becomes *pending*, and an existing subscription and name stay unchanged, because anybody
    can type anybody's address. With it, the subscription is active from `now`, also for somebody who had unsubscribed,
    and their own request never to be mailed is removed. Suppressions for other reasons, such as a mailbox that does not
    exist, remain and override the subscription.
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
        suppressions.ignore_events_before(now, email=address)
        return _activate(subscription, source=where, evidence=evidence, now=now)


def _activate(subscription: Subscription, *, source: str, evidence: ConsentEvidence, now: datetime) -> Subscription:
    """Activate the subscription with this consent. An active subscription keeps its first consent."""
    inactive = Subscription.objects.filter(pk=subscription.pk).exclude(status=SubscriptionStatus.ACTIVE)
    began = inactive.update(
        status=SubscriptionStatus.ACTIVE,
        consent_source=source,
        consent_at=now,
        paused_until=None,
        unsubscribed_at=None,
        unsubscribed_via="",
        unsubscribed_from_edition=None,
    )
    if began:
        who = {"subscriber_id": subscription.subscriber_id, "publication_id": subscription.publication_id}
        shown = evidence if evidence.form else evidence._replace(form=source)
        consent_events.record(ConsentAct.GIVEN, shown, **who, at=now)
    subscription.refresh_from_db()
    return subscription
