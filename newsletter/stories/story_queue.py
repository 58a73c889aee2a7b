"""The story queue of a publication, in the order that curators choose.

Each function is one transaction that first locks the publication's row. Concurrent calls by two curators, or by a
curator and the assembly, therefore run one after the other, and no story is lost. A function writes only the rows it is
about. What `by`, a person or a feed, does to a story is in the audit trail. A person needs the permission to curate the
publication, or to pitch for a pitch of their own (pitches.py).
"""

from collections.abc import Callable, Sequence
from typing import Any, Unpack

from django.db import transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, changed_fields, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.audit.undo_models import UndoKind
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState, VersionConflict
from newsletter.publications.models import Publication
from newsletter.stories import duplicate_links, order_keys, story_claims
from newsletter.stories.models import Story, StoryState
from newsletter.stories.validate_story import OptionalStoryFields, StoryFields, set_story_fields

MAX_PLACE = 1 << 31  # far beyond any queue, and within the range of the databases


def queued_stories(publication: Publication) -> list[Story]:
    """Return the queue in order, including embargoed and expired stories."""
    return list(Story.objects.filter(publication=publication).queued())


def places(publication: Publication) -> dict[int, int]:
    """Return the position of each queued story by its id, counted from 1."""
    ids = Story.objects.filter(publication=publication).queued().values_list("pk", flat=True)
    return {pk: place for place, pk in enumerate(ids, start=1)}


def add(
    publication: Publication,
    *,
    headline: str,
    url: str,
    body: str,
    again: bool = False,
    by: Actor = None,
    **optional: Unpack[OptionalStoryFields],
) -> Story:
    """Add a story at the end of the queue. `body` is HTML and is sanitised here.

    Raises `BadInput` for an invalid field, and `InvalidState` if a queued or used story already links to the same page,
    unless `again` is set.
    """
    require(by, Permission.CURATE, publication=publication)
    story = Story(publication=publication)
    set_story_fields(story, {"headline": headline, "url": url, "body": body, **optional})
    return insert(story, again=again, by=by, act=Act.STORY_ADDED)


def insert(story: Story, *, again: bool, by: Actor, act: Act, **details: Any) -> Story:
    """Store a new story at the end of the stories of its state, for `add` and for pitches."""
    with transaction.atomic():
        lock(story.publication_id)
        if not again:
            refuse_duplicate(story)
        story.position = order_keys.at_end(story.publication_id, state=story.state)
        story.created_by = by if isinstance(by, User) else None
        _order_picture(story)
        story.save(force_insert=True)
        audit_trail.record(by, act, story, **details)
        is_pitch = story.state == StoryState.PITCHED
        done = f"“{story.headline}” was {'pitched' if is_pitch else 'queued'}."
        _keep(by, UndoKind.STORY_PITCHED if is_pitch else UndoKind.STORY_ADDED, story, done)
    return story


def update(
    story: Story, *, again: bool = False, seen: int | None = None, by: Actor = None, **fields: Unpack[StoryFields]
) -> Story:
    """Change `fields` and leave the other fields as they are in the database.

    `seen` is the version that the change is based on; raises `VersionConflict` if the story has another version now.
    Unchanged values change nothing, not even the version. A used story can be updated too: its edition detects the
    change and needs a new assembly and approval. Otherwise raises as `add` does.
    """
    with transaction.atomic():
        lock(story.publication_id)
        current = Story.objects.select_related("picture").get(pk=story.pk)
        require_to_change(current, by)
        if seen is not None and seen != current.version:
            raise VersionConflict(f"Story {story.pk} was changed after you opened it, so nothing was saved.")
        before = _values(current, fields)
        names = [*fields, "page_key", "picture", "picture_url"]
        stored = undo_log.stored_values(current, names)
        page_key, shown = current.page_key, changed_fields.field_values(current, fields)
        set_story_fields(current, fields)
        if not again and current.page_key != page_key:
            refuse_duplicate(current)
        if _values(current, fields) != before:
            _order_picture(current)
            current.version += 1
            changed = [*fields, "page_key", "picture", "picture_url", "version", "changed_at"]
            current.save(update_fields=changed)
            audit_trail.record(by, Act.STORY_CHANGED, current, **changed_fields.describe_changes(shown, current))
            after = undo_log.stored_values(current, names)
            done = f"“{current.headline}” was changed."
            _keep(by, UndoKind.STORY_CHANGED, current, done, before=stored, after=after)
        if isinstance(by, User):
            story_claims.touch(story.pk, by=by, now=clock.now())
    story.refresh_from_db()
    return story


def move(story: Story, *, to: int, by: Actor = None) -> Story:
    """Move a queued story to position `to`, counted from 1. A position beyond the end means the end."""
    if to < 1:
        raise BadInput("position", f"cannot be {to}.", "Positions start at 1.")
    return _move(story, lambda _: to, by=by)


def shift(story: Story, *, places: int, by: Actor = None) -> Story:
    """Move a queued story so many places towards the end, or towards the front when `places` is negative."""
    return _move(story, lambda place: max(1, place + places), by=by)


def move_beside(story: Story, other: Story, *, is_after: bool, by: Actor = None) -> Story:
    """Move a queued story directly before another one of its queue, or directly after it."""

    def choose(place: int) -> int:
        beside = order_keys.place_of(other) if other.publication_id == story.publication_id else None
        if beside is None:
            raise InvalidState(f"Story {other.pk} is no longer in this queue, so you cannot move a story next to it.")
        return beside - (place < beside) + is_after  # counted without the story that moves

    return story if story == other else _move(story, choose, by=by)


