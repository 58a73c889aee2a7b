from newsletter.delivery.models import WarmUp
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.support import factories as make


def test_a_plan_is_added_listed_replaced_and_removed(newsletter: Command) -> None:
    made = newsletter("warm-ups", "add", "@Example.org", "--start", "2026-12-01", "--plan", "500, 1000", "--json").data
    assert made == {"domain": "example.org", "starts_on": "2026-12-01", "daily": [500, 1000]}
    assert "example.org 2026-12-01 2" in newsletter("warm-ups", "list").text
    assert "readers a day 100, 2,000" in newsletter("warm-ups", "add", "example.org", "--plan", "100,2000").text
    assert newsletter("warm-ups", "list", "--json").data[0]["starts_on"] == str(clock.now().date())
    assert newsletter("warm-ups", "remove", "example.org").status == 0
    assert newsletter("warm-ups", "remove", "example.org").status == 1
    assert not WarmUp.objects.exists()


def test_the_default_plan_fits_the_readers_of_the_domain(newsletter: Command, publication: Publication) -> None:
    make.readers(publication, 600)
    make.readers(make.publication(sender_email="post@elsewhere.example"), 300)
    assert newsletter("warm-ups", "add", "example.org", "--json").data["daily"] == [250, 500, 1000]


def test_an_invalid_domain_or_plan_is_refused_in_one_line(newsletter: Command, db: None) -> None:
    for wrong in (("localhost",), ("a b.org",), ("example.org", "--plan", "many"), ("example.org", "--plan", "5,0")):
        result = newsletter("warm-ups", "add", *wrong)
        assert (result.status, result.out, result.err.count("\n")) == (1, "", 1), wrong
    assert not WarmUp.objects.exists()
