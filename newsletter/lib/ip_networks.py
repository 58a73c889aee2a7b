"""IP addresses in one spelling, and their networks, which are stored where the whole address would be too much."""

from ipaddress import IPv6Address, ip_address, ip_network


def network_of(address: str) -> str:
    """Return the network of an address: /24 for IPv4, /64 (one subscriber line) for IPv6."""
    bits = 64 if isinstance(ip_address(address), IPv6Address) else 24
    return str(ip_network(f"{address}/{bits}", strict=False))


def normalise_ip(written: str) -> str:
    """Return an IP address without its zone, and mapped IPv4 as IPv4; empty for anything else."""
    try:
        found = ip_address(written.strip().partition("%")[0])
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)
