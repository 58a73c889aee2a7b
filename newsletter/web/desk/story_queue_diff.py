"""Difference between two states of a story queue page: which cards to remove, insert and redraw. Pure functions."""

from dataclasses import dataclass

from newsletter.web.desk.story_queue_page import Shown


@dataclass(frozen=True, slots=True)
class InsertedCards:
    """Cards to insert, in order, right after the card of story `after`; None means the front."""

    after: int | None
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """Apply in this order: remove cards, insert cards, redraw cards in place."""

    gone: tuple[int, ...]
    runs: tuple[InsertedCards, ...]
    redrawn: tuple[int, ...]

    @property
    def drawn(self) -> set[int]:
        """Return the stories whose cards are sent."""
        return {pk for run in self.runs for pk in run.ids} | set(self.redrawn)


def changes(before: Shown, after: Shown, *, moved: int | None) -> Changes | None:
    """Return the changes from `before` to `after`; None if more than the story `moved` has moved."""
    if not before.ids or not after.ids:
        return None  # an empty queue has a different page
    is_moved = moved in before.ids and moved in after.ids and _neighbour(before, moved) != _neighbour(after, moved)
    had, has = set(before.ids), set(after.ids)
    if is_moved:
        had, has = had - {moved}, has - {moved}
    kept = [pk for pk in before.ids if pk in had and pk in has]
    if kept != [pk for pk in after.ids if pk in had and pk in has]:
        return None
    gone = tuple(pk for pk in before.ids if pk not in kept)
    runs: list[InsertedCards] = []
    stays = set(kept)
    for place, pk in enumerate(after.ids):
        if pk in stays:
            continue
        previous = after.ids[place - 1] if place else None
        if runs and runs[-1].ids[-1] == previous:
            runs[-1] = InsertedCards(runs[-1].after, (*runs[-1].ids, pk))
        else:
            runs.append(InsertedCards(previous, (pk,)))
    redrawn = tuple(pk for pk in kept if before.look(pk) != after.look(pk))
    return Changes(gone, tuple(runs), redrawn)


def _neighbour(shown: Shown, pk: int | None) -> int | None:
    """Return the story before this one."""
    place = shown.ids.index(pk)
    return shown.ids[place - 1] if place else None
