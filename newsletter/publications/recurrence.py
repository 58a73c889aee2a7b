"""Parser of iCalendar rules (RFC 5545, 3.3.10) of whole days. It is strict, so that a mistake is rejected when typed.

The dates of a rule are computed in `recurrence_dates.py`.
"""

import re
from datetime import date

from newsletter.lib.errors import BadInput
from newsletter.publications.recurrence_dates import MAX_COUNT, Rule

FIELD = "recurrence"
HINT = "Give a rule of days such as FREQ=DAILY or FREQ=WEEKLY;BYDAY=MO,TH. The hour is a separate field."
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
MAX_VALUES = {"INTERVAL": 366, "COUNT": MAX_COUNT}
# Largest number in each list. Negative numbers count from the end; 0 is not allowed.
LISTS = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY = re.compile(r"(?P<nth>[+-]?[1-9]\d?)?(?P<weekday>MO|TU|WE|TH|FR|SA|SU)", re.ASCII)


def parse(text: str, *, starts_on: date) -> Rule:
    """Parse a rule that counts from `starts_on`. Raises `BadInput`.

    COUNT and UNTIL (a date, itself included) are allowed, not both: a publication may end.
    """
    parts = _parts(text.strip().upper().removeprefix("RRULE:"))
    frequency = parts.get("FREQ", "")
    if frequency not in FREQUENCIES:
        raise BadInput(FIELD, "does not repeat by days, weeks, months or years.", HINT)
    for name, value in parts.items():
        if not _is_valid(name, value, frequency):
            raise BadInput(FIELD, f"{name}={value[:40]} cannot be used.", HINT)
    if "BYSETPOS" in parts and not any(name in parts for name in ("BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY")):
        raise BadInput(FIELD, "has BYSETPOS without a list of days.", HINT)
    if "COUNT" in parts and "UNTIL" in parts:
        raise BadInput(FIELD, "has two ends.", "Give COUNT or UNTIL, not both.")
    return _rule(parts, frequency, starts_on)


def _rule(parts: dict[str, str], frequency: str, starts_on: date) -> Rule:
    months, month_days = _numbers(parts, "BYMONTH"), _numbers(parts, "BYMONTHDAY")
    days = [found for day in parts.get("BYDAY", "").split(",") if (found := DAY.fullmatch(day))]
    weekdays = {WEEKDAYS.index(day["weekday"]) for day in days if not day["nth"]}
    nths = {(int(day["nth"]), WEEKDAYS.index(day["weekday"])) for day in days if day["nth"]}
    if not any(name in parts for name in ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO")):
        # the first day supplies what the rule leaves open
        if frequency == "WEEKLY":
            weekdays = {starts_on.weekday()}
        elif frequency in ("MONTHLY", "YEARLY"):
            month_days = frozenset({starts_on.day})
            if frequency == "YEARLY":
                months = months or frozenset({starts_on.month})
    return Rule(
        frequency=frequency,
        starts_on=starts_on,
        interval=int(parts.get("INTERVAL", "1")),
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
        until=_date(parts["UNTIL"]) if "UNTIL" in parts else None,
        week_start=WEEKDAYS.index(parts.get("WKST", "MO")),
        weekdays=frozenset(weekdays),
        nth_weekdays=frozenset(nths),
        months=months,
        month_days=month_days,
        year_days=_numbers(parts, "BYYEARDAY"),
        week_numbers=_numbers(parts, "BYWEEKNO"),
        positions=_numbers(parts, "BYSETPOS"),
    )


def _numbers(parts: dict[str, str], name: str) -> frozenset[int]:
    return frozenset(int(number) for number in parts[name].split(",")) if name in parts else frozenset()


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.rstrip(";").split(";"):
        name, _, value = part.partition("=")
        if name in parts:
            raise BadInput(FIELD, f"has {name} twice.", HINT)
        parts[name] = value
    return parts


def _is_valid(name: str, value: str, frequency: str) -> bool:
    if name == "FREQ":
        return True
    if name in MAX_VALUES:
        return _is_number(value) and 1 <= int(value) <= MAX_VALUES[name]
    if name == "UNTIL":
        return _date(value) is not None
    if name == "WKST":
        return value in WEEKDAYS
    if name == "BYDAY":
        days = [DAY.fullmatch(day) for day in value.split(",")]
        # "the second Monday" needs a month or a year to be the second of
        nths = [int(day["nth"]) for day in days if day and day["nth"]]
        maximum = {"MONTHLY": 5, "YEARLY": 53}.get(frequency, 0)
        return all(days) and all(abs(nth) <= maximum for nth in nths)
    if name == "BYSETPOS" and frequency == "DAILY":
        return False  # a day has no second day in it
    if name in LISTS:
        minimum = 1 if name == "BYMONTH" else -LISTS[name]
        return all(_is_number(n) and int(n) != 0 and minimum <= int(n) <= LISTS[name] for n in value.split(","))
    return False


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d{1,6}", text, re.ASCII) is not None


def _date(text: str) -> date | None:
    if not re.fullmatch(r"\d{8}", text, re.ASCII):
        return None  # a time would end the rule within a day, in another time zone
    try:
        return date.fromisoformat(f"{text[:4]}-{text[4:6]}-{text[6:]}")
    except ValueError:
        return None
