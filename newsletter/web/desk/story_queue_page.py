"""What the page of a story queue shows: its first stories, as many as were asked for, and the next edition's panel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories.models import State, Story
from newsletter.web.desk import next_edition
from newsletter.web.shared.parse_numbers import whole_number

A_PAGE = 50  # stories that a page begins with, and that are shown more at a time
MAX_SHOWN = 10_000
DROPPED_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """The first stories of a queue by number, in their order; how many it has; which the next edition takes."""

    ids: tuple[int, ...]
    total: int
    taken: frozenset[int] = frozenset()

    @property
    def stamp(self) -> str:
        """The same for two that look alike on a page: tells whether a page shows what the database holds."""
        return f"{crc32(repr([(pk, self.look(pk)) for pk in self.ids]).encode()):08x}"

    @property
    def is_whole(self) -> bool:
        return len(self.ids) == self.total

    def look(self, pk: int) -> tuple[bool, bool, bool]:
        """What a story's card shows of its place: is it first, is it last, does the next edition take it?"""
        return pk == self.ids[0], self.is_whole and pk == self.ids[-1], pk in self.taken


def asked_for(values: Mapping[str, str]) -> int:
    """How many stories a request asks to be shown."""
    return min(max(A_PAGE, whole_number(values.get("shown", "")) or 0), MAX_SHOWN)


def first_stories(publication: Publication, count: int, *, now: datetime) -> Shown:
    """The first `count` of its queue at this moment."""
    queued = publication.stories.all().queued()
    edition = next_edition.next_edition(publication, now=now)
    taken = frozenset(story.pk for story in next_edition.next_stories(publication, edition, now=now))
    ids = tuple(queued.values_list("pk", flat=True)[:count])
    return Shown(ids, len(ids) if len(ids) < count else queued.count(), taken)


def context(publication: Publication, shown: Shown, *, is_whole_page: bool, only: set[int] | None = None) -> Any:
    """What the templates of the desk are told. With `only`, the cards of these stories alone are read.

    Readers are counted for a whole page only: a story that moves changes nothing in their number.
    """
    now = clock.now()
    wanted = shown.ids if only is None else tuple(only)
    cards = {story.pk: story for story in Story.objects.filter(pk__in=wanted).select_related("picture")}
    dropped = publication.stories.filter(state=State.DROPPED).order_by("-position", "-pk")
    return {
        "publication": publication,
        "now": now,
        "shown": shown,
        "cards": cards,
        "stay": f"?shown={len(shown.ids)}" if len(shown.ids) > A_PAGE else "",  # for pages without scripts
        "more": min(A_PAGE, shown.total - len(shown.ids)),
        "next": next_edition.next_edition_panel(publication, now=now, counts_readers=is_whole_page),
        "dropped_lately": list(dropped[:DROPPED_SHOWN]),
    }
