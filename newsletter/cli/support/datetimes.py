"""Moments and days as people write and read them: on the clock of the publication."""

from __future__ import annotations  # models are imported for their types only

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter.lib.errors import BadInput

if TYPE_CHECKING:
    from newsletter.editions.models import Edition
    from newsletter.publications.models import Publication


def moment(written: str, *, field: str, zone: str) -> datetime:
    """A moment such as 2026-12-01T06:00, in time zone `zone` unless it names an offset; in UTC."""
    try:
        parsed = datetime.fromisoformat(written.strip())
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(field, f"{written!r} is not a moment.", "Write it like 2026-12-01T06:00.") from None


def day(written: str, *, field: str) -> date:
    """A day such as 2026-12-01."""
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        raise BadInput(field, f"{written!r} is not a day.", "Write it like 2026-12-01.") from None


def local(at: datetime, publication: Publication) -> str:
    """`at` on the publication's clock: Mon 2026-12-01 06:00 EST."""
    return f"{at.astimezone(ZoneInfo(publication.time_zone)):%a %Y-%m-%d %H:%M %Z}"


def leaves(edition: Edition) -> str:
    """When an edition leaves: `local`, or the hour of the readers' own clocks and when the first of them is."""
    first = local(edition.due_at, edition.publication)
    if edition.local_send_time is None:
        return first
    return f"{edition.local_date} {edition.local_send_time:%H:%M} readers’ local time, the first {first}"
