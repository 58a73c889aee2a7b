"""The network of an IP address, which is stored where the whole address would be too much."""

from ipaddress import IPv6Address, ip_address, ip_network


def network_of(address: str) -> str:
    """Return the network of an address: /24 for IPv4, /64 (one subscriber line) for IPv6."""
    bits = 64 if isinstance(ip_address(address), IPv6Address) else 24
    return str(ip_network(f"{address}/{bits}", strict=False))
