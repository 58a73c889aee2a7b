"""Read the date of an article, as pages state it. Pure."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

from dateutil import parser as dateutil_parser

COMPACT = re.compile(r"^\d{8}$")
NAMED_ZONE = re.compile(r"\s*\([^)]*\)\s*$")  # “GMT+0000 (Coordinated Universal Time)”
BROWSER_ZONE = re.compile(r"\bGMT(?=[+-]\d{4}\b)")  # JavaScript's own format
YEAR = re.compile(r"\d{4}")
FIRST_YEAR, LAST_YEAR = 1990, 2200
# Codes of zones in news; others are read without a zone, which changes a date by a day at most.
ZONES = {"UTC": 0, "GMT": 0, "EST": -18000, "EDT": -14400, "CST": -21600, "CDT": -18000}
ZONES |= {"ET": -18000, "CT": -21600, "MT": -25200, "PT": -28800}
ZONES |= {"MST": -25200, "MDT": -21600, "PST": -28800, "PDT": -25200, "CET": 3600, "CEST": 7200, "BST": 3600}


def parse_published(stated: str) -> str:
    """Return a stated date in ISO format, with its time if there is one; empty if it is none."""
    text = BROWSER_ZONE.sub("", NAMED_ZONE.sub("", stated.strip()))[:60]
    if not YEAR.search(text):
        return ""
    moment = _iso(text) or _email(text) or _words(text)
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return ""
    has_time = ":" in text or bool(re.search(r"T\d{2,6}", text))
    return moment.isoformat(timespec="minutes") if has_time else moment.date().isoformat()


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _email(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if "," in text[:5] else None
    except (ValueError, TypeError):
        return None


def _words(text: str) -> datetime | None:
    """Return the date in a text that is only a date, in the formats that dateutil reads."""
    if not COMPACT.match(text) and not re.search(r"\D", text):
        return None  # a number, such as seconds since 1970
    try:
        return dateutil_parser.parse(text, tzinfos=ZONES, default=datetime(1, 1, 1))  # noqa: DTZ001 — parts are missing
    except (ValueError, OverflowError, TypeError):
        return None
