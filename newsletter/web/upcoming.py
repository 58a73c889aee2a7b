"""The desk's panel on the next edition: when it leaves, what it would take, what is missing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from newsletter.audience import counting
from newsletter.editions import assembly
from newsletter.editions.models import Edition, State
from newsletter.publications.models import OnEmpty, Publication
from newsletter.publications.schedule import Due, upcoming
from newsletter.stories.models import Story
from newsletter.web.phrases import counted
from newsletter.web.states import Standing, standing

UNDER_WAY = timedelta(hours=1)
AHEAD = [State.PLANNED, State.ASSEMBLED, State.APPROVED, State.DISPATCHING]


@dataclass(frozen=True, slots=True)
class Upcoming:
    """`takes` are the stories in the edition, or those it would take from the queue now."""

    edition: Edition | None
    standing: Standing | None
    due: Due | None
    takes: list[Story]
    readers: int
    missing: list[str]
    held: list[Edition]


def look_ahead(publication: Publication, *, now: datetime) -> Upcoming:
    """What the panel shows of `publication` at `now`."""
    editions = publication.editions.select_related("publication")
    # one that goes out for hours, by the readers' clocks or at a pace, makes room for the next
    long_since = Q(state=State.DISPATCHING, due_at__lt=now - UNDER_WAY)
    edition = editions.filter(state__in=AHEAD).exclude(long_since).order_by("due_at", "id").first()
    readers = counting.count(publication).active
    stories = takes(publication, edition, now=now)
    return Upcoming(
        edition=edition,
        standing=standing(edition, now=now) if edition else None,
        due=None if edition else next(upcoming(publication.cadence, after=now), None),
        takes=stories,
        readers=readers,
        missing=_missing(publication, edition, len(stories), readers),
        held=list(editions.filter(state=State.HELD).order_by("due_at")),
    )


def takes(publication: Publication, edition: Edition | None, *, now: datetime) -> list[Story]:
    """The stories placed in `edition`; while it has none, those the queue offers it."""
    if edition:
        placed = [placement.story for placement in edition.placements.select_related("story")]
        if placed or edition.state != State.PLANNED:
            return placed
        return assembly.offered_stories(edition, now=now)
    next_due = next(upcoming(publication.cadence, after=now), None)
    offered = Story.objects.filter(publication=publication).offered(next_due.at if next_due else now)
    return list(offered.select_related("picture")[: publication.maximum_stories])


def _missing(publication: Publication, edition: Edition | None, stories: int, readers: int) -> list[str]:
    found = []
    lacking = max(1, publication.minimum_stories) - stories
    if lacking > 0 and (edition is None or edition.state == State.PLANNED):
        fate = "skipped" if publication.on_empty == OnEmpty.SKIP else "held"
        found.append(f"{counted(lacking, 'more story', 'more stories')} before it is due, or it is {fate}")
    if edition and edition.state == State.ASSEMBLED:
        found.append("An editor’s approval")
    if not publication.appeals.filter(is_active=True).exists():
        found.append("An appeal: without one the letter asks for nothing")
    if not readers:
        found.append("Readers: nobody is subscribed yet")
    return found
