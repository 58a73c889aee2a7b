"""Who is working on a story: claimed by one person, until they release it or do nothing to it for half an hour.

A claim keeps nobody from saving; it is shown, so that two people do not write the same teaser.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.undo_models import UndoKind
from newsletter.lib.errors import InvalidState
from newsletter.stories.models import Story

IDLE = timedelta(minutes=30)  # after which a claim has ended
RENEWED_AFTER = timedelta(minutes=1)  # typing renews a claim, not every key


def claimant(story: Story, *, now: datetime) -> User | None:
    """Return who is working on a story. It needs `select_related("claimed_by")`."""
    is_valid = story.claimed_at is not None and story.claimed_at > now - IDLE
    return story.claimed_by if is_valid else None


def claim(story: Story, *, by: User, now: datetime, takes_over: bool = False) -> Story:
    """Claim a story. Raise `InvalidState` if a colleague is working on it, unless this person takes it over."""
    require(by, Permission.CURATE, publication=story.publication_id)
    with transaction.atomic():
        free = Q(claimed_by=None) | Q(claimed_by=by) | Q(claimed_at__lte=now - IDLE)
        if claimant(story, now=now) == by:
            touch(story.pk, by=by, now=now)
            return story
        rows = Story.objects.filter(pk=story.pk)
        if not (rows if takes_over else rows.filter(free)).update(claimed_by=by, claimed_at=now):
            current = Story.objects.select_related("claimed_by").get(pk=story.pk)
            raise InvalidState(f"{current.claimed_by} is on this story. Take it over only if you have agreed on that.")
        audit_trail.record(by, Act.STORY_CLAIMED, story, now=now)
        done, publication = f"You claimed “{story.headline}”.", story.publication_id
        undo_log.keep(by, UndoKind.STORY_CLAIMED, story, done, publication=publication, now=now)
    story.refresh_from_db()
    return story


def release(story: Story, *, by: User, now: datetime) -> Story:
    """End one's own claim of a story. Ending it twice changes nothing."""
    require(by, Permission.CURATE, publication=story.publication_id)
    with transaction.atomic():
        if Story.objects.filter(pk=story.pk, claimed_by=by).update(claimed_by=None, claimed_at=None):
            audit_trail.record(by, Act.STORY_RELEASED, story, now=now)
            done, publication = f"You released “{story.headline}”.", story.publication_id
            undo_log.keep(by, UndoKind.STORY_RELEASED, story, done, publication=publication, now=now)
    story.refresh_from_db()
    return story


def touch(story_id: int, *, by: User, now: datetime) -> None:
    """Renew the claim of somebody who does something to the story. An ended claim stays ended."""
    still = Story.objects.filter(pk=story_id, claimed_by=by, claimed_at__gt=now - IDLE)
    still.filter(claimed_at__lt=now - RENEWED_AFTER).update(claimed_at=now)
