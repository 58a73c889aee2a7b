"""Data of the story queue page: the first stories, as many as requested, and the edition beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from zlib import crc32

from newsletter.accounts.models import User
from newsletter.editions import closing_time
from newsletter.editions.comments import read_comments
from newsletter.letters.undo import undo_act
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories.models import Story, StoryState
from newsletter.stories.reading.page_story import FIELDS
from newsletter.stories.story_claims import IDLE
from newsletter.web.desk import edition_list, next_edition
from newsletter.web.desk.edition_list import DeskEdition
from newsletter.web.desk.story_drafts_page import draft_cards
from newsletter.web.desk.suggestions_page import on_desk
from newsletter.web.shared.parse_numbers import whole_number

PAGE_SIZE = 50  # stories shown at first, and added at a time
MAX_SHOWN = 10_000
DROPPED_SHOWN = 10


class CardMark(NamedTuple):
    """What a card shows besides the story: who claimed it, whether it is picked, the other edition that has it.

    `comments` are those in open threads.
    """

    claimed_by: int | None = None
    is_picked: bool = False
    elsewhere: int | None = None
    comments: int = 0


NO_MARK = CardMark()


@dataclass(frozen=True, slots=True)
class Shown:
    """Ids of the first stories of a queue in order, its total length, and the ids that the edition takes.

    `marks` say what else a card shows: who is on the story, whether it is picked, for which other edition.
    """

    ids: tuple[int, ...]
    total: int
    taken: frozenset[int] = frozenset()
    marks: Mapping[int, CardMark] = field(default_factory=dict)

    @property
    def stamp(self) -> str:
        """Return a checksum of what the page shows, to detect pages that are out of date."""
        return f"{crc32(repr([(pk, self.look(pk)) for pk in self.ids]).encode()):08x}"

    @property
    def is_whole(self) -> bool:
        return len(self.ids) == self.total

    def look(self, pk: int) -> tuple[bool, bool, bool, CardMark]:
        """Return what a card shows about its position (is first, is last, is taken by the edition) and its mark."""
        is_last = self.is_whole and pk == self.ids[-1]
        return pk == self.ids[0], is_last, pk in self.taken, self.marks.get(pk, NO_MARK)


def requested_count(values: Mapping[str, str]) -> int:
    """Return how many stories the request wants to see."""
    return min(max(PAGE_SIZE, whole_number(values.get("shown", "")) or 0), MAX_SHOWN)


def first_stories(desk: DeskEdition, count: int, *, now: datetime) -> Shown:
    """Return the first `count` stories of the queue beside this edition."""
    queued = desk.publication.stories.all().queued()
    queued_rows = read_comments.with_open_comments(queued)
    rows = list(queued_rows.values_list("pk", "claimed_by", "claimed_at", "comments")[:count])
    picked = {each.story.pk for each in desk.planned if each.pick}
    marks = {
        pk: CardMark(by if at and at > now - IDLE else None, pk in picked, desk.elsewhere.get(pk), comments)
        for pk, by, at, comments in rows
    }
    taken = frozenset(story.pk for story in desk.stories)
    ids = tuple(pk for pk, *_ in rows)
    return Shown(ids, len(ids) if len(ids) < count else queued.count(), taken, marks)


def _count_hidden(publication: Publication, shown: int, most: int) -> int:
    """Return how many drafts the page does not show; counted only if there may be any."""
    return publication.drafts.all().open().count() - shown if most and shown == most else 0


def context(
    desk: DeskEdition,
    shown: Shown,
    *,
    user: User,
    is_whole_page: bool,
    has_panel: bool = True,
    drafts: int = 0,
    only: set[int] | None = None,
) -> Any:
    """Return the template context of the desk. With `only`, load only the cards of these stories.

    Without `has_panel`, the page shows the edition as it is already.

    Readers are counted only for a whole page: moving a story does not change their number.
    """
    now, publication = clock.now(), desk.publication
    wanted = shown.ids if only is None else tuple(only)
    cards = {story.pk: story for story in Story.objects.filter(pk__in=wanted).select_related("picture", "claimed_by")}
    cards_of_drafts = draft_cards(publication, count=drafts, now=now) if is_whole_page else []
    dropped = publication.stories.filter(state=StoryState.DROPPED).order_by("-position", "-pk")
    return (
        {
            "publication": publication,
            "now": now,
            "shown": shown,
            "last_act": undo_act.latest_of(user, publication=publication.pk, now=now),
            "cards": cards,
            "stay": f"?shown={len(shown.ids)}" if len(shown.ids) > PAGE_SIZE else "",  # for pages without JavaScript
            "more": min(PAGE_SIZE, shown.total - len(shown.ids)),
            "recently_removed": list(dropped[:DROPPED_SHOWN]),
            "drafts": cards_of_drafts,
            "hidden_drafts": _count_hidden(publication, len(cards_of_drafts), drafts),
            "field_names": FIELDS,
        }
        | (panel_context(desk, user=user, now=now, counts_readers=is_whole_page) if has_panel else {"desk": desk})
        | (on_desk(publication, now=now) if is_whole_page else {})
    )


def panel_context(desk: DeskEdition, *, user: User, now: datetime, counts_readers: bool = False) -> dict[str, Any]:
    """Return what the panel of the edition shows."""
    panel = next_edition.next_edition_panel(
        desk.publication, desk.edition, desk.stories, user=user, now=now, counts_readers=counts_readers
    )
    return {
        "desk": desk,
        "next": panel,
        "sections": edition_list.listed_sections(desk),
        "section_names": edition_list.offered_sections(desk) if desk.is_open else [],
        "taken_out": edition_list.taken_out(desk),
        "closing": edition_list.closing_sentence(desk, now=now),
        "closes": closing_time.taken_until(desk.edition) if desk.is_open and desk.edition else None,
        "idle_since": now - IDLE,
    }
