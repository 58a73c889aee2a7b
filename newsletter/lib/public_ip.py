"""Decide which IP addresses may be fetched from: only public ones. Pure.

A user chooses the address that our server opens. Without this check it could be the database, a router, or a cloud's
metadata service that returns credentials (server-side request forgery).
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

# Python's `is_global` differs between releases, so the important networks are listed too (RFC 6890 and its registries
# of special-purpose addresses).
DENIED_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier-grade NAT
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local, with cloud metadata services
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
# Only global unicast can be public, except these networks in it.
GLOBAL_6 = IPv6Network("2000::/3")
DENIED_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments, including Teredo
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, which embeds IPv4 addresses
            "3fff::/20",  # documentation
        ),
    )
)
NAT64 = IPv6Network("64:ff9b::/96")  # NAT64: IPv4 addresses reached from IPv6-only networks (RFC 6052)


def is_public(address: Address) -> bool:
    """Return True if the address is public."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in DENIED_4)
    if address.scope_id:
        return False  # a scope id refers to a local interface
    if address in NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    return address in GLOBAL_6 and address.is_global and not any(address in network for network in DENIED_6)
