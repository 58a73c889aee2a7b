"""IP address of the client, as far as it can be trusted, and its network."""

from django.conf import settings
from django.http import HttpRequest

from newsletter.lib.ip_networks import network_of, normalise_ip

UNKNOWN = "unknown"


def address(request: HttpRequest) -> str:
    """Return the normalised address of the client.

    Each of our proxies appends the address of its peer to X-Forwarded-For; entries further left come from the client
    and cannot be trusted. A request that bypassed a proxy has fewer entries; then the connection's address is used.
    """
    forwarded = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if one.strip()]
    count: int = settings.TRUSTED_PROXY_COUNT
    if count and len(forwarded) >= count and (found := _normalise(forwarded[-count])):
        return found
    return _normalise(request.META.get("REMOTE_ADDR", "")) or UNKNOWN


def network(of: str) -> str:
    """Return the network of an address: /24 for IPv4, /64 (one subscriber line) for IPv6."""
    return of if of == UNKNOWN else network_of(of)


def _normalise(written: str) -> str:
    """Return an address without port, brackets or zone, and mapped IPv4 as IPv4; empty for anything else."""
    bare = written.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    return normalise_ip(bare)
