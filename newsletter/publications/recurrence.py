"""An iCalendar rule (RFC 5545, 3.3.10) of whole days: read strictly, because dateutil reads it loosely.

dateutil counts on for ever with INTERVAL=0, for seconds when no day ever fits, and fails only
in mid-count on a ninth Monday. Whatever could do that is refused here, when somebody types it.
"""

import re
from calendar import monthrange
from datetime import date, datetime, time

from dateutil.rrule import rrule, rrulestr

from newsletter.lib.errors import BadInput

FIELD = "recurrence"
MEND = "Give a rule of days such as FREQ=DAILY or FREQ=WEEKLY;BYDAY=MO,TH. The hour is the sending time."
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
MOST = {"INTERVAL": 366, "COUNT": 100_000}
# Largest number in each list; negative ones count from the end, 0 is nothing.
LISTS = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
DAY = re.compile(r"(?P<nth>[+-]?[1-9]\d?)?(?:MO|TU|WE|TH|FR|SA|SU)", re.ASCII)


def parse(text: str, *, starts_on: date) -> rrule:
    """The rule, counted from `starts_on`; its dates come at midnight without a zone. Raises `BadInput`.

    COUNT and UNTIL (a date, itself included) are allowed, not both: a publication may end.
    """
    parts = _parts(text.strip().upper().removeprefix("RRULE:"))
    frequency = parts.get("FREQ", "")
    if frequency not in FREQUENCIES:
        raise BadInput(FIELD, "does not repeat by days, weeks, months or years.", MEND)
    for name, value in parts.items():
        if not _is_good(name, value, frequency):
            raise BadInput(FIELD, f"{name}={value[:40]} cannot be used.", MEND)
    if "BYSETPOS" in parts and not any(name in parts for name in ("BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY")):
        raise BadInput(FIELD, "says which of several days without naming several.", MEND)
    if not _has_a_day(parts):
        raise BadInput(FIELD, "names a day that no month has.", "Check its months and days.")
    if "COUNT" in parts and "UNTIL" in parts:
        raise BadInput(FIELD, "ends twice.", "Give COUNT or UNTIL, not both.")
    try:
        rule = rrulestr(
            ";".join(f"{name}={value}" for name, value in parts.items()), dtstart=datetime.combine(starts_on, time())
        )
    except (ValueError, TypeError, IndexError):
        raise BadInput(FIELD, f"{text.strip()[:80]!r} is not a rule.", MEND) from None
    assert isinstance(rule, rrule)  # noqa: S101 — one rule without exceptions, as the parts above prove; for mypy
    return rule


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.rstrip(";").split(";"):
        name, _, value = part.partition("=")
        if name in parts:
            raise BadInput(FIELD, f"says {name} twice.", MEND)
        parts[name] = value
    return parts


def _is_good(name: str, value: str, frequency: str) -> bool:
    if name == "FREQ":
        return True
    if name in MOST:
        return _is_number(value) and 1 <= int(value) <= MOST[name]
    if name == "UNTIL":
        return _is_date(value)
    if name == "WKST":
        return value in ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    if name == "BYDAY":
        days = [DAY.fullmatch(day) for day in value.split(",")]
        # "the second Monday" needs a month or a year to be the second of
        nths = [int(day["nth"]) for day in days if day and day["nth"]]
        most = {"MONTHLY": 5, "YEARLY": 53}.get(frequency, 0)
        return all(days) and all(abs(nth) <= most for nth in nths)
    if name == "BYSETPOS" and frequency == "DAILY":
        return False  # a day has no second day in it
    if name in LISTS:
        least = 1 if name == "BYMONTH" else -LISTS[name]
        return all(_is_number(n) and int(n) != 0 and least <= int(n) <= LISTS[name] for n in value.split(","))
    return False


def _has_a_day(parts: dict[str, str]) -> bool:
    """Is any day of BYMONTHDAY in any month of BYMONTH? Found out here, because dateutil looks up to the year 9999."""
    if "BYMONTH" not in parts or "BYMONTHDAY" not in parts:
        return True
    lengths = [monthrange(2024, int(month))[1] for month in parts["BYMONTH"].split(",")]  # a leap year
    return any(abs(int(day)) <= max(lengths) for day in parts["BYMONTHDAY"].split(","))


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d{1,6}", text, re.ASCII) is not None


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"\d{8}", text, re.ASCII):
        return False  # with a time it would end in the middle of a day, and in some other zone
    try:
        date.fromisoformat(f"{text[:4]}-{text[4:6]}-{text[6:]}")
    except ValueError:
        return False
    return True
