"""Conditions on what is stored of a reader and a subscription: time zone, joined, source, domain."""

from datetime import date
from typing import Any

from django.db.models import Q, Value
from django.db.models.functions import Left
from django.db.models.lookups import Exact

from newsletter.audience.reader_time_zones import parse_time_zone
from newsletter.audience.suppress_domain import normalise_domain
from newsletter.lib.errors import BadInput
from newsletter.mail.text_cleaning import clean_line
from newsletter.segments.condition_kinds import (
    MAX_CHARS,
    Control,
    Scope,
    Test,
    clean_date,
    counted,
    either,
    list_of,
    readable_day,
    register,
    whole_number,
)

DAYS = whole_number("days", 1, 3650)


def register_all() -> None:
    """Register the kinds of this module."""
    register(
        "time-zone",
        "Time zone",
        Test("is", "time zone is …", Control.TEXTS, _zones, lambda value: f"have the time zone {_named_zones(value)}"),
        Test(
            "is-not",
            "time zone is not …",
            Control.TEXTS,
            _zones,
            lambda value: f"do not have the time zone {_named_zones(value)}",
        ),
        build=_time_zone,
    )
    register(
        "joined",
        "Joined",
        Test("within", "joined in the last … days", Control.DAYS, DAYS, lambda n: f"joined in the last {_days(n)}"),
        Test(
            "longer-ago",
            "joined more than … days ago",
            Control.DAYS,
            DAYS,
            lambda n: f"joined more than {_days(n)} ago",
        ),
        Test(
            "after",
            "joined on or after …",
            Control.DATE,
            clean_date,
            lambda day: f"joined on {readable_day(day)} or later",
        ),
        Test("before", "joined before …", Control.DATE, clean_date, lambda day: f"joined before {readable_day(day)}"),
        build=_joined,
        notes=lambda _test, _value, _scope: (
            "Readers of whom it is not stored when they joined, such as some imported ones, fulfil no condition on it.",
        ),
    )
    register(
        "source",
        "Source of consent",
        Test("is", "source is …", Control.TEXTS, _sources, lambda value: f"came from {_quoted(value)}"),
        Test("is-not", "source is not …", Control.TEXTS, _sources, lambda value: f"did not come from {_quoted(value)}"),
        Test(
            "begins",
            "source begins with …",
            Control.TEXTS,
            _sources,
            lambda value: f"came from a source that begins with {_quoted(value)}",
        ),
        build=_source,
        notes=lambda _test, _value, _scope: (
            "The source is compared letter by letter, as the export of readers shows it.",
        ),
    )
    register(
        "domain",
        "Email domain",
        Test("is", "email domain is …", Control.TEXTS, _domains, lambda value: f"have an address at {either(value)}"),
        Test(
            "is-not",
            "email domain is not …",
            Control.TEXTS,
            _domains,
            lambda value: f"do not have an address at {either(value)}",
        ),
        build=_domain,
    )


def _days(number: int) -> str:
    return counted(number, "day")


def _quoted(values: list[str]) -> str:
    return either([f"“{value}”" if value else "no stated source" for value in values])


def _named_zones(values: list[str]) -> str:
    return either([value or "of the publication, because none of their own is stored" for value in values])


def _one_zone(name: str) -> str:
    return "" if name.casefold() in ("", "none") else parse_time_zone(name)


def _one_source(text: str) -> str:
    if len(text) > MAX_CHARS:
        raise BadInput("source", "is too long.", f"Use at most {MAX_CHARS} characters.")
    return "" if text.casefold() == "none" else clean_line(text)


_zones = list_of("time zone", _one_zone)
_sources = list_of("source", _one_source)
_domains = list_of("domain", normalise_domain)


def _time_zone(test: str, value: list[str], _scope: Scope) -> Q:
    found = Q(subscriber__time_zone__in=value)
    return found if test == "is" else ~found


def _joined(test: str, value: Any, scope: Scope) -> Q:
    match test:
        case "within":
            return Q(consent_at__gte=scope.days_ago(value))
        case "longer-ago":
            return Q(consent_at__lt=scope.days_ago(value))
        case "after":
            return Q(consent_at__gte=scope.start_of(date.fromisoformat(value)))
    return Q(consent_at__lt=scope.start_of(date.fromisoformat(value)))


def _source(test: str, value: list[str], _scope: Scope) -> Q:
    if test == "begins":
        # not LIKE, which ignores case in SQLite and not in PostgreSQL
        found = Q()
        for text in value:
            found |= Q(Exact(Left("consent_source", len(text)), Value(text))) if text else Q(consent_source="")
        return found
    found = Q(consent_source__in=value)
    return found if test == "is" else ~found


def _domain(test: str, value: list[str], _scope: Scope) -> Q:
    found = Q()
    for domain in value:
        found |= Q(subscriber__email__endswith=f"@{domain}")  # both are in lower case: SQLite ignores the case here
    return found if test == "is" else ~found
