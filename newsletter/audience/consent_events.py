"""Record consent events: the evidence of how each subscription began and ended (docs/decisions/0035).

Whoever changes a subscription records the event in the same transaction. Imports insert theirs in bulk
(`bulk_insert.py`).
"""

import hashlib
from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError, transaction

from newsletter.audience.models import ConsentAct, ConsentBasis, ConsentEvent, ConsentMethod, ConsentWording
from newsletter.audit import audit_trail
from newsletter.lib import clock
from newsletter.publications.models import Publication

EMAILS = "emails"  # the purpose of every consent so far: to receive the publication by email
READER, PROVIDER = "reader", "provider"
BY_STAFF = (ConsentMethod.IMPORT, ConsentMethod.DESK, ConsentMethod.API, ConsentMethod.OTHER)
ACTORS = {ConsentMethod.PROVIDER: PROVIDER} | dict.fromkeys(BY_STAFF, "")


class ConsentEvidence(NamedTuple):
    """How a consent was given or withdrawn."""

    method: ConsentMethod
    form: str = ""
    wording: ConsentWording | None = None
    network: str = ""


def record(
    act: ConsentAct, evidence: ConsentEvidence, *, subscriber_id: int, publication_id: int, at: datetime
) -> ConsentEvent:
    """Add an event, in the transaction of the change that it proves."""
    return ConsentEvent.objects.create(
        subscriber_id=subscriber_id,
        publication_id=publication_id,
        purpose=EMAILS,
        act=act,
        method=evidence.method,
        basis="" if act == ConsentAct.WITHDRAWN else ConsentBasis.EXPRESS,
        wording=evidence.wording,
        form=evidence.form[:200],
        actor=actor_of(evidence.method),
        network=evidence.network[:45],
        at=at,
        recorded_at=clock.now(),
    )


def actor_of(method: ConsentMethod) -> str:
    """Return who acts by this method: the reader, the provider, or the person at the command line."""
    return (ACTORS.get(method, READER) or audit_trail.name(None) or "the service")[:120]


def method_of(via: str) -> ConsentMethod:
    """Return the method for the short word with which a subscription says how it ended."""
    return ConsentMethod(via) if via in ConsentMethod.values else ConsentMethod.OTHER


def wording(publication: Publication, text: str) -> ConsentWording:
    """Return the stored version of this text of consent; a new text gets the next version."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    same = ConsentWording.objects.filter(publication=publication, text_hash=digest)
    while (found := same.first()) is None:
        version = ConsentWording.objects.filter(publication=publication).count() + 1
        try:
            with transaction.atomic():
                return ConsentWording.objects.create(
                    publication=publication, version=version, text=text, text_hash=digest
                )
        except IntegrityError:  # another process added the same text, or took the version
            continue
    return found
