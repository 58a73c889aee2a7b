"""Recent schedules of a publication, each with the moment at which another one replaced it.

They are kept until the planner has settled the dates of that time, because past dates follow the schedule that was
valid then, not the current one.
"""

from datetime import date, datetime, time
from typing import NamedTuple

from newsletter.publications.models import Publication
from newsletter.publications.schedule import Cadence


class PastSchedule(NamedTuple):
    """A schedule that was valid up to and including `until`; `cadence` is None while the publication was paused."""

    cadence: Cadence | None
    until: datetime


def keep(publication: Publication, cadence: Cadence | None, *, until: datetime) -> None:
    """Add the schedule that is replaced at `until`. The caller saves."""
    kept: dict[str, str] = {"until": until.isoformat()}
    if cadence:
        kept |= {
            "recurrence": cadence.recurrence,
            "starts_on": cadence.starts_on.isoformat(),
            "send_time": cadence.send_time.isoformat(),
            "time_zone": cadence.time_zone,
        }
    publication.past_schedules = [*publication.past_schedules, kept]


def past_schedules(publication: Publication) -> list[PastSchedule]:
    """Return the past schedules, oldest first."""
    return [PastSchedule(_cadence(kept), datetime.fromisoformat(kept["until"])) for kept in publication.past_schedules]


def _cadence(kept: dict[str, str]) -> Cadence | None:
    if "recurrence" not in kept:
        return None
    return Cadence(
        kept["recurrence"],
        date.fromisoformat(kept["starts_on"]),
        time.fromisoformat(kept["send_time"]),
        kept["time_zone"],
    )
