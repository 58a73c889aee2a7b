"""Read and print dates and times in the publication's time zone."""

from __future__ import annotations  # models are imported for their types only

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter.lib.errors import BadInput

if TYPE_CHECKING:
    from newsletter.editions.models import Edition
    from newsletter.publications.models import Publication


def parse_datetime(text: str, *, field: str, zone: str) -> datetime:
    """Return a time such as 2026-12-01T06:00 in UTC. It is in time zone `zone` unless it has an offset."""
    try:
        parsed = datetime.fromisoformat(text.strip())
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(field, f"{text!r} is not a date and time.", "Write it like 2026-12-01T06:00.") from None


def parse_date(text: str, *, field: str) -> date:
    """Return a date such as 2026-12-01."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(field, f"{text!r} is not a date.", "Write it like 2026-12-01.") from None


def format_local(at: datetime, publication: Publication) -> str:
    """Format `at` in the publication's time zone: Mon 2026-12-01 06:00 EST."""
    return f"{at.astimezone(ZoneInfo(publication.time_zone)):%a %Y-%m-%d %H:%M %Z}"


def format_due(edition: Edition) -> str:
    """Format when an edition is sent, by `format_local`.

    For an edition sent at the readers' local time, return that hour and when the first readers reach it.
    """
    first = format_local(edition.due_at, edition.publication)
    if edition.local_send_time is None:
        return first
    return f"{edition.local_date} {edition.local_send_time:%H:%M} in each reader’s time zone, first at {first}"
