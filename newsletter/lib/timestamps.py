"""Parse dates and times that other programs write into files. Ambiguous formats are rejected."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-")  # word processors replace a hyphen with these
WRITTEN = re.compile(
    r"(?P<year>\d{4})(?P<dash>-?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r" ?(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)


def parse(written: str) -> datetime | date:
    """Return a time in UTC, or a date if there is no time of day; raise `ValueError` for anything else.

    The year must come first: 11/20/2026 and 20.11.2026 are rejected, because 11/12/2026 has two meanings. A time
    without a zone is taken as UTC, which platforms export. Fractions of a second are dropped.
    """
    found = WRITTEN.fullmatch(written.strip().translate(DASHES))
    if not found:
        raise ValueError("not a date or time")
    day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    if found["hour"] is None:
        return day
    local = datetime(day.year, day.month, day.day, int(found["hour"]), int(found["minute"]), int(found["second"] or 0))  # noqa: DTZ001 — the zone is set below
    try:
        return local.replace(tzinfo=_zone(found["zone"] or "Z")).astimezone(UTC)
    except OverflowError:
        raise ValueError("year out of range") from None


def _zone(written: str) -> timezone:
    if not written.startswith(("+", "-")):
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(offset if written[0] == "+" else -offset)
