"""Parse amounts of money as people and donation platforms write them. Ambiguous formats are rejected."""

import re

from newsletter.giving.donation_urls import minor_unit_digits
from newsletter.lib.errors import BadInput

AMOUNT_HINT = "Use a format such as 25 or 1,250.00."
WHOLE = r"(\d{1,12}|\d{1,3}(?:%s\d{3}){1,4})"
# by the maximum number of decimals: 1250, 1,250 or 1,250.00; and 1250,00 or 1.250,00
PLAIN = {
    max_decimals: re.compile(WHOLE % "," + rf"(?:\.(\d{{1,{max_decimals}}}))?", re.ASCII) for max_decimals in (2, 3)
}
WITH_COMMA = {
    max_decimals: re.compile(WHOLE % r"\." + rf",(\d{{1,{max_decimals}}})", re.ASCII) for max_decimals in (2, 3)
}


def parse_minor_units(written: str, currency: str, *, field: str) -> int:
    """Return an amount in the smallest unit of its currency; raise `BadInput`, which does not repeat the value."""
    cleaned = written.strip(" \u00a0$€£₪₹¥")
    digits = minor_unit_digits(currency)
    max_decimals = digits or 2  # 3000.00 yen are 3000
    plain, with_comma = PLAIN[max_decimals].fullmatch(cleaned), WITH_COMMA[max_decimals].fullmatch(cleaned)
    if plain and with_comma:  # 1,250 in a currency with thousandths
        raise BadInput(field, "is ambiguous.", "Use a format such as 1250 or 1.250, without a comma.")
    if not (parts := plain or with_comma):
        raise BadInput(field, "is not an amount.", AMOUNT_HINT)
    whole = int(re.sub(r"\D", "", parts[1], flags=re.ASCII))
    rest = int((parts[2] or "").ljust(max_decimals, "0"))
    if rest and not digits:
        raise BadInput(field, f"has decimals, but {currency} has none.", AMOUNT_HINT)
    units: int = whole * 10**digits + (rest if digits else 0)
    return units
