"""What changed in a row, for its audit record: field names with the value before and after."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.db.models import Model

MAX_SHOWN = 120  # characters of each value; the record names the field, the row has the text


def field_values(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """Return the current values of these fields, to be compared later."""
    return {name: getattr(row, name) for name in names}


def describe_changes(before: Mapping[str, Any], row: Model) -> dict[str, Any]:
    """Return `old → new` for each field of `before` that has another value now; empty when nothing changed."""
    found = {}
    for name, old in before.items():
        new = getattr(row, name)
        if old != new:
            found[name] = f"{_shown(old)} → {_shown(new)}"
    return found


def _shown(value: Any) -> str:
    if value in (None, "", []):
        return "(empty)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | time):
        return value.isoformat(" ", "minutes") if isinstance(value, datetime) else value.isoformat("minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return _clipped(", ".join(_item(each) for each in value))
    return _clipped(" ".join(str(value).split()))


def _item(value: Any) -> str:
    return " ".join(map(str, value.values())) if isinstance(value, Mapping) else str(value)


def _clipped(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
