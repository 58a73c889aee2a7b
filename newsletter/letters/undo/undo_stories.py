"""Undo acts on stories, pitches, suggestions and drafts."""

from datetime import datetime

from django.db import IntegrityError, transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.undo_models import KeptAct, UndoKind
from newsletter.editions.edition_stories import reserved_picks
from newsletter.lib.errors import InvalidState
from newsletter.stories import pitches, story_claims, story_queue
from newsletter.stories.correction_models import SiteCorrection
from newsletter.stories.feeds import queue_suggestions
from newsletter.stories.models import Story, StoryState
from newsletter.stories.reading import story_drafts

CHANGED_SINCE = "“{}” was changed again after that, so this cannot be undone."
DECIDED = {
    UndoKind.PITCH_ACCEPTED: StoryState.QUEUED,
    UndoKind.PITCH_DECLINED: StoryState.DECLINED,
    UndoKind.PITCH_WITHDRAWN: StoryState.WITHDRAWN,
}  # the state that the decision led to


def undo_added(act: KeptAct, *, by: User, now: datetime) -> None:  # noqa: ARG001 — same signature as the others
    """Take a story out of the queue again."""
    story_queue.drop(_story(act), by=by)


def undo_changed(act: KeptAct, *, by: User, now: datetime) -> None:  # noqa: ARG001 — same signature as the others
    """Give a story the values of before, if nobody changed these fields since."""
    with transaction.atomic():
        story = _story(act)
        story_queue.lock(story.publication_id)
        story.refresh_from_db()
        story_queue.require_to_change(story, by)
        if undo_log.is_changed(story, act):
            raise InvalidState(CHANGED_SINCE.format(story.headline))
        undo_log.set_values(story, act.before)
        story.version += 1
        story.save(update_fields=[*act.before, "version", "changed_at"])
        audit_trail.record(by, Act.STORY_CHANGED, story, what=f"Undone: {act.sentence}")


def undo_moved(act: KeptAct, *, by: User, now: datetime) -> None:  # noqa: ARG001 — same signature as the others
    """Move a story back to its place, unless somebody has moved it again since."""
    with transaction.atomic():
        story = _story(act)
        story_queue.lock(story.publication_id)
        later = KeptAct.objects.filter(kind=UndoKind.STORY_MOVED, subject_id=story.pk, pk__gt=act.pk, undone_at=None)
        if later.exists():
            raise InvalidState(f"“{story.headline}” was moved again after that, so this cannot be undone.")
        story_queue.move(story, to=act.before["place"], by=by)


def undo_removed(act: KeptAct, *, by: User, now: datetime) -> None:  # noqa: ARG001 — same signature as the others
    """Put a removed story back at its place in the queue."""
    story = story_queue.restore(_story(act), by=by)
    if act.before["place"]:
        story_queue.move(story, to=act.before["place"], by=by)


def undo_claimed(act: KeptAct, *, by: User, now: datetime) -> None:
    """End a claim."""
    story_claims.release(_story(act), by=by, now=now)


def undo_released(act: KeptAct, *, by: User, now: datetime) -> None:
    """Claim a story again, unless a colleague has claimed it since."""
    story_claims.claim(_story(act), by=by, now=now)


def undo_pitched(act: KeptAct, *, by: User, now: datetime) -> None:  # noqa: ARG001 — same signature as the others
    """Withdraw a pitch."""
    pitches.withdraw_pitch(_story(act), by=by)


def undo_pitch_decision(act: KeptAct, *, by: User, now: datetime) -> None:  # noqa: ARG001 — same signature as the others
    """Let a pitch wait for a decision again, as it did before it was accepted, declined or withdrawn."""
    is_own = act.kind == UndoKind.PITCH_WITHDRAWN
    require(by, Permission.PITCH if is_own else Permission.CURATE, publication=act.publication_id)
    with transaction.atomic():
        story_queue.lock(act.publication_id)
        story = _story(act)
        if story.state != DECIDED[UndoKind(act.kind)]:
            raise InvalidState(f"“{story.headline}” is {story.state} now, so this cannot be undone.")
        if reserved_picks(story.publication).filter(story=story).exists():
            raise InvalidState(f"“{story.headline}” is picked for an edition. Take it out there first.")
        pitches.pitch_again(story, by=by, **act.before)


def undo_dismissed(act: KeptAct, *, by: User, now: datetime) -> None:  # noqa: ARG001 — same signature as the others
    """Suggest an article again."""
    queue_suggestions.suggest_again(act.subject_id, act.before, by=by)


def undo_discarded(act: KeptAct, *, by: User, now: datetime) -> None:  # noqa: ARG001 — same signature as the others
    """Open a discarded draft again."""
    story_drafts.open_again(act.subject_id, act.before["state"], by=by)


def undo_forgotten(act: KeptAct, *, by: User, now: datetime) -> None:  # noqa: ARG001 — same signature as the others
    """Remember a correction of a site again."""
    require(by, Permission.CURATE, publication=act.publication_id)
    try:
        with transaction.atomic():
            SiteCorrection.objects.create(**act.before)
    except IntegrityError:
        raise InvalidState("This line of the site was corrected again since.") from None


def _story(act: KeptAct) -> Story:
    found = Story.objects.select_related("publication", "claimed_by").filter(pk=act.subject_id).first()
    if found is None:
        raise InvalidState("This story is gone.")
    return found