def drop(story: Story, *, by: Actor = None) -> Story:
    """Remove a queued story from the queue. It is kept and can be restored with `restore`."""
    require(by, Permission.CURATE, publication=story.publication_id)
    with transaction.atomic():
        lock(story.publication_id)
        place, last = order_keys.place_of(story), order_keys.at_end(story.publication_id, state=StoryState.DROPPED)
        if not Story.objects.filter(pk=story.pk, state=StoryState.QUEUED).update(
            state=StoryState.DROPPED, position=last
        ):
            raise InvalidState(f"Story {story.pk} is not in the queue, so it cannot be dropped.")
        audit_trail.record(by, Act.STORY_REMOVED, story)
        done = f"“{story.headline}” was removed from the queue."
        _keep(by, UndoKind.STORY_REMOVED, story, done, before={"place": place})
    story.refresh_from_db()
    return story


def restore(story: Story, *, by: Actor = None) -> Story:
    """Put a dropped story back at the end of the queue."""
    require(by, Permission.CURATE, publication=story.publication_id)
    with transaction.atomic():
        lock(story.publication_id)
        end = order_keys.at_end(story.publication_id)
        dropped = Story.objects.filter(pk=story.pk, state=StoryState.DROPPED)
        if not dropped.update(state=StoryState.QUEUED, position=end):
            raise InvalidState(f"Story {story.pk} was not dropped, so it cannot be restored.")
        audit_trail.record(by, Act.STORY_RESTORED, story)
        _keep(by, UndoKind.STORY_RESTORED, story, f"“{story.headline}” was put back into the queue.")
    story.refresh_from_db()
    return story


def take_for_edition(publication: Publication, choose: Callable[[], list[Story]], *, min_stories: int) -> list[Story]:
    """Mark the queued stories that `choose` returns as used, and return them in order.

    `choose` is called while the queue is locked. Takes none if there are fewer than `min_stories`.
    """
    with transaction.atomic():
        lock(publication.pk)
        stories = choose()
        if len(stories) < min_stories:
            return []
        Story.objects.filter(pk__in=[story.pk for story in stories]).update(state=StoryState.USED)
    for story in stories:
        story.state = StoryState.USED
    return stories


def return_to_front(publication: Publication, stories: Sequence[Story]) -> None:
    """Return used stories to the front of the queue, in this order. A story already in the queue keeps its position."""
    with transaction.atomic():
        lock(publication.pk)
        given = Story.objects.filter(pk__in=[story.pk for story in stories])
        queued = set(given.filter(state=StoryState.QUEUED).values_list("pk", flat=True))
        returned = [story for story in stories if story.pk not in queued]
        for story, key in zip(returned, order_keys.at_front(publication.pk, len(returned)), strict=True):
            Story.objects.filter(pk=story.pk).update(state=StoryState.QUEUED, position=key)


def lock(publication_id: int) -> None:
    """Lock the queue until the transaction ends."""
    Publication.objects.select_for_update(no_key=True).get(pk=publication_id)


def _move(story: Story, choose: Callable[[int], int], *, by: Actor) -> Story:
    """Move the story to the position that `choose` returns for its current one. A move does not change the version."""
    require(by, Permission.CURATE, publication=story.publication_id)
    with transaction.atomic():
        lock(story.publication_id)
        place = order_keys.place_of(story)
        if place is None:
            raise InvalidState(f"Story {story.pk} is not in the queue, so it cannot be moved.")
        to = min(choose(place), MAX_PLACE)
        if to != place:
            key = order_keys.at_place(story.publication_id, to, without=story.pk)
            Story.objects.filter(pk=story.pk).update(position=key)
            audit_trail.record(by, Act.STORY_MOVED, story, position=f"{place} → {to}")
            done = f"“{story.headline}” was moved from place {place} to {to}."
            _keep(by, UndoKind.STORY_MOVED, story, done, before={"place": place})
    story.refresh_from_db()
    return story


def require_to_change(story: Story, by: Actor) -> None:
    """Raise `NotPermitted` unless this actor may change the story."""
    is_own_pitch = isinstance(by, User) and story.created_by_id == by.pk and story.state == StoryState.PITCHED
    require(by, Permission.PITCH if is_own_pitch else Permission.CURATE, publication=story.publication_id)


def _keep(by: Actor, kind: UndoKind, story: Story, done: str, **values: Any) -> None:
    undo_log.keep(by, kind, story, done, publication=story.publication_id, **values)


def _values(story: Story, fields: StoryFields) -> dict[str, object]:
    """Return the values that a change of `fields` may affect. A newly requested picture equals no other."""
    return {name: getattr(story, name) for name in fields} | {
        "picture": story.picture,
        "picture_url": story.picture_url,
    }


def _order_picture(story: Story) -> None:
    """Save a new picture row, which orders the fetch, in the same transaction as the story."""
    if story.picture and story.picture._state.adding:
        story.picture.save()
        story.picture = story.picture  # sets picture_id


def refuse_duplicate(story: Story) -> None:
    """Raise `InvalidState` if a queued or used story links to the same page."""
    if earlier := duplicate_links.find_duplicate(story):
        place = "in the queue" if earlier.state == StoryState.QUEUED else "in an edition"
        raise InvalidState(
            f"This link is already {place}, as story {earlier.pk}. Confirm the duplicate to add it anyway."
        )
