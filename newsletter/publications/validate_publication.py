"""Is a publication fit to be sent? Rules that no single field can check by itself."""

from datetime import UTC, datetime, time, timedelta

from newsletter.lib.errors import BadInput
from newsletter.lib.model_validation import field_label
from newsletter.publications import schedule
from newsletter.publications.models import Publication
from newsletter.publications.schedule import rule, upcoming, zone

# Submitting ahead, in minutes. The provider takes no letter more than 72 hours before it is to leave; an hour
# less leaves room for clocks that differ. Less than half an hour leaves no time for what it is good for: calls
# end twenty minutes before the time, so that a doubtful one can still be cancelled.
SHORTEST_AHEAD = 30
LONGEST_AHEAD = 71 * 60


def check(publication: Publication) -> None:
    """Raises `BadInput` for the first thing that would stop its editions from leaving."""
    zone(publication.time_zone)
    rule(publication.cadence)
    _check_dates(publication)
    if publication.minimum_stories > publication.maximum_stories:
        raise BadInput("minimum stories", "is more than the maximum.", "Give a smaller number.")
    if publication.schedule_ahead_minutes:
        _check_ahead(publication)
        _check_ahead_alone(publication)
    _check_quiet(publication)


def _check_dates(publication: Publication) -> None:
    """Its rule must name at least one day that its readers' clocks show."""
    day_before = datetime.combine(publication.starts_on - timedelta(days=2), time(), tzinfo=UTC)
    if next(upcoming(publication.cadence, after=day_before), None) is None:
        raise BadInput("recurrence", "names no day at all.", "Check its months, days and end.")


def _check_ahead(publication: Publication) -> None:
    """What is handed over ahead must be assembled before that."""
    if publication.schedule_ahead_minutes < SHORTEST_AHEAD:
        raise BadInput(
            "ahead minutes",
            f"cannot be {publication.schedule_ahead_minutes}.",
            f"Give 0, or {SHORTEST_AHEAD} to {LONGEST_AHEAD:,}: a doubtful call is cancelled in that time.",
        )
    if publication.lead_minutes <= publication.schedule_ahead_minutes:
        raise BadInput(
            "lead minutes",
            f"is {publication.lead_minutes}, but letters are handed over "
            f"{publication.schedule_ahead_minutes} minutes ahead.",
            "Assemble earlier than that: give a larger number.",
        )


def _check_ahead_alone(publication: Publication) -> None:
    """Letters that are handed over ahead all leave at one moment, whatever else was wished."""
    wishes = ("local_time", "pace_per_minute", "pace_per_hour", "quiet_from")
    if others := [field_label(publication, name) for name in wishes if getattr(publication, name)]:
        raise BadInput(
            "ahead minutes",
            f"cannot stand beside {others[0]}: letters handed over ahead all leave at one moment.",
            "Use one or the other.",
        )


def _check_quiet(publication: Publication) -> None:
    """Quiet hours have two ends, leave the send time free, and there is one clock that they are on."""
    start, end = publication.quiet_from, publication.quiet_until
    if start is None and end is None:
        return
    if start is None or end is None or start == end:
        raise BadInput(
            "quiet hours", "have one end only.", "Give quiet from and quiet until, two different times, or neither."
        )
    if publication.local_time:
        raise BadInput(
            "quiet hours",
            "are on the publication's clock, but letters leave by the readers' own.",
            "Use one or the other.",
        )
    if schedule.is_within_hours(publication.send_time, start, end):
        raise BadInput(
            "send time", f"lies in the quiet hours from {start:%H:%M} to {end:%H:%M}.", "Give one outside of them."
        )
