"""From where a request comes, with and without proxies of ours."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from newsletter.web.shared import client_address


@pytest.mark.parametrize(
    ("count", "forwarded", "seen"),
    [
        (0, "203.0.113.1", "192.0.2.1"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "198.51.100.1, 203.0.113.1", "203.0.113.1"),
        (2, "198.51.100.1, 203.0.113.1, 172.18.0.1", "203.0.113.1"),
        (2, "203.0.113.1", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "nonsense", "192.0.2.1"),
        (1, "203.0.113.1:4711", "203.0.113.1"),
        (1, "[2001:DB8::1]:4711", "2001:db8::1"),
        (1, "2001:db8:0::1", "2001:db8::1"),
        (1, "::ffff:203.0.113.1", "203.0.113.1"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "203.0.113.1,", "203.0.113.1"),
    ],
)
def test_a_client_is_known_by_what_our_own_proxies_say(
    count: int, forwarded: str, seen: str, settings: Settings
) -> None:
    settings.TRUSTED_PROXY_COUNT = count
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address.address(request) == seen


def test_a_connection_without_an_address_is_unknown() -> None:
    assert client_address.address(RequestFactory().get("/", REMOTE_ADDR="")) == client_address.UNKNOWN
    assert client_address.network(client_address.UNKNOWN) == client_address.UNKNOWN


@pytest.mark.parametrize(
    ("address", "network"), [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64")]
)
def test_addresses_of_one_line_are_one_network(address: str, network: str) -> None:
    assert client_address.network(address) == network
