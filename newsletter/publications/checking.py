"""Is a publication fit to be sent? Rules that no single field can check by itself."""

from newsletter.publications.models import Publication
from newsletter.publications.schedule import rule, zone


def check(publication: Publication) -> None:
    """Raises `BadInput` for the first thing that would stop its editions from leaving."""
    zone(publication.time_zone)
    rule(publication.cadence)
