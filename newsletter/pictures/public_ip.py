"""Which addresses of the network may be asked for a picture: public ones, and no others. Pure.

Whoever queues a story names the address that our server opens. Without this, that could be the database's, a
router's, or the one where a cloud hands out its keys.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

# Python's own judgement differs between its releases, so what matters is written out as well (RFC 6890 and its
# registries of special purpose addresses).
DENIED_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carriers' own
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local: there clouds hand out keys
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
# Only what is handed out as global unicast can be public; in it some networks are set apart.
GLOBAL_6 = IPv6Network("2000::/3")
DENIED_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments, Teredo among them
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: IPv4 in disguise
            "3fff::/20",  # documentation
        ),
    )
)
TRANSLATED = IPv6Network("64:ff9b::/96")  # how networks without IPv4 reach it (RFC 6052)


def is_public(address: Address) -> bool:
    """May anybody's web server be there?"""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in DENIED_4)
    if address.scope_id:
        return False  # it names one of our own cables
    if address in TRANSLATED:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    return address in GLOBAL_6 and address.is_global and not any(address in network for network in DENIED_6)
