"""Curate an edition before it is assembled: pick stories, order them, choose sections and sizes, take stories out.

Each act is one transaction that locks the edition, like assembly. It is stated relative to what the edition has at that
moment, so that acts of two people are both done. Acts are recorded, and each can be undone (undo_picks.py).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.editions.closing_time import edition_that_takes_stories, takes_stories
from newsletter.editions.edition_stories import CURATED, entry_of, maximum_of, planned_stories
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.pick_models import Pick, PickChange
from newsletter.editions.story_order import Entry, Spot, moved
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.mail.text_cleaning import clean_line
from newsletter.stories import story_queue
from newsletter.stories.models import Kind, Story, StoryState

KEPT_CHANGES = 50  # that can be undone, for each edition
MAX_SECTION = 60  # characters
AT_END = Spot()
Snapshot = dict[str, dict[str, Any] | None]  # story id → values of its pick


@dataclass(frozen=True, slots=True)
class Arranged:
    """What an act did: the edition that has the story now, and the change to undo; None if nothing changed."""

    edition: Edition
    story: Story
    change: PickChange | None


class OwnStyle(NamedTuple):
    """What a story has itself, whatever an edition makes of it."""

    section: str
    kind: str


@dataclass(slots=True)
class PickList:
    """The stories of a locked edition. `order` holds those in it; other picks were taken out. The acts change both.

    `removed` are picks that an undone act had made.
    """

    edition: Edition
    entries: list[Entry]
    picks: dict[int, Pick]
    stories: dict[int, Story]
    own: dict[int, OwnStyle]
    order: list[int]
    removed: set[int] = field(default_factory=set)

    def add(self, story: Story) -> None:
        """Get to know a story that may not be in the edition yet."""
        if story.pk not in self.stories:
            self.stories[story.pk], self.own[story.pk] = story, OwnStyle(story.section, story.kind)

    def pick_of(self, story: int, *, by: Actor, now: datetime) -> Pick:
        """Return the pick of a story, which may be a new one."""
        who = by if isinstance(by, User) else None
        return self.picks.setdefault(
            story, Pick(edition=self.edition, story_id=story, picked_by=who, picked_at=now, own_values={})
        )

    def arrange(self, entries: list[Entry], *, by: Actor, now: datetime) -> None:
        """Make these picked stories the order; a pick gets its section, and a story without a pick gets one."""
        for entry in entries:
            set_value(
                self.pick_of(entry.story, by=by, now=now), "section", entry.section, own=self.own[entry.story].section
            )
        self.order = [entry.story for entry in entries]


def place(edition: Edition, story: Story, spot: Spot = AT_END, *, by: Actor, now: datetime) -> Arranged:
    """Put a queued story of the publication into the edition, or move it there.

    Without a spot, or with its own section, a picked story stays where it is. A new one goes to the first edition that
    still takes stories: this one or one after it.
    """
    require(by, Permission.CURATE)
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


def make_lead(edition: Edition, story: Story, *, by: Actor, now: datetime) -> Arranged:
    """Make a story of the edition, or a queued one, its only lead: first, above all sections."""
    require(by, Permission.CURATE)
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
    require(by, Permission.CURATE)
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
    require(by, Permission.CURATE)

    def act(found: PickList) -> str:
        if all(entry.story != story.pk for entry in found.entries):
            raise InvalidState(f"“{story.headline}” is not in this edition any more, so nothing was changed.")
        found.pick_of(story.pk, by=by, now=now)
        found.order = [pk for pk in found.order if pk != story.pk]
        return f"“{story.headline}” was taken out of the edition."

    return _arrange(edition, story, act, by=by, now=now)


def locked_picks(edition: Edition, *, now: datetime) -> PickList:
    """Lock the edition and return its stories; raise `InvalidState` if they cannot be changed. Needs a transaction."""
    edition = Edition.objects.locked(edition.pk)
    if edition.state not in CURATED:
        raise InvalidState("The email of this edition is built. Reopen the edition to change its stories.")
    if edition.state != EditionState.HELD and edition.placements.exists():
        raise InvalidState("The email of this edition is being built at this moment. Try again in half a minute.")
    planned = planned_stories(edition, now=now)
    order = [each.story.pk for each in planned if each.pick]
    picks = {each.story.pk: each.pick for each in planned if each.pick}
    picks |= {pick.story_id: pick for pick in edition.picks.filter(is_out=True)}
    stories = {each.story.pk: each.story for each in planned}
    styles = Story.objects.filter(pk__in=stories).values_list("pk", "section", "kind")
    own = {pk: OwnStyle(section, kind) for pk, section, kind in styles}
    return PickList(edition, [entry_of(each) for each in planned], picks, stories, own, order)


def snapshot(found: PickList) -> Snapshot:
    """Return the values of all picks as stored in a `PickChange`; the position is 0 of one that was taken out."""
    places = {pk: number for number, pk in enumerate(found.order, start=1)}
    return {
        str(pk): {"position": places.get(pk, 0), "own_values": dict(pick.own_values), "picture": pick.picture_id}
        for pk, pick in found.picks.items()
        if pk not in found.removed
    }


def store_picks(found: PickList, before: Snapshot) -> Snapshot:
    """Write the picks that differ from `before`; return their new values."""
    after = snapshot(found)
    Pick.objects.filter(edition=found.edition, story__in=found.removed).delete()
    moves = []
    for pk, values in after.items():
        pick, old = found.picks[int(pk)], before.get(pk)
        if values is None or values == old:
            continue
        is_moved_only = old is not None and old | {"position": values["position"]} == values
        pick.position, pick.is_out = values["position"], values["position"] == 0
        if pick._state.adding:
            pick.save(force_insert=True)
        elif is_moved_only:
            moves.append(pick)
        else:
            pick.version += 1
            pick.save(update_fields=["position", "is_out", "own_values", "picture", "version"])
    Pick.objects.bulk_update(moves, ["position", "is_out"])
    return after


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


def is_other(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Return whether a pick has other values, wherever it stands, or is in the edition only in one case."""
    return bool(old["position"]) != bool(new["position"]) or old | {"position": 0} != new | {"position": 0}


