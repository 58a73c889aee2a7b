"""The stories of a planned edition: which ones it would have if it were assembled now, in order, and why.

Assembly, previews and the desk use `planned_stories`, so that the desk shows what assembly does.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from newsletter.editions.closing_time import closes_at
from newsletter.editions.edition_times import Received, received
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.pick_models import Pick
from newsletter.editions.story_order import Entry, with_automatic
from newsletter.lib.errors import InvalidState
from newsletter.publications.models import FillRule, Publication
from newsletter.publications.schedule import zone
from newsletter.stories.models import Story, StoryState

PARTS = ("story__picture", "story__claimed_by", "picture")
CURATED = (EditionState.PLANNED, EditionState.HELD)  # states in which the stories of an edition can be changed


@dataclass(frozen=True, slots=True)
class PlannedStory:
    """A story with the values of this edition; it must not be saved. Without a `pick`, it fills the edition.

    `why_not` says why a picked story is left out, and is empty otherwise.
    """

    story: Story
    pick: Pick | None
    why_not: str = ""

    @property
    def is_printed(self) -> bool:
        return not self.why_not


def planned_stories(edition: Edition, *, now: datetime) -> list[PlannedStory]:
    """Return the stories that the edition would have now, and picked ones that it has to leave out, in order."""
    when = received(edition, now=now)
    picked = _picked(edition, when)
    count = sum(each.is_printed for each in picked)
    automatic = [PlannedStory(story, None) for story in _automatic(edition, when, picked=count)]
    by_story = {each.story.pk: each for each in (*picked, *automatic)}
    order = with_automatic([entry_of(each) for each in picked], [entry_of(each) for each in automatic])
    return [by_story[entry.story] for entry in order]


def entry_of(planned: PlannedStory) -> Entry:
    """Return what decides the place of a story."""
    return Entry(planned.story.pk, planned.story.section, planned.pick is not None)


def printed_stories(planned: Iterable[PlannedStory]) -> list[Story]:
    """Return the stories that are not left out."""
    return [each.story for each in planned if each.is_printed]


def with_own_values(edition: Edition, stories: Sequence[Story]) -> list[Story]:
    """Give `stories` the values that they have in this edition's email. They must not be saved."""
    found = edition.picks.filter(is_out=False).select_related("picture") if edition.pk and stories else ()
    picks = {pick.story_id: pick for pick in found}
    return [apply_values(story, picks[story.pk]) if story.pk in picks else story for story in stories]


def apply_values(story: Story, pick: Pick) -> Story:
    """Set the values that `pick` has in place of the story's."""
    for name, value in pick.own_values.items():
        setattr(story, name, value)
    if "picture_url" in pick.own_values:
        story.picture = pick.picture
    return story


def left_out_picks(edition: Edition, printed: Sequence[Story], *, now: datetime) -> list[PlannedStory]:
    """Return the picked stories that are not among the `printed` ones of a built email, each with the reason."""
    picks = edition.picks.filter(is_out=False).exclude(story__in=[story.pk for story in printed])
    when, full = received(edition, now=now), len(printed) >= maximum_of(edition)
    found = []
    for pick in picks.select_related(*PARTS):
        why_not = _why_not(pick.story, edition, when)
        if not why_not:
            why_not = _full(edition) if full else "It could not be used when the email was built."
        found.append(PlannedStory(apply_values(pick.story, pick), pick, why_not))
    return found


def reserved_picks(publication: Publication) -> QuerySet[Pick]:
    """Return the picks whose stories wait for their edition, planned or held.

    A held edition may be released, or may have left from the installation that this database is a copy of.
    """
    return Pick.objects.filter(edition__publication=publication, edition__state__in=CURATED, is_out=False)


def check_not_reserved(edition: Edition, stories: Collection[int], *, hint: str = "") -> None:
    """Raise `InvalidState` if one of these stories is picked for another edition; `hint` replaces what to do then."""
    picks = reserved_picks(edition.publication).filter(story__in=stories).exclude(edition=edition)
    pick = picks.select_related("story", "edition").first()
    if pick is None:
        return
    if pick.edition.state == EditionState.HELD:
        where, todo = "the held edition", f"Release or cancel edition {pick.edition_id} first."
    else:
        where, todo = "another edition", "Take it out there first."
    raise InvalidState(f"“{pick.story.headline}” is picked for {where}. {hint or todo}")


def maximum_of(edition: Edition) -> int:
    """Return how many stories the edition has at most."""
    return max(1, edition.publication.minimum_stories, edition.publication.maximum_stories)


def _picked(edition: Edition, when: Received) -> list[PlannedStory]:
    if not edition.pk:
        return []
    found, room = [], maximum_of(edition)
    for pick in edition.picks.filter(is_out=False).select_related(*PARTS):
        why_not = _why_not(pick.story, edition, when)
        if not why_not and not room:
            why_not = _full(edition)
        room -= not why_not
        found.append(PlannedStory(apply_values(pick.story, pick), pick, why_not))
    return found


def _full(edition: Edition) -> str:
    return f"The edition already has its {maximum_of(edition)} stories."


def _why_not(story: Story, edition: Edition, when: Received) -> str:
    if story.state == StoryState.DROPPED:
        return "It was removed from the queue."
    if story.state == StoryState.USED:
        return "It is in another edition."
    if story.embargo_until and story.embargo_until > when.first:
        return f"It is under embargo until {_moment(story.embargo_until, edition)}."
    if story.expires_at and story.expires_at <= when.last:
        return f"It expires {_moment(story.expires_at, edition)}, before all readers have the edition."
    return ""


def _moment(value: datetime, edition: Edition) -> str:
    local = value.astimezone(zone(edition.publication.time_zone))
    return f"{local.day} {local:%b %H:%M %Z}"


def _automatic(edition: Edition, when: Received, *, picked: int) -> list[Story]:
    """Return the stories of the queue that fill the edition, in the order of the queue.

    Stories that are picked for an edition wait for it, and one that was taken out stays out. Those added after the
    closing time are taken only if the edition could not leave without them: what counts is when they were queued.
    """
    publication = edition.publication
    minimum = max(1, publication.minimum_stories)
    most = maximum_of(edition) if publication.fill_rule == FillRule.MAXIMUM else minimum
    if most <= picked:
        return []
    own = Pick.objects.filter(edition=edition.pk)
    offered = Story.objects.filter(publication=publication).offered(when.first, until=when.last)
    offered = offered.exclude(pk__in=reserved_picks(publication).values("story")).exclude(pk__in=own.values("story"))
    offered = offered.select_related("picture", "claimed_by")
    closing = closes_at(edition)
    if closing is None:
        return list(offered[: most - picked])
    found = list(offered.filter(queued_at__lt=closing)[: most - picked])
    lacking = minimum - picked - len(found)
    return found + (list(offered.filter(queued_at__gte=closing)[:lacking]) if lacking > 0 else [])
