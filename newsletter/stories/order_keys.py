"""Order keys of the story queue. They are sparse, so that adding or moving a story writes one row.

Every function expects that the caller holds the publication's row (story_queue.py).
"""

from django.db.models import Max

from newsletter.stories.models import State, Story, StoryQuerySet

STEP = 1 << 32  # between neighbours: 32 stories fit in the same place before the keys are spread anew


def at_end(publication_id: int, *, state: str = State.QUEUED) -> int:
    """A key behind all that are queued, or are of another state."""
    stories = Story.objects.filter(publication_id=publication_id, state=state)
    last = stories.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + STEP


def at_front(publication_id: int, count: int) -> list[int]:
    """`count` keys, ascending, before all that are queued."""
    first = _queued(publication_id).values_list("position", flat=True).first() or 0
    return [first - STEP * back for back in range(count, 0, -1)]


def at_place(publication_id: int, place: int, *, without: int) -> int:
    """The key of `place`, counted from 1 among the queued stories other than `without`; beyond the end is the end."""
    others = _queued(publication_id).exclude(pk=without).values_list("position", flat=True)
    if place == 1:
        return at_front(publication_id, 1)[0]
    beside = list(others[place - 2 : place])
    if len(beside) < 2:  # the end
        return at_end(publication_id)
    middle = (beside[0] + beside[1]) // 2
    if middle not in beside:
        return middle
    _spread(publication_id)
    before = others[place - 2]
    return before + STEP // 2


def place_of(story: Story) -> int | None:
    """Its place in the queue, counted from 1; None when it is not in the queue by now."""
    ids = _queued(story.publication_id)
    own = ids.filter(pk=story.pk).values_list("position", flat=True).first()
    if own is None:
        return None
    return ids.filter(position__lt=own).count() + ids.filter(position=own, pk__lte=story.pk).count()


def _queued(publication_id: int) -> StoryQuerySet:
    return Story.objects.filter(publication_id=publication_id).queued()


def _spread(publication_id: int) -> None:
    """Give all queued stories keys that are far apart again, in their order."""
    stories = list(_queued(publication_id).only("pk", "position"))
    for number, story in enumerate(stories):
        story.position = number * STEP
    Story.objects.bulk_update(stories, ["position"], batch_size=200)
