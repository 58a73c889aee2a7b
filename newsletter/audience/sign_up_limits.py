"""Limits on sign-ups, by network and by address, so that a form cannot be used to flood a mailbox (list bombing).

Counts are exact, also for requests at the same time: the row of a key is locked while it is read and written. Keys are
keyed hashes, so the table names no reader and no network.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from newsletter.audience.address_hashes import hashes
from newsletter.audience.models import SignUpCount

MONTH = timedelta(days=30)
LONGEST = MONTH


class SignUpLimit(NamedTuple):
    """At most `maximum` in the span before any moment."""

    maximum: int
    span: timedelta


def admit_network(client: str, *, now: datetime) -> bool:
    """Count a sign-up from the IP address `client`. Return False, and count nothing, if its networks are at a limit."""
    minute = SignUpLimit(settings.SIGN_UPS_PER_MINUTE, timedelta(minutes=1))
    hour = SignUpLimit(settings.SIGN_UPS_PER_HOUR, timedelta(hours=1))
    wide = SignUpLimit(settings.SIGN_UPS_PER_HOUR_IN_NETWORK, timedelta(hours=1))
    near, far = _networks(client)
    with transaction.atomic():
        if _admit(f"near {near}", [minute, hour], now=now) and _admit(f"far {far}", [wide], now=now):
            return True
        transaction.set_rollback(True)
        return False


def admit_confirmation(address: str, *, now: datetime) -> bool:
    """Count a confirmation email to a normalised address. Return False if it has had as many as it may."""
    with transaction.atomic():
        return _admit(_address_key(address), [SignUpLimit(settings.CONFIRMATIONS_PER_MONTH, MONTH)], now=now)


def forget_address(address: str) -> None:
    """Forget the confirmation emails to a normalised address: its owner confirmed, or is erased."""
    SignUpCount.objects.filter(key_hash__in=hashes(_address_key(address))).delete()


def forget_old(*, now: datetime) -> None:
    """Delete counts that no limit reads any more."""
    SignUpCount.objects.filter(last_at__lt=now - LONGEST).delete()


def _networks(client: str) -> tuple[str, str]:
    """Return the IPv4 address or IPv6 /64, and the IPv4 /24 or IPv6 /48."""
    try:
        address = ip_address(client)
    except ValueError:
        return client, client
    near, far = (32, 24) if isinstance(address, IPv4Address) else (64, 48)
    return tuple(str(ip_network(f"{address}/{bits}", strict=False)) for bits in (near, far))  # type: ignore[return-value]


def _address_key(address: str) -> str:
    return f"address {address}"


def _admit(key: str, limits: Sequence[SignUpLimit], *, now: datetime) -> bool:
    key_hash = hashes(key)[0]
    # one locked look-up: `forget_address` or `forget_old` may delete the row at any moment
    row, _ = SignUpCount.objects.select_for_update().get_or_create(key_hash=key_hash, defaults={"last_at": now})
    at, longest = now.timestamp(), max(limit.span for limit in limits)
    times = [time for time in row.times if time > at - longest.total_seconds()]
    if any(sum(time > at - limit.span.total_seconds() for time in times) >= limit.maximum for limit in limits):
        return False
    row.times, row.last_at = [*times, at], now
    row.save(update_fields=["times", "last_at"])
    return True
