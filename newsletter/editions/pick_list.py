"""The picks of a locked edition in memory: read, changed by an act, and stored with what can be undone."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from newsletter.accounts.models import User
from newsletter.audit import undo_log
from newsletter.audit.audit_trail import Actor
from newsletter.audit.undo_models import UndoKind
from newsletter.editions.edition_stories import CURATED, entry_of, planned_stories
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.pick_models import Pick, PickChange
from newsletter.editions.story_order import Entry
from newsletter.lib.errors import InvalidState
from newsletter.stories.models import Story

KEPT_CHANGES = 50  # that can be undone, for each edition
Snapshot = dict[str, dict[str, Any] | None]  # story id → values of its pick


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
    undo_log.keep(by, UndoKind.EDITION_ARRANGED, change, sentence, publication=edition.publication_id, now=now)
    old = edition.pick_changes.order_by("-pk").values_list("pk", flat=True)[KEPT_CHANGES : KEPT_CHANGES + 1]
    if oldest := list(old):
        edition.pick_changes.filter(pk__lte=oldest[0]).delete()
    return change


def set_value(pick: Pick, name: str, value: str, *, own: str | None) -> None:
    """Set a value in place of the story's, or remove it if it equals the story's `own`."""
    if value == own:
        pick.own_values.pop(name, None)
    else:
        pick.own_values[name] = value
