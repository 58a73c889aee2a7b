"""The real email with a story that is still being written."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from newsletter.editions.embargo_and_expiry import placed_stories
from newsletter.editions.models import Edition, EditionState, Variant
from newsletter.letters import assemble_edition, compose_letters, render_letter
from newsletter.mail.message import Letter
from newsletter.stories.models import Story

WAITING = (EditionState.PLANNED, EditionState.ASSEMBLED, EditionState.APPROVED, EditionState.HELD)


class StoryPreview(NamedTuple):
    """The email, and the id of the story's headline in it."""

    letter: Letter
    anchor: str


def preview_story(story: Story, *, now: datetime, edition: Edition | None = None) -> StoryPreview:
    """Render the email with the story as it is in memory.

    It is the email of `edition`, else of the edition that has the story, else of the next edition.
    A story that neither has stands at the end, where the queue would add it, in a full email in place of the last.
    """
    publication = story.publication
    waiting = publication.editions.filter(state__in=WAITING).order_by("due_at", "id")
    has_it = Q(placements__story=story.pk) | Q(picks__story=story.pk, picks__is_out=False)
    own = waiting.filter(has_it).first() if story.pk else None
    edition = edition or own or waiting.exclude(state=EditionState.HELD).first() or Edition(due_at=now, assemble_at=now)
    edition.publication = publication
    stories = (placed_stories(edition) if edition.pk else []) or assemble_edition.offered_stories(edition, now=now)
    ids = [each.pk for each in stories]
    if story.pk in ids:
        number = ids.index(story.pk)
        stories[number] = story
    else:
        stories = [*stories[: publication.maximum_stories - 1], story]
        number = len(stories) - 1
    contents = compose_letters.gather_letters(edition, stories, now=now).letters[Variant.DEFAULT]
    with compose_letters.preview_slot_for(contents):
        return StoryPreview(render_letter.render(contents), contents.stories[number].anchor)
