"""Curate an edition before it is assembled: pick stories, order them, choose sections and sizes, take stories out.

Each act is one transaction that locks the edition, like assembly. It is stated relative to what the edition has at that
moment, so that acts of two people are both done. Acts are recorded, and each can be undone (undo_picks.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.editions.closing_time import edition_that_takes_stories, takes_stories
from newsletter.editions.edition_stories import (
    CURATED,
    check_not_reserved,
    maximum_of,
    planned_stories,
    reserved_picks,
)
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.pick_list import PickList, keep_change, locked_picks, set_value, snapshot, store_picks
from newsletter.editions.pick_models import PickChange
from newsletter.editions.story_order import Spot, moved
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.mail.text_cleaning import clean_line
from newsletter.stories import story_queue
from newsletter.stories.models import Kind, Story, StoryState

MAX_SECTION = 60  # characters
AT_END = Spot()


@dataclass(frozen=True, slots=True)
class Arranged:
    """What an act did: the edition that has the story now, and the change to undo; None if nothing changed."""

    edition: Edition
    story: Story
    change: PickChange | None


def place(edition: Edition, story: Story, spot: Spot = AT_END, *, by: Actor, now: datetime) -> Arranged:
    """Put a queued story of the publication into the edition, or move it there.

    Without a spot, or with its own section, a picked story stays where it is. A new one goes to the first edition that
    still takes stories: this one or one after it.
    """
    require(by, Permission.CURATE, publication=edition.publication_id)
    if spot.section is not None:
        spot = Spot(section=_clean_section(spot.section))
    edition = _edition_for(edition, story, now=now)

    def act(found: PickList) -> str:
        is_new = story.pk not in found.order
        if is_new:
            _check_new(found, story, now=now)
        here = next((entry.section for entry in found.entries if entry.story == story.pk), None)
        if spot.beside == story.pk or (not is_new and spot in (AT_END, Spot(section=here))):
            return ""  # the same click twice
        if spot.beside is not None and all(entry.story != spot.beside for entry in found.entries):
            raise InvalidState("The story next to that place has left the edition, so nothing was moved.")
        found.add(story)
        found.arrange(moved(found.entries, story.pk, spot, section=story.section), by=by, now=now)
        return f"“{story.headline}” was put into the edition." if is_new else f"“{story.headline}” was moved."

    return _arrange(edition, story, act, by=by, now=now)


def place_anyway(edition: Edition, story: Story, *, by: Actor, now: datetime) -> Arranged:
    """Put a queued story into an edition also after its closing time, and out of the planned one that has it.

    It takes the permission to approve. A held edition keeps its stories: `InvalidState` says what to do first.
    """
    require(by, Permission.APPROVE, publication=edition.publication_id)

    def leave(found: PickList) -> str:
        if story.pk not in found.order:
            return ""
        found.removed.add(story.pk)
        found.order.remove(story.pk)
        return f"“{story.headline}” was moved to another edition."

    def act(found: PickList) -> str:
        if story.pk in found.order:
            return ""  # the same click twice
        _check_new(found, story, now=now, is_anyway=True)
        found.add(story)
        found.arrange(moved(found.entries, story.pk, AT_END, section=story.section), by=by, now=now)
        return f"“{story.headline}” was put into the edition after its closing time."

    with transaction.atomic():
        picks = reserved_picks(edition.publication).filter(story=story, edition__state=EditionState.PLANNED)
        others = list(picks.exclude(edition=edition).values_list("edition", flat=True))
        # in ascending order, so that two such acts do not wait for each other
        for pk in sorted([edition.pk, *others]):
            Edition.objects.locked(pk)
        for pick in picks.filter(edition__in=others).select_related("edition__publication"):  # those that still have it
            _arrange(pick.edition, story, leave, by=by, now=now)
        return _arrange(edition, story, act, by=by, now=now)


def make_lead(edition: Edition, story: Story, *, by: Actor, now: datetime) -> Arranged:
    """Make a story of the edition, or a queued one, its only lead: first, above all sections."""
    require(by, Permission.CURATE, publication=edition.publication_id)
    edition = _edition_for(edition, story, now=now)

    def act(found: PickList) -> str:
        if story.pk not in found.order:
            _check_new(found, story, now=now)
        found.add(story)
        for pk, pick in found.picks.items():
            if pk != story.pk and pk in found.order and found.stories[pk].kind == Kind.LEAD:
                own = found.own[pk].kind
                set_value(pick, "kind", Kind.STORY.value if own == Kind.LEAD else own, own=own)
        found.arrange(moved(found.entries, story.pk, Spot(is_first=True), section=story.section), by=by, now=now)
        set_value(found.picks[story.pk], "kind", Kind.LEAD.value, own=None)
        return f"“{story.headline}” is the lead of the edition."

    return _arrange(edition, story, act, by=by, now=now)


def set_kind(edition: Edition, story: Story, *, kind: str, by: Actor, now: datetime) -> Arranged:
    """Print a story of the edition as a lead, story or short one in this edition. Empty: as the layout sets it."""
    require(by, Permission.CURATE, publication=edition.publication_id)
    if kind not in ("", *Kind.values):
        raise BadInput("kind", f"cannot be {kind}.", f"Give one of: {', '.join(Kind.values)}.")

    def act(found: PickList) -> str:
        if all(entry.story != story.pk for entry in found.entries):
            raise InvalidState(f"“{story.headline}” is not in this edition any more, so nothing was changed.")
        if story.pk not in found.order:
            section = found.stories[story.pk].section
            found.arrange(moved(found.entries, story.pk, AT_END, section=section), by=by, now=now)
        set_value(found.picks[story.pk], "kind", kind, own=found.own[story.pk].kind)
        return f"“{story.headline}” is {kind or 'as the layout sets it'} in this edition."

    return _arrange(edition, story, act, by=by, now=now)


def take_out(edition: Edition, story: Story, *, by: Actor, now: datetime) -> Arranged:
    """Take a story out of the edition, which is not filled with it either. It stays in the queue for the next ones."""
    require(by, Permission.CURATE, publication=edition.publication_id)

    def act(found: PickList) -> str:
        if all(entry.story != story.pk for entry in found.entries):
            raise InvalidState(f"“{story.headline}” is not in this edition any more, so nothing was changed.")
        found.pick_of(story.pk, by=by, now=now)
        found.order = [pk for pk in found.order if pk != story.pk]
        return f"“{story.headline}” was taken out of the edition."

    return _arrange(edition, story, act, by=by, now=now)


def _arrange(edition: Edition, story: Story, act: Callable[[PickList], str], *, by: Actor, now: datetime) -> Arranged:
    with transaction.atomic():
        found = locked_picks(edition, now=now)
        before = snapshot(found)
        sentence = act(found)
        after = store_picks(found, before)
        if before == after:
            return Arranged(found.edition, story, None)
        change = keep_change(found.edition, sentence, before, after, moved_story=story.pk, by=by, now=now)
        place = after.get(str(story.pk))
        audit_trail.record(
            by,
            Act.EDITION_ARRANGED,
            found.edition,
            now=now,
            story=story.pk,
            what=sentence,
            place=place["position"] or None if place else None,
        )
    return Arranged(found.edition, story, change)


def _edition_for(edition: Edition, story: Story, *, now: datetime) -> Edition:
    """Return the edition if it takes stories or has this one, also as one that fills it; else one after it."""
    if takes_stories(edition, now=now):
        return edition
    is_in = edition.state in CURATED and any(e.story.pk == story.pk for e in planned_stories(edition, now=now))
    return edition if is_in else edition_that_takes_stories(edition, now=now)


def _check_new(found: PickList, story: Story, *, now: datetime, is_anyway: bool = False) -> None:
    """Raise `InvalidState` if the story cannot be picked. Locks the queue, so that it stays so."""
    edition = found.edition
    if story.publication_id != edition.publication_id:
        raise InvalidState("This story belongs to another publication.")
    story_queue.lock(story.publication_id)
    state = Story.objects.filter(pk=story.pk).values_list("state", flat=True).get()
    if state != StoryState.QUEUED:
        raise InvalidState(f"“{story.headline}” is not in the queue any more, so it cannot be put into an edition.")
    check_not_reserved(edition, [story.pk])
    is_in = any(entry.story == story.pk for entry in found.entries)
    if not is_in and not is_anyway and not takes_stories(edition, now=now):
        raise InvalidState("This edition has just closed for stories. Try again: the next edition takes the story.")
    count = len(found.order)
    if count >= maximum_of(edition):
        raise InvalidState(
            f"This edition already has {count} picked stories, the most that {edition.publication.name} allows. "
            "Take one out first."
        )


def _clean_section(section: str) -> str:
    cleaned = clean_line(section)
    if len(cleaned) > MAX_SECTION:
        raise BadInput("section", f"has {len(cleaned)} characters.", f"Use at most {MAX_SECTION}.")
    return cleaned
