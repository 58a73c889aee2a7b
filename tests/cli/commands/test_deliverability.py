"""Sending domains at the command line."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from newsletter.accounts.models import User
from tests.cli.conftest import Command
from tests.support import factories as make
from tests.support.dns_server import DnsServer, dns_server, good_zone


@pytest.fixture
def server(db: None, settings: Settings) -> Iterator[DnsServer]:
    make.publication(slug="morning", sender_email="post@news.example.org")
    with dns_server(good_zone("news.example.org")) as running:
        settings.DNS_RESOLVERS = [running.address]
        yield running


def test_the_command_looks_up_at_once_and_ends_with_1_for_a_missing_record(
    newsletter: Command, server: DnsServer, otto: User
) -> None:
    assert "not looked up yet" in newsletter("deliverability", "show").err
    fine = newsletter("deliverability", "look-up", "news.example.org")
    assert (fine.status, "One SPF record" in fine.out) == (0, True)
    del server.zone["s1._domainkey.news.example.org", "CNAME"], server.zone["s2._domainkey.news.example.org", "CNAME"]
    assert newsletter("deliverability", "look-up").status == 1
    shown = newsletter("deliverability", "show", "--json")
    assert (shown.status, '"state": "bad"' in shown.out) == (1, True)
    unknown = newsletter("deliverability", "look-up", "another.example")
    assert (unknown.status, "No active publication" in unknown.err) == (1, True)
