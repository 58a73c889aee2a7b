"""Who asks: the network address of a request, as far as it can be believed, and the network it is in."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"


def address(request: HttpRequest) -> str:
    """The address of the client, in its usual spelling.

    Each proxy of ours adds to X-Forwarded-For, on the right, the address that asked it; what stands further left is
    said by the client. A request that came past a proxy has fewer entries, and is known by its connection.
    """
    said = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if one.strip()]
    count: int = settings.TRUSTED_PROXY_COUNT
    if count and len(said) >= count and (found := _spelled(said[-count])):
        return found
    return _spelled(request.META.get("REMOTE_ADDR", "")) or UNKNOWN


def network(of: str) -> str:
    """The network of an address: 256 IPv4 addresses, or the IPv6 network that one line has (/64)."""
    if of == UNKNOWN:
        return of
    bits = 64 if isinstance(ip_address(of), IPv6Address) else 24
    return str(ip_network(f"{of}/{bits}", strict=False))


def _spelled(written: str) -> str:
    """An address without port, brackets or zone, IPv4 as IPv4; empty for anything else."""
    bare = written.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare.partition("%")[0])
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)
