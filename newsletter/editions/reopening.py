"""Undoing an assembly: the letter is dropped and its stories lead the queue again."""

from django.db import transaction
from django.db.models import F

from newsletter.editions.models import Edition, State
from newsletter.stories.models import State as StoryState
from newsletter.stories.models import Story


def reopen(edition: Edition) -> Edition:
    """Planned anew: no letter, no approval, its stories back at the front of the queue."""
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        edition.move(State.PLANNED)
        edition.letters.all().delete()
        edition.made_from = edition.content_hash = edition.approved_hash = ""
        edition.assembled_at = edition.approved_at = edition.approved_by = None
        give_back(edition)
        edition.save()
    return edition


def give_back(edition: Edition) -> None:
    """The stories of an edition return to the front of the queue, in their order."""
    stories = list(edition.placements.order_by("position").values_list("story_id", flat=True))
    edition.placements.all().delete()
    Story.objects.queued().filter(publication_id=edition.publication_id).update(position=F("position") + len(stories))
    for position, story_id in enumerate(stories, start=1):
        Story.objects.filter(pk=story_id).update(state=StoryState.QUEUED, position=position)
