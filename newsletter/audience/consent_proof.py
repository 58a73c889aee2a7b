"""Collect the evidence of one person's consent: every event with the text they saw, and what was suppressed."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from newsletter.audience import suppressions
from newsletter.audience.models import ConsentEvent, Subscriber
from newsletter.mail.email_address import normalise_email


class ConsentProofEvent(NamedTuple):
    """One event as evidence. Empty texts were not recorded."""

    at: datetime
    recorded_at: datetime
    publication: str
    act: str
    method: str
    purpose: str
    basis: str
    form: str
    actor: str
    network: str
    wording_version: int | None
    wording_hash: str
    wording: str


class ConsentProof(NamedTuple):
    """The evidence about one address, oldest event first."""

    address: str
    is_known: bool
    events: list[ConsentProofEvent]
    suppressed_because: str
    suppressed_at: datetime | None
    suppression_detail: str


def proof_of(email: str) -> ConsentProof:
    """Return the evidence about an address; raise `BadInput` if it is invalid."""
    address = normalise_email(email)
    subscriber = Subscriber.objects.filter(email=address).first()
    suppression = suppressions.suppression_of(address)
    return ConsentProof(
        address=address,
        is_known=subscriber is not None,
        events=events_of(subscriber.pk) if subscriber else [],
        suppressed_because=suppression.get_reason_display() if suppression else "",
        suppressed_at=suppression.created_at if suppression else None,
        suppression_detail=suppression.detail if suppression else "",
    )


def events_of(subscriber_id: int, *, publications: Collection[int] | None = None) -> list[ConsentProofEvent]:
    """Return the consent events of a subscriber, oldest first; with `publications`, ids, those of them only."""
    ours = Q() if publications is None else Q(publication__in=publications)
    rows = ConsentEvent.objects.filter(ours, subscriber=subscriber_id).select_related("publication", "wording")
    return [_described(event) for event in rows.order_by("at", "pk")]


def _described(event: ConsentEvent) -> ConsentProofEvent:
    wording = event.wording
    return ConsentProofEvent(
        at=event.at,
        recorded_at=event.recorded_at,
        publication=event.publication.slug,
        act=event.get_act_display(),
        method=event.get_method_display(),
        purpose=event.purpose,
        basis=event.get_basis_display() if event.basis else "",
        form=event.form,
        actor=event.actor,
        network=event.network,
        wording_version=wording.version if wording else None,
        wording_hash=wording.text_hash if wording else "",
        wording=wording.text if wording else "",
    )
