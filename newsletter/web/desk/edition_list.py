"""The next edition as a list beside the story queue: its stories by section, and what can be done with them."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from zlib import crc32

from newsletter.editions import closing_time
from newsletter.editions.edition_stories import PlannedStory, planned_stories, printed_stories, reserved_picks
from newsletter.editions.embargo_and_expiry import placed_stories
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.pick_models import Pick
from newsletter.editions.schedule_dates import next_date
from newsletter.letters.content.story_arrangement import story_kinds
from newsletter.publications.models import Publication
from newsletter.stories.models import Kind, Story
from newsletter.web.desk.next_edition import upcoming_editions

MAX_SECTIONS = 20  # offered
MAX_EDITIONS = 5  # offered
KIND_NAMES = {Kind.LEAD: "Lead", Kind.STORY: "Story", Kind.SHORT: "Short"}


@dataclass(frozen=True, slots=True)
class ListedStory:
    """A story in the list. `number` is its place in the email, from 1; 0 if it is left out."""

    story: Story
    pick: Pick | None
    why_not: str
    number: int
    kind: str
    is_first: bool
    is_last: bool

    @property
    def is_lead(self) -> bool:
        return self.number == 1 and self.pick is not None and self.story.kind == Kind.LEAD

    @property
    def overridden(self) -> bool:
        """Return whether it has other texts or another picture in this email."""
        return bool(self.pick and set(self.pick.own_values) - {"section", "kind"})


@dataclass(frozen=True, slots=True)
class ListedSection:
    """Stories under one heading; `number` is its key."""

    name: str
    number: int
    stories: list[ListedStory]


@dataclass(slots=True)
class DeskEdition:
    """The edition beside the queue and its stories. Without a stored edition, those of the next date.

    `is_open`: its stories can be changed. `elsewhere` are stories picked for other editions.
    """

    publication: Publication
    edition: Edition | None
    planned: list[PlannedStory]
    others: list[Edition] = field(default_factory=list)
    elsewhere: dict[int, int] = field(default_factory=dict)  # story id → edition id

    @property
    def stories(self) -> list[Story]:
        return printed_stories(self.planned)

    @property
    def own_sections(self) -> list[str]:
        """Return the sections of its stories, with none first: the number of each is its key."""
        return list(dict.fromkeys(["", *(each.story.section for each in self.planned)]))

    @property
    def is_open(self) -> bool:
        return self.edition is not None and self.edition.state == EditionState.PLANNED

    @property
    def stamp(self) -> str:
        """Return a checksum of what the list shows."""
        shown = [(e.story.pk, e.story.version, e.pick and e.pick.version, e.why_not, _claim(e)) for e in self.planned]
        head = self.edition and (self.edition.pk, self.edition.state, self.edition.due_at, self.edition.assemble_at)
        others = [(other.pk, other.due_at) for other in self.others]
        return f"{crc32(repr([head, shown, others]).encode()):08x}"


def _claim(each: PlannedStory) -> tuple[object, ...]:
    return each.story.claimed_by_id, each.story.section, each.story.kind


def desk_edition(publication: Publication, number: int | None, *, now: datetime) -> DeskEdition:
    """Return the planned edition with this number, else the next edition, with its stories."""
    upcoming = upcoming_editions(publication, now=now, most=MAX_EDITIONS)
    planned = [each for each in upcoming if each.state == EditionState.PLANNED]
    edition = next((each for each in planned if each.pk == number), upcoming[0] if upcoming else None)
    others = [each for each in upcoming if each in planned or each == upcoming[0]]
    found = DeskEdition(publication, edition, stories_of(publication, edition, now=now), others)
    if found.is_open:
        picks = reserved_picks(publication)
        found.elsewhere = dict(picks.exclude(edition=edition).values_list("story_id", "edition_id"))
    return found


def stories_of(publication: Publication, edition: Edition | None, *, now: datetime) -> list[PlannedStory]:
    """Return the stories placed in `edition`, or those that it would have if it were assembled now."""
    if edition:
        placed = placed_stories(edition)
        if placed or edition.state != EditionState.PLANNED:
            return [PlannedStory(story, None) for story in placed]
        return planned_stories(edition, now=now)
    due = next_date(publication, now=now)
    return planned_stories(Edition(publication=publication, due_at=due.at if due else now), now=now)


def listed_sections(desk: DeskEdition) -> list[ListedSection]:
    """Return the list by section. Kinds are those that the email has."""
    printed = desk.stories
    kinds = dict(
        zip(
            [story.pk for story in printed],
            story_kinds(desk.publication.layout, [story.kind for story in printed]) if printed else [],
            strict=True,
        )
    )
    numbers = {story.pk: number for number, story in enumerate(printed, start=1)}
    last = len(desk.planned) - 1
    listed = [
        ListedStory(
            each.story,
            each.pick,
            each.why_not,
            numbers.get(each.story.pk, 0),
            KIND_NAMES[kinds[each.story.pk]] if each.story.pk in kinds else "",
            index == 0,
            index == last,
        )
        for index, each in enumerate(desk.planned)
    ]
    names = desk.own_sections
    return [
        ListedSection(name, names.index(name) + 1, list(stories))
        for name, stories in groupby(listed, key=lambda each: each.story.section)
    ]


def offered_sections(desk: DeskEdition) -> list[str]:
    """Return the sections that a story can be moved to: the edition's own, then those of the queue."""
    waiting = desk.publication.stories.all().queued().exclude(section="").order_by("section")
    return list(dict.fromkeys([*desk.own_sections, *waiting.values_list("section", flat=True).distinct()]))[
        :MAX_SECTIONS
    ]


def taken_out(desk: DeskEdition) -> list[Story]:
    """Return the stories that were taken out of the edition and are still queued."""
    if not desk.is_open or desk.edition is None:
        return []
    picks = desk.edition.picks.filter(is_out=True, story__state="queued").select_related("story")
    return [pick.story for pick in picks.order_by("-pk")[:MAX_SECTIONS]]


def closing_sentence(desk: DeskEdition, *, now: datetime) -> str:
    """Return whether the edition takes stories, as `closing_time` decides it; empty if it has no closing time ahead."""
    if not desk.is_open or desk.edition is None:
        return ""
    return "open" if closing_time.takes_stories(desk.edition, now=now) else "closed"
