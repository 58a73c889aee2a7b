"""Sums as people and donation platforms write them. What can be read in two ways is refused."""

import re

from newsletter.giving.donation_platforms import minor_unit_digits
from newsletter.lib.errors import BadInput

SUM = "Write it like 25 or 1,250.00."
WHOLE = r"(\d{1,12}|\d{1,3}(?:%s\d{3}){1,4})"
# by the most digits behind the point: 1250, 1,250 or 1,250.00; and 1250,00 or 1.250,00
PLAIN = {most: re.compile(WHOLE % "," + rf"(?:\.(\d{{1,{most}}}))?", re.ASCII) for most in (2, 3)}
WITH_COMMA = {most: re.compile(WHOLE % r"\." + rf",(\d{{1,{most}}})", re.ASCII) for most in (2, 3)}


def parse_minor_units(written: str, currency: str, *, field: str) -> int:
    """A sum in the smallest unit of its currency; raises `BadInput`, which does not repeat it."""
    bare = written.strip(" \u00a0$€£₪₹¥")
    digits = minor_unit_digits(currency)
    most = digits or 2  # 3000.00 yen are 3000
    plain, with_comma = PLAIN[most].fullmatch(bare), WITH_COMMA[most].fullmatch(bare)
    if plain and with_comma:  # 1,250 in a currency with thousandths
        raise BadInput(field, "can be read in two ways.", "Write it like 1250 or 1.250, without a comma.")
    if not (parts := plain or with_comma):
        raise BadInput(field, "is not a sum.", SUM)
    whole = int(re.sub(r"\D", "", parts[1], flags=re.ASCII))
    rest = int((parts[2] or "").ljust(most, "0"))
    if rest and not digits:
        raise BadInput(field, f"has a fraction, and {currency} has none.", SUM)
    units: int = whole * 10**digits + (rest if digits else 0)
    return units
