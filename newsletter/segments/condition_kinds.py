"""The kinds of conditions: what each accepts, means in words, and is in the database.

A kind registers itself here, so that a package above this one can add kinds on its own tables.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Q

from newsletter.lib.errors import BadInput
from newsletter.publications.schedule import local_to_utc, zone

MAX_VALUES, MAX_CHARS = 50, 200
SEPARATORS = re.compile(r"[,;\n]")


class Control(StrEnum):
    """How a value is entered on the page."""

    DAYS = "days"
    EDITIONS = "editions"
    PERCENT = "percent"
    DATE = "date"
    TEXTS = "texts"
    SEGMENT = "segment"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a condition is about: the publication, the moment of the question, and the key of the segment's samples.

    `above` and `up_to` bound the subscriber ids that are asked about, so that a condition on a table with such ids can
    read that part of it alone; None: all of them.
    """

    publication_id: int
    time_zone: str
    now: datetime
    salt: str
    above: int | None = None
    up_to: int | None = None

    @property
    def today(self) -> date:
        """The date in the publication's time zone."""
        return self.now.astimezone(zone(self.time_zone)).date()

    def start_of(self, day: date) -> datetime:
        """Return when this date begins in the publication's time zone."""
        return local_to_utc(day, time(), self.time_zone)

    def days_ago(self, days: int) -> datetime:
        """Return when the date so many days ago began: days are whole days, whatever the hour."""
        return self.start_of(self.today - timedelta(days=days))


@dataclass(frozen=True, slots=True)
class Test:
    """One question of a kind. `phrase` continues “readers who …”; `clean` returns the value as it is stored."""

    name: str
    label: str  # in the list of conditions, with … where the value goes
    control: Control
    clean: Callable[[Any], Any]
    phrase: Callable[[Any], str]


Build = Callable[[str, Any, Scope], Q]
Note = Callable[[str, Any, Scope], Sequence[str]]


@dataclass(frozen=True, slots=True)
class ConditionKind:
    """A kind of condition. `build` returns the condition on a subscription; `notes` say what it cannot see.

    `is_about_all`: the answer comes from what belongs to all publications, so only people whose role is for all of them
    may ask (may_ask.py).
    """

    name: str
    label: str
    tests: Mapping[str, Test]
    build: Build
    notes: Note = field(default=lambda _test, _value, _scope: ())
    is_about_all: bool = False


KINDS: dict[str, ConditionKind] = {}


def register(
    name: str, label: str, *tests: Test, build: Build, notes: Note | None = None, is_about_all: bool = False
) -> None:
    """Add a kind of condition; registering it again changes nothing."""
    kind = ConditionKind(name, label, {test.name: test for test in tests}, build, is_about_all=is_about_all)
    KINDS[name] = kind if notes is None else replace(kind, notes=notes)


def whole_number(word: str, least: int, most: int) -> Callable[[Any], int]:
    """Return a function that reads a number within bounds."""

    def clean(value: Any) -> int:
        text = str(value).strip().lstrip("0")
        is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most)) and not isinstance(value, bool)
        if not is_number or not least <= int(text) <= most:
            raise BadInput(word, f"{str(value)[:20]!r} is not possible.", f"Enter a number from {least} to {most}.")
        return int(text)

    return clean


def clean_date(value: Any) -> str:
    """Read a date such as 2026-05-03."""
    try:
        found = date.fromisoformat(str(value).strip())
    except ValueError:
        found = None
    if found is None or not 1990 <= found.year <= 2100:
        raise BadInput("date", f"{str(value)[:20]!r} is not a date.", "Enter one such as 2026-05-03.")
    return found.isoformat()


def list_of(word: str, clean_one: Callable[[str], str], *, may_be_empty: bool = False) -> Callable[[Any], list[str]]:
    """Return a function that reads a list, or a text with commas, and cleans each item. Repeated items count once."""

    def clean(value: Any) -> list[str]:
        items = value if isinstance(value, list) else SEPARATORS.split(str(value))
        if not all(isinstance(item, str) for item in items):
            raise BadInput(word, "is not a list of texts.", "Separate several with commas.")
        if not may_be_empty:
            items = [item for item in items if item.strip()]
        found = list(dict.fromkeys(clean_one(item.strip()) for item in items))
        if not found:
            raise BadInput(word, "is empty.", "Enter at least one.")
        if len(found) > MAX_VALUES:
            raise BadInput(word, f"has {len(found)} values.", f"Use at most {MAX_VALUES}.")
        return found

    return clean


def either(values: Sequence[str]) -> str:
    """Return values joined with “or”."""
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"


def counted(number: int, word: str) -> str:
    """Return `1 day` or `3 days`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def readable_day(value: str) -> str:
    """Return `3 May 2026`."""
    day = date.fromisoformat(value)
    return f"{day.day} {day:%B %Y}"
