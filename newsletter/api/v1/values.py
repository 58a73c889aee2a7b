"""Types of values that several requests have."""

from datetime import UTC, datetime
from typing import Annotated, Any

from ninja import Path, Schema
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from newsletter.api.v1.pages import MAX_ID

DATABASE_YEARS = range(1900, 9999)
MAX_DEPTH = 20  # of objects and lists in each other


def _plain(value: str) -> str:
    """Refuse what no database stores: NUL, and half a surrogate pair."""
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("has a character that cannot be stored.")
    return value


def _plain_json(value: Any, depth: int = 1) -> Any:
    if depth > MAX_DEPTH:
        raise ValueError("is nested too deeply.")
    match value:
        case str():
            _plain(value)
        case list():
            for one in value:
                _plain_json(one, depth + 1)
        case dict():
            for name, one in value.items():
                _plain(name)
                _plain_json(one, depth + 1)
    return value


def _plain_object(value: dict[str, Any]) -> Any:
    return _plain_json(value)


def _with_zone(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("has no time zone. Add Z or an offset, as in 2026-11-24T09:30:00Z.")
    if value.year not in DATABASE_YEARS:
        raise ValueError("is not a time that can be stored.")
    return value.astimezone(UTC)


Text = Annotated[str, AfterValidator(_plain)]
Stripped = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_plain)]
Email = Annotated[str, AfterValidator(_plain), Field(max_length=320, description="The address, in any spelling.")]
JsonObject = Annotated[dict[str, Any], AfterValidator(_plain_object)]
Moment = Annotated[datetime, AfterValidator(_with_zone)]
Slug = Annotated[str, Path(max_length=50, pattern=r"^[-a-zA-Z0-9_]+$", description="The slug of the publication.")]
Id = Annotated[int, Path(ge=1, le=MAX_ID)]
RowId = Annotated[int, Field(ge=1, le=MAX_ID)]


class Body(Schema):
    """The body of a request. A name that is not known is an error, so that a slip is noticed."""

    model_config = ConfigDict(extra="forbid")
