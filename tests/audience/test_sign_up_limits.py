"""Limits on sign-ups: exact, by network and by address."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from newsletter.audience import sign_up_limits
from newsletter.audience.models import SignUpCount


def admitted(addresses: Iterator[str] | list[str], now: datetime) -> int:
    return sum(sign_up_limits.admit_network(address, now=now) for address in addresses)


def test_one_address_signs_up_five_times_a_minute_and_twenty_times_an_hour(publication: object, now: datetime) -> None:
    assert admitted(["192.0.2.1"] * 9, now) == 5
    later = [now + timedelta(minutes=2 * step) for step in range(1, 6)]
    assert [admitted(["192.0.2.1"] * 9, moment) for moment in later] == [5, 5, 5, 0, 0]
    assert admitted(["192.0.2.1"], now + timedelta(hours=1, minutes=1)) == 1


@pytest.mark.parametrize(
    "pattern", ["192.0.2.{}", "2001:db8:1:{}::1"]
)  # neighbours in one IPv4 /24, and lines of one IPv6 /48
def test_a_network_has_a_limit_of_its_own(publication: object, now: datetime, pattern: str) -> None:
    assert admitted((pattern.format(number) for number in range(1, 100)), now) == 60


def test_a_line_with_ipv6_is_one_visitor_whatever_address_it_takes(publication: object, now: datetime) -> None:
    assert admitted((f"2001:db8::{number:x}" for number in range(1, 50)), now) == 5


def test_a_refused_sign_up_does_not_count(publication: object, now: datetime) -> None:
    admitted(["192.0.2.1"] * 50, now)
    assert admitted((f"192.0.2.{number}" for number in range(2, 99)), now) == 55


def test_a_mailbox_gets_three_confirmations_in_thirty_days(publication: object, now: datetime) -> None:
    days = [now + timedelta(days=day) for day in range(40)]
    given = [day for day in days if sign_up_limits.admit_confirmation("rita@example.org", now=day)]
    assert [(day - now).days for day in given] == [0, 1, 2, 30, 31, 32]
    sign_up_limits.forget_address("rita@example.org")
    assert sign_up_limits.admit_confirmation("rita@example.org", now=days[-1])


def test_the_table_names_nobody_and_is_cleaned(publication: object, now: datetime) -> None:
    sign_up_limits.admit_confirmation("rita@example.org", now=now)
    admitted(["192.0.2.1"], now)
    assert {len(key) for key in SignUpCount.objects.values_list("key_hash", flat=True)} == {64}
    sign_up_limits.forget_old(now=now + timedelta(days=29))
    assert SignUpCount.objects.count() == 3
    sign_up_limits.forget_old(now=now + timedelta(days=31))
    assert not SignUpCount.objects.exists()
