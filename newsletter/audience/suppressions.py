"""Addresses that no publication may mail. A suppression overrides every subscription."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from newsletter.audience.address_hashes import hashes
from newsletter.audience.models import Subscriber, Suppression, SuppressionReason
from newsletter.lib import address_locks
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.lib.sql import fetch_among
from newsletter.mail.email_address import normalise_email

CONTACT_US = "Write to us from that address and we will help you."
BARRIERS = {
    SuppressionReason.HARD_BOUNCE: "Emails to your address came back as undeliverable, so we no longer send any.",
    SuppressionReason.COMPLAINT: "One of our emails was reported as spam from your address, so we no longer send any.",
    SuppressionReason.PERSON: "You asked us never to write to this address, so we do not send anything.",
    SuppressionReason.DESK: "Our staff removed your address, so we do not send anything.",
    SuppressionReason.PROVIDER: "The service that delivers our emails lists your address as unsubscribed.",
    SuppressionReason.DOMAIN: "We do not send emails to addresses of your domain.",
    SuppressionReason.ERASED: "You asked us to erase your address, so we do not send anything.",
}
NOT_SETTABLE = (SuppressionReason.ERASED, SuppressionReason.DOMAIN)
SETTABLE_REASONS = [reason.value for reason in SuppressionReason if reason not in NOT_SETTABLE]
SUPPRESSED = f"SELECT email FROM {Suppression._meta.db_table} WHERE email {{among}}"  # noqa: S608 — names of ours


def suppress(email: str, *, reason: str, detail: str = "", actor: str = "") -> Suppression:
    """Suppress this address. Repeatable: the first reason stays.

    A reason of its own replaces that of its domain, which may be lifted, and a wish of the person that of an erasure,
    which the person may lift by signing up. `reason` is a `SuppressionReason`; `detail` is a note for people, without
    addresses or names; `actor` is the person who enters it.
    """
    if reason not in SETTABLE_REASONS:
        raise BadInput("reason", "is not known.", f"Use one of: {', '.join(SETTABLE_REASONS)}.")
    address = normalise_email(email)
    values = {"reason": reason, "detail": detail[:200], "actor": actor[:120]}
    with transaction.atomic():
        address_locks.lock_to_store()  # an erasure that is under way must leave no address behind
        own = _of(address).filter(domain=None)
        own.filter(reason__in=_replaced_by(reason)).update(**values)
        if known := own.first():
            return known
        suppression, _ = Suppression.objects.get_or_create(email=address, defaults=values)
    return suppression


def suppress_all(found: Mapping[str, tuple[str, str]]) -> None:
    """Suppress many normalised addresses at once, each with its reason and detail.

    The caller holds `address_locks.lock_to_store` and leaves out who is erased. Writes in the order of the addresses,
    so that two concurrent calls cannot deadlock.
    """
    Suppression.objects.bulk_create(
        [Suppression(email=email, reason=found[email][0], detail=found[email][1][:200]) for email in sorted(found)],
        ignore_conflicts=True,
    )
    addresses = sorted(email for email, (reason, _) in found.items() if reason != SuppressionReason.DOMAIN)
    for begin in range(0, len(addresses), 5000):  # SQLite takes 32,766 values per statement
        chunk = addresses[begin : begin + 5000]
        for row in Suppression.objects.filter(email__in=chunk, reason=SuppressionReason.DOMAIN).order_by("email"):
            row.reason, row.detail = found[row.email or ""][0], found[row.email or ""][1][:200]
            row.save(update_fields=["reason", "detail"])


def remove_suppression(email: str, *, now: datetime) -> bool:
    """Allow this address to be mailed again, whatever the reason was. Return True if it was suppressed.

    Events that happened before do not suppress it again, even if the provider reports them later. The provider's own
    suppression list must be cleared separately. Raises `InvalidState`, and changes nothing, if its whole domain is
    suppressed.
    """
    address = normalise_email(email)
    domain = address.rpartition("@")[2]
    if Suppression.objects.filter(domain=domain).exists():
        raise InvalidState(f"Its whole domain is suppressed. Lift that: newsletter readers lift @{domain}")
    with transaction.atomic():
        deleted, _ = _of(address).filter(domain=None).delete()
        if deleted:
            ignore_events_before(now, email=address)
    return bool(deleted)


def remember_erased(address: str) -> None:
    """Replace all suppressions of this normalised address by its hash."""
    _of(address).filter(domain=None).delete()
    Suppression.objects.create(address_hash=hashes(address)[0], reason=SuppressionReason.ERASED)


def suppression_of(address: str) -> Suppression | None:
    """Return the suppression of this normalised address, if there is one."""
    return _of(address).first()


def all_of(address: str) -> QuerySet[Suppression]:
    """Return every suppression that bars this normalised address: its own, its hash, its domain."""
    return _of(address)


def suppression_notice(address: str) -> str:
    """Return a message to the owner of this normalised address on why it is suppressed and what to do, or empty."""
    return _notice(_of(address))


def barrier_to_confirming(address: str) -> str:
    """Return a message on why this normalised address gets no confirmation email, or empty.

    An erased person gets one: they alone can end the erasure, by confirming from the mailbox.
    """
    return _notice(_of(address).exclude(reason=SuppressionReason.ERASED))


def ignore_events_before(now: datetime, *, email: str) -> None:
    """Ignore events before `now` for this normalised address: consent was given, or a suppression removed."""
    Subscriber.objects.filter(email=email).update(events_count_from=now)


def events_count_from(subscribers: Iterable[int]) -> dict[int, datetime | None]:
    """Return by id since when events about a subscriber count; None means always. Deleted ones are left out."""
    ids = list(dict.fromkeys(subscribers))
    found: dict[int, datetime | None] = {}
    for begin in range(0, len(ids), 5000):  # SQLite takes 32,766 values per statement
        rows = Subscriber.objects.filter(pk__in=ids[begin : begin + 5000])
        found.update(rows.values_list("pk", "events_count_from"))
    return found


def remove_own_request(address: str) -> bool:
    """Remove the person's own request never to be mailed or to be erased, but no other suppression.

    `address` is normalised.
    """
    gone, _ = _of(address).filter(reason__in=[SuppressionReason.PERSON, SuppressionReason.ERASED]).delete()
    return bool(gone)


def suppressed(addresses: Collection[str]) -> set[str]:
    """Return those of these normalised addresses (at most a few thousand) that must not be mailed."""
    found = {row[0] for row in fetch_among(SUPPRESSED, addresses)}
    by_domain: dict[str, set[str]] = {}
    for address in addresses:
        by_domain.setdefault(address.rpartition("@")[2], set()).add(address)
    for domain in Suppression.objects.filter(domain__in=by_domain).values_list("domain", flat=True):
        found |= by_domain[domain or ""]
    return found | erased(addresses)


def erased(addresses: Collection[str]) -> set[str]:
    """Return those of these normalised addresses (at most a few thousand) whose owners were erased."""
    if not Suppression.objects.exclude(address_hash=None).exists():
        return set()
    known = {each: address for address in addresses for each in hashes(address)}
    rows = Suppression.objects.filter(address_hash__in=known).values_list("address_hash", flat=True)
    return {known[each] for each in rows if each}


def _replaced_by(reason: str) -> list[SuppressionReason]:
    return [SuppressionReason.DOMAIN, *([SuppressionReason.ERASED] if reason == SuppressionReason.PERSON else [])]


def _notice(rows: QuerySet[Suppression]) -> str:
    found = rows.first()
    return f"{BARRIERS[SuppressionReason(found.reason)]} {CONTACT_US}" if found else ""


def _of(address: str) -> QuerySet[Suppression]:
    domain = address.rpartition("@")[2]
    return Suppression.objects.filter(Q(email=address) | Q(address_hash__in=hashes(address)) | Q(domain=domain))
