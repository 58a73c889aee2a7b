"""Validation of a publication across several fields."""

from datetime import UTC, datetime, time, timedelta

from newsletter.lib.errors import BadInput
from newsletter.lib.model_validation import field_label
from newsletter.publications import schedule
from newsletter.publications.models import Publication
from newsletter.publications.schedule import rule, upcoming, zone

# Limits for submitting ahead, in minutes. The provider accepts no email more than 72 hours before its send time; one
# hour less allows for clock differences. Less than half an hour is of no use: calls end twenty minutes before the send
# time, so that an uncertain one can still be cancelled.
MIN_AHEAD_MINUTES = 30
MAX_AHEAD_MINUTES = 71 * 60


def check(publication: Publication) -> None:
    """Raise `BadInput` for the first problem that would stop editions from being sent."""
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
    """Check that the rule names at least one date that exists in the time zone."""
    day_before = datetime.combine(publication.starts_on - timedelta(days=2), time(), tzinfo=UTC)
    if next(upcoming(publication.cadence, after=day_before), None) is None:
        raise BadInput("recurrence", "names no date.", "Check the months, days and end of the rule.")


def _check_ahead(publication: Publication) -> None:
    """Check that emails submitted ahead are built before that."""
    if publication.schedule_ahead_minutes < MIN_AHEAD_MINUTES:
        raise BadInput(
            "schedule ahead minutes",
            f"cannot be {publication.schedule_ahead_minutes}.",
            f"Give 0, or {MIN_AHEAD_MINUTES} to {MAX_AHEAD_MINUTES:,}: uncertain calls are cancelled in that time.",
        )
    if publication.lead_minutes <= publication.schedule_ahead_minutes:
        raise BadInput(
            "lead minutes",
            f"is {publication.lead_minutes}, but emails are submitted "
            f"{publication.schedule_ahead_minutes} minutes ahead.",
            "Give a larger number, so that emails are built earlier.",
        )


def _check_ahead_alone(publication: Publication) -> None:
    """Check that no setting spreads out emails that are submitted ahead, which are all sent at one moment."""
    wishes = ("local_time", "pace_per_minute", "pace_per_hour", "quiet_from")
    if others := [field_label(publication, name) for name in wishes if getattr(publication, name)]:
        raise BadInput(
            "schedule ahead minutes",
            f"cannot be combined with {others[0]}: emails submitted ahead are all sent at one moment.",
            "Use one or the other.",
        )


def _check_quiet(publication: Publication) -> None:
    """Check that quiet hours have two ends, do not contain the send time, and that local time is off."""
    start, end = publication.quiet_from, publication.quiet_until
    if start is None and end is None:
        return
    if start is None or end is None or start == end:
        raise BadInput(
            "quiet hours",
            "need a start and an end.",
            "Give quiet from and quiet until, two different times, or neither.",
        )
    if publication.local_time:
        raise BadInput(
            "quiet hours",
            "use the publication’s time zone, but emails are sent by the readers’ local time.",
            "Use one or the other.",
        )
    if schedule.is_within_hours(publication.send_time, start, end):
        raise BadInput(
            "send time", f"is within the quiet hours from {start:%H:%M} to {end:%H:%M}.", "Choose a time outside them."
        )
