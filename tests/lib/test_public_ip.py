from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis.strategies import ip_addresses

from newsletter.lib.public_ip import is_public


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "64:ff9b::5db8:d70e"])
def test_public_addresses_may_be_asked(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
        *("172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9", "192.0.2.1", "192.88.99.1", "192.168.1.1"),
        *("198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:93.184.215.14", "64:ff9b::a00:1", "64:ff9b::7f00:1"),
        *("64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:5db8:d70e::1", "3fff::1"),
        *("::ffff:0:127.0.0.1", "::ffff:0:93.184.215.14", "4000::1", "1::1", "8000::1", "64:ff9a::1", "e000::1"),
        *("5f00::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "2606:4700::1111%eth0", "fec0::1", "ff02::1"),
    ],
)
def test_all_others_may_not(address: str) -> None:
    assert not is_public(ip_address(address))


@given(ip_addresses(v=6))
def test_nothing_outside_global_unicast_and_translated_ipv4_is_public(address: IPv6Address) -> None:
    if is_public(address):
        assert address in IPv6Network("2000::/3") or address in IPv6Network("64:ff9b::/96")


@given(ip_addresses(v=4))
def test_an_address_in_disguise_is_no_more_public_than_itself(address: IPv4Address) -> None:
    assert not is_public(ip_address(f"::ffff:{address}"))
    assert is_public(ip_address(int(ip_address("64:ff9b::")) + int(address))) == is_public(address)
