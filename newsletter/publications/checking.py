"""Is a publication fit to be sent? Rules that no single field can check by itself."""

from datetime import UTC, datetime, time, timedelta

from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication
from newsletter.publications.schedule import rule, upcoming, zone


def check(publication: Publication) -> None:
    """Raises `BadInput` for the first thing that would stop its editions from leaving."""
    zone(publication.time_zone)
    rule(publication.cadence)
    _check_dates(publication)
    if publication.minimum_stories > publication.maximum_stories:
        raise BadInput("minimum stories", "is more than the maximum.", "Give a smaller number.")


def _check_dates(publication: Publication) -> None:
    """Its rule must name at least one day that its readers' clocks show."""
    day_before = datetime.combine(publication.starts_on - timedelta(days=2), time(), tzinfo=UTC)
    if next(upcoming(publication.cadence, after=day_before), None) is None:
        raise BadInput("recurrence", "names no day at all.", "Check its months, days and end.")
