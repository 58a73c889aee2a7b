"""Add one reader who gave consent elsewhere: an import of one row, with the evidence that an import needs.

Nobody's consent is raised, and no suppression is lifted: who left or must not be mailed comes back by signing up alone.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audience import consent_events, write_imported_subscribers
from newsletter.audience.consent_columns import ConsentState
from newsletter.audience.first_name import clean_name
from newsletter.audience.models import ConsentMethod, Subscriber, SubscriptionStatus
from newsletter.audience.plan_import import ImportedSubscriber
from newsletter.audience.reader_time_zones import parse_time_zone
from newsletter.audience.subscribe import clean_source
from newsletter.audience.subscriber_import_report import RowOutcome
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.mail.email_address import normalise_email
from newsletter.publications.models import Publication

CLOCK_TOLERANCE = timedelta(minutes=5)  # another system's clock may be ahead of ours


class StatedConsent(NamedTuple):
    """Where and when a person gave consent, as somebody states it, and the text that they saw, if it is known."""

    source: str
    given_at: datetime
    wording: str = ""


class AddedSubscriber(NamedTuple):
    """The reader, and what happened: added, updated (a missing name or time zone was filled in) or known."""

    subscriber_id: int
    outcome: RowOutcome


REFUSED = {
    RowOutcome.LEFT: "This person unsubscribed. Only they can return: by signing up and confirming.",
    RowOutcome.SUPPRESSED: "This address must not be mailed. Only its owner can change that, by writing to you.",
    RowOutcome.WAITING: "This person signed up and has not confirmed yet. Only they can: by the link in the email.",
}


def add_subscriber(
    publication: Publication,
    *,
    email: str,
    first_name: str = "",
    time_zone: str = "",
    no_appeals: bool = False,
    consent: StatedConsent,
    by: User,
    now: datetime,
) -> AddedSubscriber:
    """Subscribe this address to `publication`. A known reader keeps their values; missing ones are filled in.

    Raises `BadInput` for an invalid value, and for consent without source or in the future; `InvalidState`, and changes
    nothing, if the person left, has not confirmed, or must not be mailed.
    """
    require(by, Permission.AUDIENCE, publication=publication)
    address = normalise_email(email)
    if consent.given_at > now + CLOCK_TOLERANCE:
        raise BadInput("consent given at", "is in the future.", "Give the time at which they gave consent.")
    state = ConsentState(
        SubscriptionStatus.ACTIVE,
        consent_source=clean_source(consent.source),
        consent_at=min(consent.given_at, now),
    )
    person = ImportedSubscriber(clean_name(first_name), parse_time_zone(time_zone), state, no_appeals)
    with transaction.atomic():
        wording = consent_events.wording(publication, consent.wording) if consent.wording else None
        plan = write_imported_subscribers.write_rows(
            publication,
            {address: person},
            now=now,
            actor=consent_events.actor_of(ConsentMethod.API),
            method=ConsentMethod.API,
            wording=wording,
        )
        outcome = plan.outcomes[address]
        if outcome in REFUSED:
            raise InvalidState(REFUSED[outcome])
        if outcome != RowOutcome.KNOWN:
            source = state.consent_source
            audit_trail.record(by, Act.READER_ADDED, publication, now=now, outcome=outcome.value, source=source)
        found = Subscriber.objects.values_list("pk", flat=True).get(email=address)
    return AddedSubscriber(found, outcome)
