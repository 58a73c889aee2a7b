"""The story queue: what curators put in, in the order they want it. Every verb leaves it numbered 1, 2, 3 …

Each verb is one transaction that first takes the publication's row, so that two curators (or a
curator and the assembly) who act at once act one after the other, and no story is lost.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Unpack

from django.db import transaction

from newsletter.lib.errors import BadInput, NotAllowed
from newsletter.publications.models import Publication
from newsletter.stories import repeats
from newsletter.stories.checking import Fields, OptionalFields, fill
from newsletter.stories.models import State, Story


def waiting(publication: Publication) -> list[Story]:
    """The queue in the curators' order, embargoed and expired stories included."""
    return list(Story.objects.filter(publication=publication).queued())


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

    Raises `BadInput` for a field that cannot be printed, and `NotAllowed` when a queued or used
    story leads to the same page already, unless `again`.
    """
    story = Story(publication=publication)
    fill(story, {"headline": headline, "url": url, "body": body, **optional})
    with transaction.atomic():
        queued = _taken(publication.pk)
        if not again:
            _refuse_repeat(story)
        story.position = len(queued) + 1
        _order_picture(story)
        story.save(force_insert=True)
        _number([*queued, story])
    return story


def revise(story: Story, *, again: bool = False, **fields: Unpack[Fields]) -> Story:
    """Change `fields` and leave the others as they are in the database by now.

    A used story may be revised as well: its edition notices that it changed after assembly, and
    asks for a new assembly and approval. Raises as `add` does.
    """
    with transaction.atomic():
        _taken(story.publication_id)
        current = Story.objects.select_related("picture").get(pk=story.pk)
        before = repeats.page(current.url)
        fill(current, fields)
        if not again and repeats.page(current.url) != before:
            _refuse_repeat(current)
        _order_picture(current)
        current.save(update_fields=[*fields, "picture", "picture_url", "changed_at"])
    story.refresh_from_db()
    return story


def move(story: Story, *, to: int) -> Story:
    """Put a queued story at place `to`, counted from 1; beyond the end means the end."""
    if to < 1:
        raise BadInput("position", f"cannot be {to}.", "The first place is 1.")
    with transaction.atomic():
        queued = _taken(story.publication_id)
        if story not in queued:
            raise NotAllowed(f"Story {story.pk} is not in the queue, so it has no place there.")
        queued.insert(to - 1, queued.pop(queued.index(story)))
        _number(queued)
    story.refresh_from_db()
    return story


def drop(story: Story) -> Story:
    """Take a queued story out of the queue. It is kept and can be put back with `restore`."""
    with transaction.atomic():
        queued = _taken(story.publication_id)
        if story not in queued:
            raise NotAllowed(f"Story {story.pk} is not in the queue, so it cannot be dropped from it.")
        Story.objects.filter(pk=story.pk).update(state=State.DROPPED)
        _number([other for other in queued if other != story])
    story.refresh_from_db()
    return story


def restore(story: Story) -> Story:
    """Put a dropped story back, at the end of the queue."""
    with transaction.atomic():
        queued = _taken(story.publication_id)
        if not Story.objects.filter(pk=story.pk, state=State.DROPPED).update(state=State.QUEUED):
            raise NotAllowed(f"Story {story.pk} was not dropped, so it cannot be put back.")
        _number([*queued, story])
    story.refresh_from_db()
    return story


def take(
    publication: Publication, *, at: datetime, least: int, most: int, until: datetime | None = None
) -> list[Story]:
    """The first `most` stories fit for readers who get them from `at` until `until`, marked as used, in their order.

    None is taken when there are fewer than `least`.
    """
    with transaction.atomic():
        queued = _taken(publication.pk)
        stories = list(Story.objects.filter(publication=publication).offered(at, until=until)[:most])
        if len(stories) < least:
            return []
        Story.objects.filter(pk__in=[story.pk for story in stories]).update(state=State.USED)
        _number([story for story in queued if story not in stories])
    for story in stories:
        story.state = State.USED
    return stories


def give_back(publication: Publication, stories: Sequence[Story]) -> None:
    """Put used stories back at the front of the queue, in this order. One that is back already stays where it is."""
    with transaction.atomic():
        queued = _taken(publication.pk)
        back = [story for story in stories if story not in queued]
        Story.objects.filter(pk__in=[story.pk for story in back]).update(state=State.QUEUED)
        _number([*back, *queued])


def _taken(publication_id: int) -> list[Story]:
    """The queue in its order, ours alone until the transaction ends."""
    Publication.objects.select_for_update(no_key=True).get(pk=publication_id)
    return list(Story.objects.filter(publication_id=publication_id).queued().only("pk", "position"))


def _number(queued: Sequence[Story]) -> None:
    """Give `queued` the positions 1, 2, 3 … in the database. Moving a story does not count as changing it."""
    places = {story.pk: place for place, story in enumerate(queued, start=1)}
    stored = Story.objects.only("pk", "position").filter(pk__in=places)  # what the caller holds may be older
    moved = [story for story in stored if story.position != places[story.pk]]
    for story in moved:
        story.position = places[story.pk]
    Story.objects.bulk_update(moved, ["position"], batch_size=200)


def _order_picture(story: Story) -> None:
    """Its row is the order to fetch it, and stands or falls with the story's."""
    if story.picture and story.picture._state.adding:
        story.picture.save()
        story.picture = story.picture  # now that it has a number


def _refuse_repeat(story: Story) -> None:
    if earlier := repeats.earlier(story):
        where = "is in the queue" if earlier.state == State.QUEUED else "stood in an edition"
        raise NotAllowed(f"This link {where} already, as story {earlier.pk}. Ask for it again if that is meant.")
