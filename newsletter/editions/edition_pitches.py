"""Pitches for one edition: chosen while it takes stories, and put into it when a curator accepts the pitch."""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from newsletter.accounts.models import User
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.editions import edition_picks
from newsletter.editions.closing_time import edition_that_takes_stories, takes_stories
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.pick_models import EditionPitch
from newsletter.lib.errors import InvalidState
from newsletter.publications.models import Publication
from newsletter.stories import pitches, story_queue
from newsletter.stories.models import Story

MAX_OFFERED = 5


class Accepted(NamedTuple):
    """An accepted pitch, the edition that has the story now (None: only the queue), and why not the wanted one."""

    story: Story
    edition: Edition | None = None
    why_not: str = ""


def offered_editions(publication: Publication, *, now: datetime) -> list[Edition]:
    """Return the next editions that take stories, the first one first."""
    planned = publication.editions.filter(state=EditionState.PLANNED, due_at__gt=now).select_related("publication")
    return [each for each in planned.order_by("due_at", "pk") if takes_stories(each, now=now)][:MAX_OFFERED]


def choose_edition(story: Story, edition: Edition | None, *, by: User, now: datetime) -> Edition | None:
    """Pitch a story for an edition, or for any with None. Return the edition: a later one if that has just closed.

    Raises `NoEditionFollows` if none takes stories; the wish of before stays then.
    """
    story_queue.require_to_change(story, by)
    if edition and edition.publication_id != story.publication_id:
        raise InvalidState("This edition belongs to another publication.")
    with transaction.atomic():
        before = EditionPitch.objects.filter(story=story).values_list("edition", flat=True).first()
        taking = Edition.objects.locked(edition_that_takes_stories(edition, now=now).pk) if edition else None
        if before == (taking.pk if taking else None):
            return taking
        if taking:
            EditionPitch.objects.update_or_create(story=story, defaults={"edition": taking})
        else:
            EditionPitch.objects.filter(story=story).delete()
        wishes = f"{before or 'any'} → {taking.pk if taking else 'any'}"
        audit_trail.record(by, Act.STORY_CHANGED, story, now=now, for_edition=wishes)
    return taking


def accept(story: Story, *, by: User | None, now: datetime, again: bool = False, seen: int | None = None) -> Accepted:
    """Accept a pitch into the queue, and into the edition that it was made for, or the first that takes it after that.

    Raises as `pitches.accept_pitch` does. A story that cannot be put into an edition is still accepted.
    """
    accepted = pitches.accept_pitch(story, by=by, again=again, seen=seen)
    wish = EditionPitch.objects.filter(story=story).select_related("edition__publication").first()
    if wish is None:
        return Accepted(accepted)
    try:
        return Accepted(accepted, edition_picks.place(wish.edition, accepted, by=by, now=now).edition)
    except InvalidState as error:
        return Accepted(accepted, None, str(error))
