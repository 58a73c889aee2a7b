"""Order keys of the story queue. They are sparse, so that adding or moving a story writes one row.

The caller of every function must hold the lock on the publication's row (story_queue.py).
"""

from django.db.models import Max

from newsletter.stories.models import Story, StoryQuerySet, StoryState

STEP = 1 << 32  # between neighbours: 32 insertions fit in the same gap before the keys are spread again


def at_end(publication_id: int, *, state: str = StoryState.QUEUED) -> int:
    """Return a key after those of all stories in `state`."""
    stories = Story.objects.filter(publication_id=publication_id, state=state)
    last = stories.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + STEP


def at_front(publication_id: int, count: int) -> list[int]:
    """Return `count` ascending keys before those of all queued stories."""
    first = _queued(publication_id).values_list("position", flat=True).first() or 0
    return [first - STEP * back for back in range(count, 0, -1)]


def at_place(publication_id: int, place: int, *, without: int) -> int:
    """Return the key for position `place`, counted from 1 among the queued stories except `without`."""
    others = _queued(publication_id).exclude(pk=without).values_list("position", flat=True)
    if place == 1:
        return at_front(publication_id, 1)[0]
    neighbours = list(others[place - 2 : place])
    if len(neighbours) < 2:  # at or beyond the end
        return at_end(publication_id)
    middle = (neighbours[0] + neighbours[1]) // 2
    if middle not in neighbours:
        return middle
    _spread(publication_id)
    before = others[place - 2]
    return before + STEP // 2


def place_of(story: Story) -> int | None:
    """Return the position of a story in the queue, counted from 1; None if it is not queued."""
    ids = _queued(story.publication_id)
    own = ids.filter(pk=story.pk).values_list("position", flat=True).first()
    if own is None:
        return None
    return ids.filter(position__lt=own).count() + ids.filter(position=own, pk__lte=story.pk).count()


def _queued(publication_id: int) -> StoryQuerySet:
    return Story.objects.filter(publication_id=publication_id).queued()


def _spread(publication_id: int) -> None:
    """Give all queued stories widely spaced keys again, in order."""
    stories = list(_queued(publication_id).only("pk", "position"))
    for number, story in enumerate(stories):
        story.position = number * STEP
    Story.objects.bulk_update(stories, ["position"], batch_size=200)
