"""Undo a change of an edition's picks. What others did in between stays."""

from datetime import datetime

from django.db import transaction

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.editions.edition_stories import check_not_reserved
from newsletter.editions.models import Edition
from newsletter.editions.pick_list import PickList, Snapshot, is_other, locked_picks, snapshot, store_picks
from newsletter.editions.pick_models import PickChange
from newsletter.editions.story_order import Entry, in_sections
from newsletter.lib.errors import InvalidState
from newsletter.stories import story_queue
from newsletter.stories.models import Story

CHANGED_SINCE = "“{}” was changed again after that, so this cannot be undone."


def undo(change: PickChange, *, by: Actor, now: datetime) -> Edition:
    """Give the changed picks their values and places of before. Undoing twice changes nothing more.

    Raises `InvalidState` if one of them was changed since, or is picked for another edition now.
    """
    require(by, Permission.CURATE, publication=change.edition.publication_id)
    with transaction.atomic():
        found = locked_picks(change.edition, now=now)
        change = PickChange.objects.select_for_update().get(pk=change.pk)
        if change.is_undone:
            return found.edition
        story_queue.lock(found.edition.publication_id)
        before = snapshot(found)
        stories = {story.pk: story for story in Story.objects.filter(pk__in=map(int, change.after))}
        _check(change, before, stories)
        _restore(found, change, now=now)
        _regroup(found, stories)
        store_picks(found, before)
        change.is_undone = True
        change.save(update_fields=["is_undone"])
        audit_trail.record(by, Act.EDITION_ARRANGED, found.edition, now=now, what=f"Undone: {change.sentence}")
    return found.edition


def _check(change: PickChange, now: Snapshot, stories: dict[int, Story]) -> None:
    """Raise `InvalidState` unless the picks still have the values that the change gave them, wherever they stand."""
    for pk, after in change.after.items():
        current = now.get(pk)
        if current != after and (not current or not after or is_other(current, after)):
            raise InvalidState(CHANGED_SINCE.format(stories[int(pk)].headline))
    back = [int(pk) for pk, values in change.before.items() if values and values["position"]]
    check_not_reserved(change.edition, back, hint="This cannot be undone.")


def _restore(found: PickList, change: PickChange, *, now: datetime) -> None:
    """Change the picks in memory. Places are given from the front, so that several come back in their order."""
    found.order = [pk for pk in found.order if str(pk) not in change.before]
    for pk, values in sorted(change.before.items(), key=lambda item: (item[1] or {}).get("position", 0)):
        if values is None:
            found.removed.add(int(pk))
            continue
        pick = found.pick_of(int(pk), by=change.user, now=now)
        pick.own_values, pick.picture_id = dict(values["own_values"]), values["picture"]
        if values["position"]:
            found.order.insert(values["position"] - 1, int(pk))


def _regroup(found: PickList, stories: dict[int, Story]) -> None:
    """Keep the stories of one section together, also when others have moved theirs in between."""
    sections = {entry.story: entry.section for entry in found.entries}
    for pk, story in stories.items():
        if pk in found.picks:
            sections[pk] = found.picks[pk].own_values.get("section", story.section)
    found.order = [entry.story for entry in in_sections([Entry(pk, sections[pk], True) for pk in found.order])]
