"""Where an amount leads."""

import pytest

from newsletter.giving import donation_urls
from newsletter.giving.donation_urls import PLATFORMS, donation_url
from newsletter.lib.errors import BadInput


def test_an_amount_is_given_in_whole_units_or_in_the_smallest_ones() -> None:
    assert donation_url("https://x.org/?a={amount}", amount=25, currency="USD") == "https://x.org/?a=25"
    assert donation_url("https://x.org/?a={cents}", amount=25, currency="USD") == "https://x.org/?a=2500"
    assert donation_url("https://x.org/?a={cents}", amount=2500, currency="JPY") == "https://x.org/?a=2500"
    assert donation_url("https://x.org/?a={cents}", amount=25, currency="KWD") == "https://x.org/?a=25000"


@pytest.mark.parametrize("currency", ["BIF", "DJF", "GNF", "KMF", "MGA", "RWF", "VUV", "XPF"])
def test_a_currency_without_cents_is_given_to_stripe_as_it_is(currency: str) -> None:
    assert donation_url("https://x.org/?a={cents}&b={amount}", amount=5, currency=currency) == "https://x.org/?a=5&b=5"


@pytest.mark.parametrize("currency", ["ISK", "UGX"])
def test_two_currencies_without_cents_have_some_with_stripe_and_nowhere_else(currency: str) -> None:
    assert donation_url("https://x.org/?a={cents}", amount=5, currency=currency) == "https://x.org/?a=500"
    assert donation_urls.minor_unit_digits(currency) == 0


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_preset_is_taken_once_it_is_completed_and_not_before(name: str) -> None:
    preset = PLATFORMS[name].template
    with pytest.raises(BadInput, match="is incomplete"):
        donation_urls.validate_url_template(preset, field="url")
    mine = preset.replace("YOUR-SITE", "news.example.org").replace("YOUR-", "my-")
    assert donation_urls.validate_url_template(f" {mine} ", field="url") == mine


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "https://x.org/give",
        "https://x.org/?a={sum}",
        "https://x.org/?a={amount}&b={reader}",
        "https://{amount}.org/",
        "javascript:{amount}",
        "x.org/{amount}",
        "https://x.org/ {amount}",
    ],
)
def test_what_leads_nowhere_is_refused(wrong: str) -> None:
    with pytest.raises(BadInput):
        donation_urls.validate_url_template(wrong, field="url")
