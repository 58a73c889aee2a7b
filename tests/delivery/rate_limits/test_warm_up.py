"""The plan of a domain that is new to mailboxes."""

import pytest

from newsletter.delivery.models import WarmUp
from newsletter.delivery.rate_limits import warm_up
from newsletter.lib.errors import BadInput, InvalidState
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
DAY = MONDAY.date()


@pytest.mark.parametrize("domain", ["", "@", "example", "two words.example", f"{'a' * 63}." * 4 + "example"])
def test_only_a_domain_is_warmed_up(domain: str) -> None:
    with pytest.raises(BadInput, match="domain"):
        warm_up.add(domain, starts_on=DAY, daily=[10])
    assert not WarmUp.objects.exists()


@pytest.mark.parametrize("daily", [[], [0], [5, -1], [1] * (warm_up.MAX_DAYS + 1), [warm_up.MAX_DAILY_READERS + 1]])
def test_a_plan_has_a_number_of_readers_for_each_of_its_days(daily: list[int]) -> None:
    with pytest.raises(BadInput, match="plan"):
        warm_up.add("example.org", starts_on=DAY, daily=daily)
    assert not WarmUp.objects.exists()


def test_the_longest_plan_and_the_largest_day_are_taken() -> None:
    plan = [1] * (warm_up.MAX_DAYS - 1) + [warm_up.MAX_DAILY_READERS]
    assert warm_up.add("example.org", starts_on=DAY, daily=plan).daily == plan


def test_a_domain_is_the_same_however_it_is_written_and_has_one_plan() -> None:
    warm_up.add("example.org", starts_on=DAY, daily=[10])
    warm_up.add(" @Example.ORG. ", starts_on=DAY, daily=[20])
    assert WarmUp.objects.get().daily == [20]
    warm_up.remove("@EXAMPLE.org ")
    with pytest.raises(InvalidState, match=r"example\.org"):
        warm_up.remove("example.org")


def test_the_plan_by_default_is_for_the_readers_of_publications_of_that_domain_that_do_not_rest() -> None:
    for sender, is_active, readers in (
        ("a@Example.org", True, 300),
        ("b@example.org", False, 900),
        ("c@sub.example.org", True, 900),
    ):
        make.readers(make.publication(sender_email=sender, is_active=is_active), readers)
    assert warm_up.add("example.org", starts_on=DAY).daily == [250, 500]
