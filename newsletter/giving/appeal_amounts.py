"""The figures of an appeal, checked: amounts and where they lead, how much was given, and a match with its end."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from newsletter.giving import donation_platforms
from newsletter.giving.models import Appeal
from newsletter.lib.errors import BadInput
from newsletter.lib.model_validation import field_label

MOST_AMOUNTS = 3
LARGEST = 1_000_000_000  # whole units; a larger number is a slip of the finger
TEXT = ("currency", "amount_url", "match")
MOMENT = "Give a date, a time and its zone."


def amounts(value: object, *, field: str = "amounts") -> list[int]:
    """Up to three different whole amounts, as they were ordered; raises `BadInput`."""
    hint = f"Give up to {MOST_AMOUNTS} whole numbers, such as 10, 25 and 50."
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) > MOST_AMOUNTS:
        raise BadInput(field, f"are not a list of at most {MOST_AMOUNTS}.", hint)
    if not all(isinstance(each, int) and not isinstance(each, bool) and 1 <= each <= LARGEST for each in value):
        raise BadInput(field, "hold something else than whole amounts.", hint)
    if len(set(value)) < len(value):
        raise BadInput(field, "hold one of them twice.", hint)
    return list(value)


def currency(value: str, *, field: str = "currency") -> str:
    """Its three letters, as capitals; raises `BadInput`, which does not repeat what was given."""
    code = value.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise BadInput(field, "is not three letters.", "Give its code, such as USD.")
    return code


def check(appeal: Appeal) -> None:
    """Raises `BadInput` for figures that do not belong together."""
    if appeal.amounts and not appeal.amount_url:
        raise BadInput(
            field_label(appeal, "amount_url"), "is empty, and there are amounts.", "Say where an amount's button leads."
        )
    if appeal.amount_url:
        donation_platforms.validate_url_template(appeal.amount_url, field=field_label(appeal, "amount_url"))
    _check_thermometer(appeal)
    if appeal.match_ends_at and not appeal.match:
        raise BadInput("match", "is empty, and it has an end.", "Say who doubles gifts, and up to what.")
    moment: object = appeal.match_ends_at
    if moment is not None and not (isinstance(moment, datetime) and moment.tzinfo):
        raise BadInput(field_label(appeal, "match_ends_at"), "is not a moment with a time zone.", MOMENT)


def _check_thermometer(appeal: Appeal) -> None:
    """A goal, what was given, and as of when: all three or none, because a figure without its day grows untrue."""
    named = {name: getattr(appeal, name) for name in ("goal", "raised", "raised_on")}
    missing = [name for name, value in named.items() if value is None]
    if 0 < len(missing) < len(named):
        raise BadInput(field_label(appeal, missing[0]), "is empty.", "A thermometer needs goal, sum and day.")
    for name in ("goal", "raised"):
        number: object = named[name]
        least = 1 if name == "goal" else 0
        if number is not None and not (isinstance(number, int) and least <= number <= LARGEST):
            raise BadInput(name, "is not a whole amount.", f"Give a whole number, at least {least}.")
    if named["raised_on"] is not None and type(named["raised_on"]) is not date:
        raise BadInput(field_label(appeal, "raised_on"), "is not a date.", "Give a day such as 2026-12-01.")
