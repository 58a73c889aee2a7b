"""The list of suppressions: search by address or domain, newest first, and entries by hand."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audience import subscriptions, suppressions
from newsletter.audience.models import (
    ConsentMethod,
    Subscriber,
    Subscription,
    SubscriptionStatus,
    Suppression,
    SuppressionReason,
)
from newsletter.audience.suppress_domain import normalise_domain, remove_domain, suppress_domain
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.lib import address_locks
from newsletter.lib.errors import BadInput
from newsletter.mail.email_address import normalise_email
from newsletter.publications.models import Publication

ERASED = "an erased person"


class SuppressionEntry(NamedTuple):
    """One suppression: what (an address, a domain, or an erased person), why, the evidence, who entered it, when."""

    what: str
    reason: str
    detail: str
    actor: str
    at: datetime


def newest(*, reason: str = "", before: int | None = None, limit: int) -> tuple[list[SuppressionEntry], int | None]:
    """Return up to `limit` entries, and the id to continue `before`; None if there are no more."""
    rows = Suppression.objects.order_by("-pk")
    if reason in SuppressionReason.values:
        rows = rows.filter(reason=reason)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: limit + 1])
    return [_entry(row) for row in found[:limit]], found[limit - 1].pk if len(found) > limit else None


def find(typed: str, *, publications: Collection[int] | None = None) -> list[SuppressionEntry]:
    """Return the suppressions that bar one address, or the one of a domain (`@example.org`). Raises `BadInput`.

    With `publications`, ids, the address must be that of one of their readers, and the evidence is left out.
    """
    if publications is not None:
        return _find_for_publications(typed, publications)
    if typed.strip().startswith("@"):
        return [_entry(row) for row in Suppression.objects.filter(domain=normalise_domain(typed))]
    return [_entry(row) for row in suppressions.all_of(normalise_email(typed))]


def _find_for_publications(typed: str, publications: Collection[int]) -> list[SuppressionEntry]:
    address = normalise_email(typed)
    if not Subscription.objects.filter(subscriber__email=address, publication__in=publications).exists():
        raise BadInput("address", "is not that of a reader of your publications.")
    return [_entry(row)._replace(what=address, detail="", actor="") for row in suppressions.all_of(address)]


def add(
    typed: str,
    *,
    publication: Publication | None,
    reason: str,
    detail: str,
    by: User,
    now: datetime,
    via: ConsentMethod = ConsentMethod.DESK,
) -> str:
    """Suppress an address or a domain (`@example.org`) everywhere, or an address for one publication alone.

    Return a sentence about what happened. For one publication, the address is stored as unsubscribed, so that no import
    brings it back; nothing changes and nothing is recorded if it is unsubscribed already.
    """
    require(by, Permission.AUDIENCE, publication=publication)
    actor = str(by)
    is_domain = typed.strip().startswith("@")
    if publication and is_domain:
        raise BadInput("publication", "cannot be chosen for a domain.", "Choose all publications.")
    with transaction.atomic():
        if is_domain:
            row = suppress_domain(typed, detail=detail, actor=actor)
            done = f"All addresses of {row.domain} are suppressed."
        elif publication:
            done = f"This address is unsubscribed from {publication.name}."
            if not _unsubscribe(publication, typed, via=via, now=now):
                return done
        else:
            suppressions.suppress(typed, reason=reason, detail=detail, actor=actor)
            done = "This address is suppressed: no publication mails it."
        scope = publication.slug if publication else "all publications"
        audit_trail.record(by, Act.SUPPRESSION_ADDED, publication, now=now, scope=scope, domain=is_domain, note=detail)
    return done


def lift(typed: str, *, by: Actor, now: datetime) -> bool:
    """Remove the suppression of an address or a domain (`@example.org`). Return True if there was one.

    Raises `InvalidState` for an address whose whole domain is suppressed.
    """
    require(by, Permission.AUDIENCE)
    is_domain = typed.strip().startswith("@")
    with transaction.atomic():
        lifted = remove_domain(typed) if is_domain else suppressions.remove_suppression(typed, now=now)
        if lifted:
            audit_trail.record(by, Act.SUPPRESSION_LIFTED, now=now, domain=is_domain)
    return lifted


def _unsubscribe(publication: Publication, typed: str, *, via: ConsentMethod, now: datetime) -> bool:
    """Unsubscribe an address, known or not. Return False if it was unsubscribed already."""
    address = normalise_email(typed)
    address_locks.lock_to_store()
    if suppressions.erased([address]):
        raise BadInput("address", "belongs to a person who was erased.", "Nobody mails it.")
    subscriber, _ = Subscriber.objects.get_or_create(email=address)
    subscription, _ = Subscription.objects.get_or_create(publication=publication, subscriber=subscriber)
    if subscription.status == SubscriptionStatus.UNSUBSCRIBED:
        return False
    subscriptions.unsubscribe(subscriber_id=subscriber.pk, publication_id=publication.pk, by=via.value, now=now)
    return True


def _entry(row: Suppression) -> SuppressionEntry:
    what = row.email or (f"@{row.domain}" if row.domain else ERASED)
    return SuppressionEntry(what, row.get_reason_display(), row.detail, row.actor, row.created_at)
