"""The order of a planned edition's stories: those that were picked, section by section, and those that fill it. Pure.

Stories without a section come first, then the sections in the order in which they were first used. A story that fills
the edition follows the picked ones of its section, else it stands at the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Entry(NamedTuple):
    """A story in the list: its id, the section it is printed in, and whether it was picked."""

    story: int
    section: str
    is_picked: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a story goes: `step` places up or down, beside another one, into a section, or to the front.

    Without any of these, to the end of its own section.
    """

    step: int = 0
    beside: int | None = None
    is_after: bool = False
    section: str | None = None
    is_first: bool = False


def in_sections(picked: Sequence[Entry]) -> list[Entry]:
    """Return picked stories so that those of one section stand together."""
    sections = dict.fromkeys(["", *(entry.section for entry in picked)])
    return [entry for section in sections for entry in picked if entry.section == section]


def with_automatic(picked: Sequence[Entry], automatic: Sequence[Entry]) -> list[Entry]:
    """Return the whole list: picked stories, and those that fill the edition."""
    found: list[Entry] = []
    for section in dict.fromkeys(entry.section for entry in in_sections(picked)):
        found += [entry for entry in (*picked, *automatic) if entry.section == section]
    known = {entry.section for entry in picked}
    return found + [entry for entry in automatic if entry.section not in known]


def moved(entries: Sequence[Entry], story: int, spot: Spot, *, section: str) -> list[Entry]:
    """Return the picked stories after `story` was moved, or added with `section`. It is picked from then on.

    So are stories that would otherwise fill the edition, if the moved one was put after them in their section.
    """
    old = [entry.story for entry in entries].index(story) if any(e.story == story for e in entries) else None
    rest = [entry for entry in entries if entry.story != story]
    section = entries[old].section if old is not None else section
    index, section = _index(rest, old, spot, section)
    before = [
        entry._replace(is_picked=True) if entry.section == section and _is_beside(spot) else entry
        for entry in rest[:index]
    ]
    whole = [*before, Entry(story, section, True), *rest[index:]]
    return in_sections([entry for entry in whole if entry.is_picked])


def _is_beside(spot: Spot) -> bool:
    return bool(spot.step) or spot.beside is not None


def _index(rest: Sequence[Entry], old: int | None, spot: Spot, section: str) -> tuple[int, str]:
    """Return where in `rest` the story goes, and its section there."""
    if spot.is_first:
        return 0, ""
    if spot.beside is not None:
        index = [entry.story for entry in rest].index(spot.beside)
        return index + spot.is_after, rest[index].section
    if spot.step and old is not None:
        return _stepped(rest, old, spot.step, section)
    section = section if spot.section is None else spot.section
    mine = [index for index, entry in enumerate(rest) if entry.section == section]
    picked = [index for index in mine if rest[index].is_picked]
    return (picked[-1] + 1 if picked else mine[0] if mine else len(rest)), section


def _stepped(rest: Sequence[Entry], old: int, step: int, section: str) -> tuple[int, str]:
    """Return the next place up or down. From the edge of a section, that is the edge of the next section."""
    neighbour = old - 1 if step < 0 else old
    if not 0 <= neighbour < len(rest):
        return old, section
    if rest[neighbour].section != section:
        return old, rest[neighbour].section
    return (old - 1 if step < 0 else old + 1), section
