"""Validate the figures of an appeal: suggested amounts, the thermometer, and the match with its end."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from newsletter.giving import donation_urls
from newsletter.giving.models import Appeal
from newsletter.lib.errors import BadInput
from newsletter.lib.model_validation import field_label

MAX_AMOUNTS = 3
MAX_AMOUNT = 1_000_000_000  # whole units; a larger number is a typing error
TEXT = ("currency", "amount_url", "match")
TIME_HINT = "Enter a date, a time and a time zone."


def validate_amounts(value: object, *, field: str = "amounts") -> list[int]:
    """Return up to three different whole amounts, in the given order; raise `BadInput` otherwise."""
    hint = f"Enter up to {MAX_AMOUNTS} whole numbers, such as 10, 25 and 50."
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) > MAX_AMOUNTS:
        raise BadInput(field, f"are not a list of at most {MAX_AMOUNTS}.", hint)
    if not all(isinstance(each, int) and not isinstance(each, bool) and 1 <= each <= MAX_AMOUNT for each in value):
        raise BadInput(field, "contain something other than whole amounts.", hint)
    if len(set(value)) < len(value):
        raise BadInput(field, "contain the same amount twice.", hint)
    return list(value)


def validate_currency(value: str, *, field: str = "currency") -> str:
    """Return the three-letter code in capitals; raise `BadInput`, which does not repeat the value."""
    code = value.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise BadInput(field, "is not three letters.", "Enter a currency code such as USD.")
    return code


def validate_figures(appeal: Appeal) -> None:
    """Raise `BadInput` for invalid or inconsistent figures."""
    if appeal.amounts and not appeal.amount_url:
        raise BadInput(
            field_label(appeal, "amount_url"),
            "is empty, but there are amounts.",
            "Enter the address that the amount buttons link to.",
        )
    if appeal.amount_url:
        donation_urls.validate_url_template(appeal.amount_url, field=field_label(appeal, "amount_url"))
    _check_thermometer(appeal)
    if appeal.match_ends_at and not appeal.match:
        raise BadInput("match", "is empty, but it has an end.", "Enter who matches gifts, and up to what amount.")
    moment: object = appeal.match_ends_at
    if moment is not None and not (isinstance(moment, datetime) and moment.tzinfo):
        raise BadInput(field_label(appeal, "match_ends_at"), "is not a time with a time zone.", TIME_HINT)


def _check_thermometer(appeal: Appeal) -> None:
    """Check goal, raised amount and date: all three or none, because a figure without its date becomes outdated."""
    named = {name: getattr(appeal, name) for name in ("goal", "raised", "raised_on")}
    missing = [name for name, value in named.items() if value is None]
    if 0 < len(missing) < len(named):
        raise BadInput(field_label(appeal, missing[0]), "is empty.", "Enter all three: goal, amount raised and date.")
    for name in ("goal", "raised"):
        number: object = named[name]
        minimum = 1 if name == "goal" else 0
        if number is not None and not (isinstance(number, int) and minimum <= number <= MAX_AMOUNT):
            raise BadInput(name, "is not a whole amount.", f"Enter a whole number, at least {minimum}.")
    if named["raised_on"] is not None and type(named["raised_on"]) is not date:
        raise BadInput(field_label(appeal, "raised_on"), "is not a date.", "Enter a date such as 2026-12-01.")
