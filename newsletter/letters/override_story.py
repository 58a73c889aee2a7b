"""Change a story for one edition's email only: texts, picture, section and size. The story itself stays as it is."""

import copy
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, changed_fields, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.audit.undo_models import UndoKind
from newsletter.editions import pick_list
from newsletter.editions.edition_stories import CURATED, apply_values, planned_stories
from newsletter.editions.embargo_and_expiry import placed_stories
from newsletter.editions.models import Edition
from newsletter.editions.pick_list import PickList
from newsletter.editions.pick_models import Pick
from newsletter.editions.story_order import Spot, moved
from newsletter.letters import compose_letters, edition_decisions
from newsletter.letters.compose_letters import Composed
from newsletter.letters.edit_edition import SaveEffect, effect_of_saving, refuse_stopped
from newsletter.lib.errors import InvalidState, VersionConflict
from newsletter.pictures.models import Picture
from newsletter.stories.models import Story
from newsletter.stories.validate_story import StoryFields, set_story_fields

TEXTS = ("headline", "kicker", "body", "section", "kind")
PICTURE = ("picture_url", "picture_alt", "picture_decorative", "picture_credit")
NEW_STORY = "A story was changed for this email, so the email was rebuilt."


class InEdition(NamedTuple):
    """A story of an edition: as it is, with its values in the edition, and its pick, which may be new."""

    original: Story
    shown: Story
    pick: Pick


def story_in_edition(edition: Edition, story_id: int, *, now: datetime) -> InEdition:
    """Return a story of the edition. Raise `InvalidState` if the edition does not have it."""
    original = Story.objects.select_related("picture", "publication").get(pk=story_id)
    pick = edition.picks.select_related("picture").filter(story=story_id).first()
    if (pick is None or pick.is_out) and not _is_in(edition, story_id, now=now):
        raise InvalidState(f"“{original.headline}” is not in this edition any more.")
    pick = pick or Pick(edition=edition, story=original, picked_at=now, own_values={}, version=0)
    return InEdition(original, apply_values(copy.copy(original), pick), pick)


def override_story(
    edition: Edition,
    story_id: int,
    fields: StoryFields,
    *,
    by: Actor,
    now: datetime,
    seen: int | None = None,
    announced: SaveEffect | None = None,
) -> Edition:
    """Set values of a story in this edition. One that equals the story's own is no longer overridden.

    A built email is rebuilt; `announced` and the errors are those of `edit_edition.edit_texts`. `seen` is the version
    of the pick that the person saw; when it has another one now, `VersionConflict` is raised.
    """
    require(by, Permission.CURATE, publication=edition.publication_id)
    found = story_in_edition(edition, story_id, now=now)
    changed = copy.copy(found.shown)
    set_story_fields(changed, fields)
    composed = _compose_with(edition, changed, now=now)
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        if effect_of_saving(edition) == SaveEffect.CLOSED:
            raise InvalidState(f"Edition {edition.pk} is {edition.state}; its stories can no longer be changed.")
        current = story_in_edition(edition, story_id, now=now)
        if seen is not None and seen != current.pick.version:
            raise VersionConflict("Someone else changed this story in this edition. Nothing was saved.")
        if current.original.version != found.original.version:  # else what it was before would override the change
            raise VersionConflict("Someone else changed this story at the same moment. Nothing was saved.")
        before = changed_fields.field_values(current.shown, [*TEXTS, *PICTURE])
        if changed.picture and changed.picture._state.adding:
            changed.picture.save()
            changed.picture = changed.picture  # sets picture_id
        old = {"own_values": dict(current.pick.own_values), "picture": current.pick.picture_id}
        _store(edition, current, changed, by=by, now=now)
        if edition.state not in CURATED:
            keeps = announced != SaveEffect.UNAPPROVED
            edition = edition_decisions.renew(edition, composed, reason=NEW_STORY, keeps_approval=keeps, now=now)
        if changes := changed_fields.describe_changes(before, changed):
            audit_trail.record(by, Act.STORY_OVERRIDDEN, edition, now=now, story=found.original.headline, **changes)
            if edition.state not in CURATED:  # else the change of the picks is kept
                _keep(edition, current, old, by=by, now=now)
    return edition


def values_of(story: Story, original: Story) -> dict[str, Any]:
    """Return the values in which `story` differs from the original; of a picture all or none."""
    values = {name: getattr(story, name) for name in TEXTS if getattr(story, name) != getattr(original, name)}
    if story.picture_id != original.picture_id or any(getattr(story, n) != getattr(original, n) for n in PICTURE):
        values |= {name: getattr(story, name) for name in PICTURE}
    return values


def _store(edition: Edition, current: InEdition, changed: Story, *, by: Actor, now: datetime) -> None:
    values, picture = values_of(changed, current.original), changed.picture
    if edition.state in CURATED:
        found = pick_list.locked_picks(edition, now=now)
        before = pick_list.snapshot(found)
        _pick(found, current, changed, by=by, now=now)
        _set(found.picks[changed.pk], values, picture)
        after = pick_list.store_picks(found, before)
        if before != after:
            sentence = f"“{current.original.headline}” was changed for this email."
            pick_list.keep_change(found.edition, sentence, before, after, moved_story=changed.pk, by=by, now=now)
        return
    pick = current.pick
    _set(pick, values, picture)
    pick.version += 1
    if pick.pk is None or pick.is_out:
        pick.position, pick.is_out = edition.picks.filter(is_out=False).count() + 1, False
        pick.picked_by = by if isinstance(by, User) else None
    pick.save()


def _keep(edition: Edition, current: InEdition, old: dict[str, Any], *, by: Actor, now: datetime) -> None:
    new = {"own_values": current.pick.own_values, "picture": current.pick.picture_id}
    undo_log.keep(
        by,
        UndoKind.STORY_OVERRIDDEN,
        edition,
        f"“{current.original.headline}” was changed for this email.",
        publication=edition.publication_id,
        before=old | {"story": current.original.pk},
        after=new,
        now=now,
    )


def _pick(found: PickList, current: InEdition, changed: Story, *, by: Actor, now: datetime) -> None:
    """Make the story picked, and move it if its section changed."""
    found.add(current.original)
    if changed.pk not in found.order or changed.section != current.shown.section:
        spot = Spot(section=changed.section)
        found.arrange(moved(found.entries, changed.pk, spot, section=changed.section), by=by, now=now)


def _set(pick: Pick, values: dict[str, Any], picture: Picture | None) -> None:
    pick.own_values = values
    pick.picture = picture if "picture_url" in values else None


def _is_in(edition: Edition, story_id: int, *, now: datetime) -> bool:
    if edition.placements.exists():
        return edition.placements.filter(story=story_id).exists()
    return any(each.story.pk == story_id for each in planned_stories(edition, now=now))


def _compose_with(edition: Edition, changed: Story, *, now: datetime) -> Composed | None:
    """Compose the letters with the changed story; None if they stay the same or are not built yet."""
    current = Edition.objects.fresh(edition.pk)
    if current.state in CURATED:
        return None
    stories = [changed if story.pk == changed.pk else story for story in placed_stories(current)]
    composed = compose_letters.compose_changed(current, stories=stories, now=now)
    refuse_stopped(composed, field="headline")
    return composed