def keep_change(
    edition: Edition, sentence: str, before: Snapshot, after: Snapshot, *, moved_story: int, by: Actor, now: datetime
) -> PickChange:
    """Store what was changed, to be undone: of picks that only made room for others, nothing."""

    def is_changed(pk: str) -> bool:
        old, new = before.get(pk), after.get(pk)
        return pk == str(moved_story) or old is None or new is None or is_other(old, new)

    changed = [pk for pk in before.keys() | after.keys() if is_changed(pk)]
    who = by if isinstance(by, User) else None
    change = PickChange.objects.create(
        edition=edition,
        user=who,
        made_at=now,
        sentence=sentence[:400],
        before={pk: before.get(pk) for pk in changed},
        after={pk: after.get(pk) for pk in changed},
    )
    old = edition.pick_changes.order_by("-pk").values_list("pk", flat=True)[KEPT_CHANGES : KEPT_CHANGES + 1]
    if oldest := list(old):
        edition.pick_changes.filter(pk__lte=oldest[0]).delete()
    return change


def _edition_for(edition: Edition, story: Story, *, now: datetime) -> Edition:
    """Return the edition if it takes stories or has this one, also as one that fills it; else one after it."""
    if takes_stories(edition, now=now):
        return edition
    is_in = edition.state in CURATED and any(e.story.pk == story.pk for e in planned_stories(edition, now=now))
    return edition if is_in else edition_that_takes_stories(edition, now=now)


def _check_new(found: PickList, story: Story, *, now: datetime) -> None:
    """Raise `InvalidState` if the story cannot be picked. Locks the queue, so that it stays so."""
    edition = found.edition
    if story.publication_id != edition.publication_id:
        raise InvalidState("This story belongs to another publication.")
    story_queue.lock_queue(story.publication_id)
    state = Story.objects.filter(pk=story.pk).values_list("state", flat=True).get()
    if state != StoryState.QUEUED:
        raise InvalidState(f"“{story.headline}” is not in the queue any more, so it cannot be put into an edition.")
    others = Pick.objects.filter(story=story, is_out=False, edition__state__in=CURATED).exclude(edition=edition)
    if others.exists():
        raise InvalidState(f"“{story.headline}” is picked for another edition. Take it out there first.")
    is_in = any(entry.story == story.pk for entry in found.entries)
    if not is_in and not takes_stories(edition, now=now):
        raise InvalidState("This edition has just closed for stories. Try again: the next edition takes the story.")
    count = len(found.order)
    if count >= maximum_of(edition):
        raise InvalidState(
            f"This edition already has {count} picked stories, the most that {edition.publication.name} allows. "
            "Take one out first."
        )


def set_value(pick: Pick, name: str, value: str, *, own: str | None) -> None:
    """Set a value in place of the story's, or remove it if it equals the story's `own`."""
    if value == own:
        pick.own_values.pop(name, None)
    else:
        pick.own_values[name] = value


def _clean_section(section: str) -> str:
    cleaned = clean_line(section)
    if len(cleaned) > MAX_SECTION:
        raise BadInput("section", f"has {len(cleaned)} characters.", f"Use at most {MAX_SECTION}.")
    return cleaned
