"""Data of the story queue page: the first stories, as many as requested, and the next edition's panel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories.models import Story, StoryState
from newsletter.stories.reading.page_story import FIELDS
from newsletter.web.desk import next_edition
from newsletter.web.desk.story_drafts_page import draft_cards
from newsletter.web.desk.suggestions_page import on_desk
from newsletter.web.shared.parse_numbers import whole_number

PAGE_SIZE = 50  # stories shown at first, and added at a time
MAX_SHOWN = 10_000
DROPPED_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """Ids of the first stories of a queue in order, its total length, and the ids that the next edition takes."""

    ids: tuple[int, ...]
    total: int
    taken: frozenset[int] = frozenset()

    @property
    def stamp(self) -> str:
        """Return a checksum of what the page shows, to detect pages that are out of date."""
        return f"{crc32(repr([(pk, self.look(pk)) for pk in self.ids]).encode()):08x}"

    @property
    def is_whole(self) -> bool:
        return len(self.ids) == self.total

    def look(self, pk: int) -> tuple[bool, bool, bool]:
        """Return what a card shows about its position: is first, is last, is taken by the next edition."""
        return pk == self.ids[0], self.is_whole and pk == self.ids[-1], pk in self.taken


def requested_count(values: Mapping[str, str]) -> int:
    """Return how many stories the request wants to see."""
    return min(max(PAGE_SIZE, whole_number(values.get("shown", "")) or 0), MAX_SHOWN)


def first_stories(publication: Publication, count: int, *, now: datetime) -> Shown:
    """Return the first `count` stories of the queue."""
    queued = publication.stories.all().queued()
    edition = next_edition.next_edition(publication, now=now)
    taken = frozenset(story.pk for story in next_edition.next_stories(publication, edition, now=now))
    ids = tuple(queued.values_list("pk", flat=True)[:count])
    return Shown(ids, len(ids) if len(ids) < count else queued.count(), taken)


def _count_hidden(publication: Publication, shown: int, most: int) -> int:
    """Return how many drafts the page does not show; counted only if there may be any."""
    return publication.drafts.all().open().count() - shown if most and shown == most else 0


def context(
    publication: Publication, shown: Shown, *, is_whole_page: bool, drafts: int = 0, only: set[int] | None = None
) -> Any:
    """Return the template context of the desk. With `only`, load only the cards of these stories.

    Readers are counted only for a whole page: moving a story does not change their number.
    """
    now = clock.now()
    wanted = shown.ids if only is None else tuple(only)
    cards = {story.pk: story for story in Story.objects.filter(pk__in=wanted).select_related("picture")}
    cards_of_drafts = draft_cards(publication, count=drafts, now=now) if is_whole_page else []
    dropped = publication.stories.filter(state=StoryState.DROPPED).order_by("-position", "-pk")
    return (
        {
            "publication": publication,
            "now": now,
            "shown": shown,
            "cards": cards,
            "stay": f"?shown={len(shown.ids)}" if len(shown.ids) > PAGE_SIZE else "",  # for pages without JavaScript
            "more": min(PAGE_SIZE, shown.total - len(shown.ids)),
            "next": next_edition.next_edition_panel(publication, now=now, counts_readers=is_whole_page),
            "recently_removed": list(dropped[:DROPPED_SHOWN]),
            "drafts": cards_of_drafts,
            "hidden_drafts": _count_hidden(publication, len(cards_of_drafts), drafts),
            "field_names": FIELDS,
        }
        | (on_desk(publication, now=now) if is_whole_page else {})
    )
