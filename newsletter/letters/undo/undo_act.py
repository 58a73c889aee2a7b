"""The acts that somebody can undo, and undoing one of them."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from newsletter.accounts.models import User
from newsletter.audit import audit_trail, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.undo_models import KeptAct, UndoKind
from newsletter.letters.undo import undo_editions, undo_stories
from newsletter.lib.errors import InvalidState

MAX_LISTED = 20

HOW: dict[str, Callable[..., None]] = {
    UndoKind.STORY_ADDED: undo_stories.undo_added,
    UndoKind.STORY_CHANGED: undo_stories.undo_changed,
    UndoKind.STORY_MOVED: undo_stories.undo_moved,
    UndoKind.STORY_REMOVED: undo_stories.undo_removed,
    UndoKind.STORY_RESTORED: undo_stories.undo_added,
    UndoKind.STORY_CLAIMED: undo_stories.undo_claimed,
    UndoKind.STORY_RELEASED: undo_stories.undo_released,
    UndoKind.STORY_PITCHED: undo_stories.undo_pitched,
    UndoKind.PITCH_WITHDRAWN: undo_stories.undo_pitch_decision,
    UndoKind.PITCH_ACCEPTED: undo_stories.undo_pitch_decision,
    UndoKind.PITCH_DECLINED: undo_stories.undo_pitch_decision,
    UndoKind.SUGGESTION_DISMISSED: undo_stories.undo_dismissed,
    UndoKind.DRAFT_DISCARDED: undo_stories.undo_discarded,
    UndoKind.CORRECTION_FORGOTTEN: undo_stories.undo_forgotten,
    UndoKind.EDITION_ARRANGED: undo_editions.undo_arranged,
    UndoKind.STORY_OVERRIDDEN: undo_editions.undo_overridden,
    UndoKind.EDITION_EDITED: undo_editions.undo_edited,
    UndoKind.READERS_CHOSEN: undo_editions.undo_readers,
    UndoKind.EDITION_ADDED: undo_editions.undo_edition_added,
    UndoKind.EDITION_SUBMITTED: undo_editions.undo_submitted,
    UndoKind.EDITION_APPROVED: undo_editions.undo_approved,
    UndoKind.EDITION_RESCHEDULED: undo_editions.undo_rescheduled,
    UndoKind.APPEAL_ADDED: undo_editions.undo_appeal_added,
    UndoKind.APPEAL_CHANGED: undo_editions.undo_row,
    UndoKind.SNIPPET_ADDED: undo_editions.undo_snippet_added,
    UndoKind.SNIPPET_LEFT_OUT: undo_editions.undo_left_out,
    UndoKind.SNIPPET_CHANGED: undo_editions.undo_row,
    UndoKind.COMMENT_WRITTEN: undo_editions.undo_comment,
    UndoKind.THREAD_RESOLVED: undo_editions.undo_thread,
    UndoKind.THREAD_REOPENED: undo_editions.undo_thread,
    UndoKind.REQUEST_CLAIMED: undo_editions.undo_thread,
    UndoKind.REQUEST_RELEASED: undo_editions.undo_thread,
}
FINAL: dict[str, str] = {
    UndoKind.EDITION_SENT_NOW: "The edition was made due at once. Stop it on its page while that is possible.",
    UndoKind.EDITION_HELD: "Release the edition on its page. Its email is built again then.",
    UndoKind.EDITION_RELEASED: "Hold the edition again on its page.",
    UndoKind.EDITION_REOPENED: "The email and its approval are gone. Build the email again on the edition’s page.",
    UndoKind.EDITION_CANCELLED: "A cancelled edition stays cancelled. Its stories are at the front of the queue.",
}  # why it cannot be undone, and what to do instead


def acts_of(user: User, *, now: datetime, publication: int | None = None) -> list[KeptAct]:
    """Return the latest acts of a user that can be undone or could not, newest first."""
    found = KeptAct.objects.filter(user=user, undone_at=None, made_at__gt=now - undo_log.KEPT_FOR)
    return list((found.filter(publication_id=publication) if publication else found)[:MAX_LISTED])


def latest_of(user: User, *, publication: int, now: datetime) -> KeptAct | None:
    """Return the latest act of a user in a publication that can be undone."""
    found = KeptAct.objects.filter(user=user, publication_id=publication, undone_at=None)
    return found.filter(made_at__gt=now - undo_log.KEPT_FOR).exclude(kind__in=list(FINAL)).first()


def undo(act: KeptAct, *, by: User, now: datetime) -> KeptAct:
    """Undo one's own act. Undoing it twice changes nothing more. Raises `InvalidState` with what prevents it."""
    with transaction.atomic():
        current = KeptAct.objects.select_for_update().filter(pk=act.pk, user=by).first()
        if current is None or current.made_at <= now - undo_log.KEPT_FOR:
            raise InvalidState("This act is too old to be undone.")
        if current.undone_at:
            return current
        if why := FINAL.get(current.kind):
            raise InvalidState(f"This cannot be undone. {why}")
        with undo_log.keeping_nothing():
            HOW[current.kind](current, by=by, now=now)
        current.undone_at = now
        current.save(update_fields=["undone_at"])
        audit_trail.record(by, Act.ACT_UNDONE, now=now, what=current.sentence)
    return current
