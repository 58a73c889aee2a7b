"""The story queue: what curators put in, in the order they want it. A verb writes the rows it is about and no others.

Each verb is one transaction that first takes the publication's row, so that two curators (or a
curator and the assembly) who act at once act one after the other, and no story is lost.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Unpack

from django.db import transaction

from newsletter.lib.errors import BadInput, InvalidState, VersionConflict
from newsletter.publications.models import Publication
from newsletter.stories import duplicate_links, order_keys
from newsletter.stories.models import State, Story
from newsletter.stories.validate_story import Fields, OptionalFields, set_story_fields

MAX_PLACE = 1 << 31  # far beyond any queue, and still a number that databases count to


def queued_stories(publication: Publication) -> list[Story]:
    """The queue in the curators' order, embargoed and expired stories included."""
    return list(Story.objects.filter(publication=publication).queued())


def places(publication: Publication) -> dict[int, int]:
    """The place of each queued story by its number, counted from 1."""
    ids = Story.objects.filter(publication=publication).queued().values_list("pk", flat=True)
    return {pk: place for place, pk in enumerate(ids, start=1)}


def add(
    publication: Publication,
    *,
    headline: str,
    url: str,
    body: str,
    again: bool = False,
    **optional: Unpack[OptionalFields],
) -> Story:
    """A new story at the end of the queue. `body` is HTML and is sanitised here.

    Raises `BadInput` for a field that cannot be printed, and `InvalidState` when a queued or used
    story leads to the same page already, unless `again`.
    """
    story = Story(publication=publication)
    set_story_fields(story, {"headline": headline, "url": url, "body": body, **optional})
    with transaction.atomic():
        _lock(publication.pk)
        if not again:
            _refuse_repeat(story)
        story.position = order_keys.at_end(publication.pk)
        _order_picture(story)
        story.save(force_insert=True)
    return story


def revise(story: Story, *, again: bool = False, seen: int | None = None, **fields: Unpack[Fields]) -> Story:
    """Change `fields` and leave the others as they are in the database by now.

    `seen` is the version that the change was made from; `VersionConflict` when the story has another by now.
    What is given as it is already changes nothing, not even the version. A used story may be revised as well:
    its edition notices that it changed after assembly, and asks for a new assembly and approval. Raises as
    `add` does.
    """
    with transaction.atomic():
        _lock(story.publication_id)
        current = Story.objects.select_related("picture").get(pk=story.pk)
        if seen is not None and seen != current.version:
            raise VersionConflict(f"Story {story.pk} was changed since you looked at it, so nothing was saved.")
        before = _values(current, fields)
        page_key = current.page_key
        set_story_fields(current, fields)
        if not again and current.page_key != page_key:
            _refuse_repeat(current)
        if _values(current, fields) != before:
            _order_picture(current)
            current.version += 1
            changed = [*fields, "page_key", "picture", "picture_url", "version", "changed_at"]
            current.save(update_fields=changed)
    story.refresh_from_db()
    return story


def move(story: Story, *, to: int) -> Story:
    """Put a queued story at place `to`, counted from 1; beyond the end means the end."""
    if to < 1:
        raise BadInput("position", f"cannot be {to}.", "The first place is 1.")
    return _move(story, lambda _: to)


def shift(story: Story, *, by: int) -> Story:
    """Move a queued story `by` places towards the end, or towards the front when `by` is negative."""
    return _move(story, lambda place: max(1, place + by))


def move_beside(story: Story, other: Story, *, is_after: bool) -> Story:
    """Put a queued story right before another one of its queue, or right after it."""

    def choose(place: int) -> int:
        beside = order_keys.place_of(other) if other.publication_id == story.publication_id else None
        if beside is None:
            raise InvalidState(f"Story {other.pk} is not in this queue any more, so nothing can be put beside it.")
        return beside - (place < beside) + is_after  # counted without the story that moves

    return story if story == other else _move(story, choose)


def drop(story: Story) -> Story:
    """Take a queued story out of the queue. It is kept and can be put back with `restore`."""
    with transaction.atomic():
        _lock(story.publication_id)
        last = order_keys.at_end(story.publication_id, state=State.DROPPED)
        if not Story.objects.filter(pk=story.pk, state=State.QUEUED).update(state=State.DROPPED, position=last):
            raise InvalidState(f"Story {story.pk} is not in the queue, so it cannot be dropped from it.")
    story.refresh_from_db()
    return story


def restore(story: Story) -> Story:
    """Put a dropped story back, at the end of the queue."""
    with transaction.atomic():
        _lock(story.publication_id)
        end = order_keys.at_end(story.publication_id)
        dropped = Story.objects.filter(pk=story.pk, state=State.DROPPED)
        if not dropped.update(state=State.QUEUED, position=end):
            raise InvalidState(f"Story {story.pk} was not dropped, so it cannot be put back.")
    story.refresh_from_db()
    return story


def take_for_edition(
    publication: Publication, *, at: datetime, least: int, most: int, until: datetime | None = None
) -> list[Story]:
    """The first `most` stories fit for readers who get them from `at` until `until`, marked as used, in their order.

    None is taken when there are fewer than `least`.
    """
    with transaction.atomic():
        _lock(publication.pk)
        stories = list(Story.objects.filter(publication=publication).offered(at, until=until)[:most])
        if len(stories) < least:
            return []
        Story.objects.filter(pk__in=[story.pk for story in stories]).update(state=State.USED)
    for story in stories:
        story.state = State.USED
    return stories


def return_to_front(publication: Publication, stories: Sequence[Story]) -> None:
    """Put used stories back at the front of the queue, in this order. One that is back already stays where it is."""
    with transaction.atomic():
        _lock(publication.pk)
        given = Story.objects.filter(pk__in=[story.pk for story in stories])
        queued = set(given.filter(state=State.QUEUED).values_list("pk", flat=True))
        back = [story for story in stories if story.pk not in queued]
        for story, key in zip(back, order_keys.at_front(publication.pk, len(back)), strict=True):
            Story.objects.filter(pk=story.pk).update(state=State.QUEUED, position=key)


def _lock(publication_id: int) -> None:
    """The queue is ours alone until the transaction ends."""
    Publication.objects.select_for_update(no_key=True).get(pk=publication_id)


def _move(story: Story, choose: Callable[[int], int]) -> Story:
    """Put it at the place that `choose` names, told its present one. Moving does not count as changing the story."""
    with transaction.atomic():
        _lock(story.publication_id)
        place = order_keys.place_of(story)
        if place is None:
            raise InvalidState(f"Story {story.pk} is not in the queue, so it has no place there.")
        to = min(choose(place), MAX_PLACE)
        if to != place:
            key = order_keys.at_place(story.publication_id, to, without=story.pk)
            Story.objects.filter(pk=story.pk).update(position=key)
    story.refresh_from_db()
    return story


def _values(story: Story, fields: Fields) -> dict[str, object]:
    """What a change of `fields` may change; a picture that was just ordered equals no other."""
    return {name: getattr(story, name) for name in fields} | {
        "picture": story.picture,
        "picture_url": story.picture_url,
    }


def _order_picture(story: Story) -> None:
    """Its row is the order to fetch it, and stands or falls with the story's."""
    if story.picture and story.picture._state.adding:
        story.picture.save()
        story.picture = story.picture  # now that it has a number


def _refuse_repeat(story: Story) -> None:
    if earlier := duplicate_links.find_duplicate(story):
        place = "in the queue" if earlier.state == State.QUEUED else "in an edition"
        raise InvalidState(
            f"This link is already {place}, as story {earlier.pk}. Confirm the duplicate to add it anyway."
        )
