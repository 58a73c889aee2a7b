"""Addresses that must not be mailed by any publication. A suppression beats every subscription."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from newsletter.audience.address_hashes import hashes
from newsletter.audience.first_name import normalise_email
from newsletter.audience.models import Subscriber, Suppression, SuppressionReason
from newsletter.lib.errors import BadInput

WRITE = "Write to us from that mailbox, and a person sees to it."
BARRIERS = {
    SuppressionReason.HARD_BOUNCE: "Emails to your address came back as if its mailbox did not exist, so we send none.",
    SuppressionReason.COMPLAINT: "An email of ours was reported as spam from your mailbox, so we send none.",
    SuppressionReason.PERSON: "You asked us never to write to this address, so we send nothing.",
    SuppressionReason.DESK: "Your address was taken off by a person here, so we send nothing to it.",
    SuppressionReason.PROVIDER: "The service that delivers our emails has your address on its list of people who left.",
    SuppressionReason.ERASED: "You asked us to erase your address, so we send nothing to it.",
}
GIVEN = [reason.value for reason in SuppressionReason if reason != SuppressionReason.ERASED]


def suppress(email: str, *, reason: str, detail: str = "") -> Suppression:
    """Keep this address from being mailed. Repeatable: the first reason stays.

    `reason` is a `SuppressionReason`; `detail` is kept for people, without addresses or names.
    """
    if reason not in GIVEN:
        raise BadInput("reason", "is not known.", f"Give one of: {', '.join(GIVEN)}.")
    address = normalise_email(email)
    if known := _of(address).first():
        return known
    suppression, _ = Suppression.objects.get_or_create(
        email=address, defaults={"reason": reason, "detail": detail[:200]}
    )
    return suppression


def suppress_all(found: Mapping[str, tuple[str, str]]) -> None:
    """As `suppress`, for many at once: normalised addresses, each with its reason and detail.

    In the order of the addresses, so that two who do this at the same time never wait for each other in turn.
    """
    Suppression.objects.bulk_create(
        [Suppression(email=email, reason=found[email][0], detail=found[email][1][:200]) for email in sorted(found)],
        ignore_conflicts=True,
    )


def remove_suppression(email: str, *, now: datetime) -> bool:
    """Let this address be mailed again, whatever the reason was; True when it was suppressed.

    What the provider tells afterwards of something that happened before does not suppress it again. The
    provider's own list has to be cleared there.
    """
    address = normalise_email(email)
    with transaction.atomic():
        gone, _ = _of(address).delete()
        if gone:
            count_events_from(now, email=address)
    return bool(gone)


def remember_erased(address: str) -> None:
    """Keep a hash of this normalised address in place of whatever is kept of it."""
    _of(address).delete()
    Suppression.objects.create(address_hash=hashes(address)[0], reason=SuppressionReason.ERASED)


def barrier(address: str) -> str:
    """Why nothing is sent to this normalised address, and what can be done, as a sentence to its owner; or nothing."""
    found = _of(address).first()
    return f"{BARRIERS[SuppressionReason(found.reason)]} {WRITE}" if found else ""


def count_events_from(now: datetime, *, email: str) -> None:
    """Consent was given, or a suppression lifted: what happened before says nothing about this address any more.

    `email` is normalised.
    """
    Subscriber.objects.filter(email=email).update(events_count_from=now)


def events_count_from(subscribers: Iterable[int]) -> dict[int, datetime | None]:
    """By id: since when events about a subscriber count; None for always. Who is gone is not in it."""
    each = list(dict.fromkeys(subscribers))
    found: dict[int, datetime | None] = {}
    for begin in range(0, len(each), 5000):  # SQLite takes 32,766 values a statement
        rows = Subscriber.objects.filter(pk__in=each[begin : begin + 5000])
        found.update(rows.values_list("pk", "events_count_from"))
    return found


def remove_own_request(address: str) -> bool:
    """Lift the person's own wish never to be mailed, or to be erased, and no other reason. `address` is normalised."""
    gone, _ = _of(address).filter(reason__in=[SuppressionReason.PERSON, SuppressionReason.ERASED]).delete()
    return bool(gone)


def suppressed(addresses: Collection[str]) -> set[str]:
    """Those of these normalised addresses (a few thousand at most) that must not be mailed."""
    found = set(Suppression.objects.filter(email__in=addresses).values_list("email", flat=True))
    if Suppression.objects.exclude(address_hash=None).exists():
        known = {each: address for address in addresses for each in hashes(address)}
        rows = Suppression.objects.filter(address_hash__in=known).values_list("address_hash", flat=True)
        found |= {known[each] for each in rows if each}
    return {address for address in found if address}


def _of(address: str) -> QuerySet[Suppression]:
    return Suppression.objects.filter(Q(email=address) | Q(address_hash__in=hashes(address)))
