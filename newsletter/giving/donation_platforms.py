"""Where an amount's button leads: a URL template of the newsroom's own, and how those of known platforms look. Pure.

A template holds `{amount}`, the whole amount, or `{cents}`, the same in the smallest unit as Stripe counts it.
Platforms change their addresses without telling: a preset is a beginning, to be tried with one click.
"""

import re
from typing import NamedTuple

from newsletter.lib.errors import BadInput
from newsletter.lib.web_urls import validate_web_url, with_ascii_host
from newsletter.mail.text_cleaning import escape_merge_tags_in_url

# All currencies of ISO 4217 without a smaller unit, and all that have thousandths
WHOLE = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
# Where Stripe differs: https://docs.stripe.com/currencies, “zero-decimal currencies” and “special cases”
STRIPE_DECIMALS = {"ISK": 2, "UGX": 2, "MGA": 0}
PLACES = re.compile(r"\{([^{}]*)\}")


class Platform(NamedTuple):
    """`template` is to be completed where it has capitals; `source` says how surely it is known."""

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
    """`value` trimmed, when it is a web address with a place for an amount; raises `BadInput`."""
    given = value.strip()
    names = set(PLACES.findall(given))
    if not names or names - {"amount", "cents"}:
        raise BadInput(field, "has no place for the amount.", "Write {amount} where it goes, or {cents}.")
    if "YOUR-" in given:
        raise BadInput(field, "is not complete.", "Put your own in place of what begins with YOUR-.")
    validate_web_url(PLACES.sub("1", given), field=field)
    if PLACES.search(given.partition("://")[2].partition("/")[0]):
        raise BadInput(field, "has the amount in its host.", "Write it behind the host, as in ?amount={amount}.")
    return escape_merge_tags_in_url(with_ascii_host(given))


def minor_unit_digits(currency: str) -> int:
    """How many digits of the smallest unit make a whole one: 2, where it is not known otherwise."""
    return 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2


def stripe_decimals(currency: str) -> int:
    """The same as Stripe counts it in its links and calls."""
    return STRIPE_DECIMALS.get(currency, minor_unit_digits(currency))


def donation_url(template: str, *, amount: int, currency: str) -> str:
    """Where the button of `amount` leads."""
    cents = amount * 10 ** stripe_decimals(currency)
    return template.replace("{amount}", str(amount)).replace("{cents}", str(cents))
