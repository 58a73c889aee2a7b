"""Donation URLs for an appeal's amounts: the newsroom's URL template, and presets for known platforms. Pure.

A template contains `{amount}`, the whole amount, or `{cents}`, the amount in the smallest unit as Stripe counts it.
Platforms change their URLs without notice, so a preset is a starting point that the user should test.
"""

import re
from typing import NamedTuple

from newsletter.lib.errors import BadInput
from newsletter.lib.web_urls import validate_web_url, with_ascii_host
from newsletter.mail.text_cleaning import escape_merge_tags_in_url

# ISO 4217 currencies without a minor unit, and those with three decimals
ZERO_DECIMAL_CURRENCIES = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
THREE_DECIMAL_CURRENCIES = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
# Exceptions of Stripe: https://docs.stripe.com/currencies, “zero-decimal currencies” and “special cases”
STRIPE_DECIMALS = {"ISK": 2, "UGX": 2, "MGA": 0}
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Platform(NamedTuple):
    """A preset. The parts of `template` in capitals must be completed; `source` says how reliable it is."""

    name: str
    template: str
    source: str


PLATFORMS = {
    "stripe": Platform(
        "Stripe payment link",
        "https://buy.stripe.com/YOUR-LINK?__prefilled_amount={cents}",
        "in use on many public sites; for links where the customer chooses what to pay",
    ),
    "donorbox": Platform(
        "Donorbox",
        "https://donorbox.org/YOUR-CAMPAIGN?default_interval=o&amount={amount}",
        "in use on public sites; default_interval o is once, m is monthly",
    ),
    "givebutter": Platform(
        "Givebutter",
        "https://YOUR-SITE/donate?amount={amount}",
        "docs.givebutter.com/widgets/advanced/url-prefill; the page that carries the widget",
    ),
    "fundraiseup": Platform(
        "Fundraise Up",
        "https://YOUR-SITE/?form=YOUR-FORM&amount={amount}",
        "form is in use on public sites; amount is not confirmed: try it first",
    ),
    "own": Platform("A page of your own", "https://YOUR-SITE/give?amount={amount}", "whatever your page understands"),
}


def validate_url_template(value: str, *, field: str) -> str:
    """Return `value` trimmed if it is a web address with an amount placeholder; raise `BadInput` otherwise."""
    given = value.strip()
    names = set(PLACEHOLDER.findall(given))
    if not names or names - {"amount", "cents"}:
        raise BadInput(field, "has no placeholder for the amount.", "Add {amount} or {cents} where the amount goes.")
    if "YOUR-" in given:
        raise BadInput(field, "is incomplete.", "Replace the parts that begin with YOUR-.")
    validate_web_url(PLACEHOLDER.sub("1", given), field=field)
    if PLACEHOLDER.search(given.partition("://")[2].partition("/")[0]):
        raise BadInput(field, "has the amount in the host name.", "Put it after the host name, as in ?amount={amount}.")
    return escape_merge_tags_in_url(with_ascii_host(given))


def minor_unit_digits(currency: str) -> int:
    """Return the number of decimals of a currency: 2 unless known otherwise."""
    return 0 if currency in ZERO_DECIMAL_CURRENCIES else 3 if currency in THREE_DECIMAL_CURRENCIES else 2


def stripe_decimals(currency: str) -> int:
    """Return the number of decimals that Stripe uses in its links and API."""
    return STRIPE_DECIMALS.get(currency, minor_unit_digits(currency))


def donation_url(template: str, *, amount: int, currency: str) -> str:
    """Return the donation URL for `amount`."""
    cents = amount * 10 ** stripe_decimals(currency)
    return template.replace("{amount}", str(amount)).replace("{cents}", str(cents))
