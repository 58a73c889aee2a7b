"""Undo acts on editions, appeals, snippets and comments."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import models, transaction

from newsletter.accounts.models import User
from newsletter.audit import undo_log
from newsletter.audit.undo_models import KeptAct, UndoKind
from newsletter.editions import edit_snippet, undo_picks
from newsletter.editions.comment_models import Comment, CommentThread
from newsletter.editions.comments import write_comments
from newsletter.editions.edition_stories import apply_values
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.pick_models import PickChange
from newsletter.editions.snippet_models import Snippet
from newsletter.giving import edit_appeal
from newsletter.giving.models import Appeal
from newsletter.letters import (
    edit_edition,
    edition_audience,
    edition_decisions,
    leave_out_snippet,
    override_story,
    second_person,
    withdraw_approval,
)
from newsletter.lib.errors import InvalidState
from newsletter.segments.models import Segment
from newsletter.stories import story_queue
from newsletter.stories.models import Story

CHANGED_SINCE = "It was changed again after that, so this cannot be undone."
ROWS: dict[str, tuple[type[models.Model], Callable[..., models.Model]]] = {
    UndoKind.APPEAL_CHANGED: (Appeal, edit_appeal.update_appeal),
    UndoKind.SNIPPET_CHANGED: (Snippet, edit_snippet.update_snippet),
}


def undo_arranged(act: KeptAct, *, by: User, now: datetime) -> None:
    """Give the stories of an edition their places of before."""
    change = PickChange.objects.select_related("edition").filter(pk=act.subject_id).first()
    if change is None:
        raise InvalidState("This change of the edition is too old to be undone.")
    undo_picks.undo(change, by=by, now=now)


def undo_edited(act: KeptAct, *, by: User, now: datetime) -> None:
    """Give an edition its texts of before. An approval is not ended by that."""
    edit_edition.edit_texts(_edition(act), act.before, by=by, now=now, seen=act.after)


def undo_overridden(act: KeptAct, *, by: User, now: datetime) -> None:
    """Give a story its values of before in a built email. An approval is not ended by that."""
    edition = _edition(act)
    found = override_story.story_in_edition(edition, act.before["story"], now=now)
    pick = found.pick
    if {"own_values": pick.own_values, "picture": pick.picture_id} != act.after:
        raise InvalidState(f"“{found.original.headline}” was changed again after that, so this cannot be undone.")
    pick.own_values, pick.picture_id = act.before["own_values"], act.before["picture"]
    then = apply_values(Story.objects.select_related("picture").get(pk=found.original.pk), pick)
    fields: Any = {name: getattr(then, name) for name in (*override_story.TEXTS, *override_story.PICTURE)}
    fields |= {"picture": then.picture}
    override_story.override_story(edition, then.pk, fields, by=by, now=now, seen=pick.version)


def undo_readers(act: KeptAct, *, by: User, now: datetime) -> None:
    """Give an edition to the readers of before. An approval is not ended by that."""
    segments = Segment.objects.in_bulk([pk for pk in act.before.values() if pk])
    if any(pk and pk not in segments for pk in act.before.values()):
        raise InvalidState("The segment of before was removed.")
    edition_audience.choose_segments(
        _edition(act),
        send_to=segments.get(act.before["send_to"]),
        leave_out=segments.get(act.before["leave_out"]),
        by=by,
        now=now,
        seen=(act.after["send_to"], act.after["leave_out"]),
    )


def undo_edition_added(act: KeptAct, *, by: User, now: datetime) -> None:
    """Cancel an extra edition that nobody has begun."""
    with transaction.atomic():
        edition = Edition.objects.locked(act.subject_id)
        is_begun = any(
            getattr(edition, name).exists() for name in ("picks", "placements", "pitches", "comment_threads")
        )
        if edition.state != EditionState.PLANNED or is_begun or undo_log.is_changed(edition, act):
            raise InvalidState("Somebody has begun this edition. Cancel it on its page.")
        edition_decisions.cancel(edition, reason="Undone by the person who added it.", by=by, now=now)


def undo_submitted(act: KeptAct, *, by: User, now: datetime) -> None:
    """Take back a submission for review."""
    second_person.withdraw_submission(_edition(act), content_hash=act.after["content_hash"], by=by, now=now)


def undo_approved(act: KeptAct, *, by: User, now: datetime) -> None:
    """Withdraw an approval."""
    withdraw_approval.withdraw_approval(_edition(act), content_hash=act.after["content_hash"], by=by, now=now)


def undo_rescheduled(act: KeptAct, *, by: User, now: datetime) -> None:
    """Give an edition its send time of before."""
    edition = _edition(act)
    if edition.due_at != datetime.fromisoformat(act.after["due_at"]):
        raise InvalidState("Its send time was changed again after that.")
    if act.before["local_send_time"]:
        raise InvalidState("It was sent by readers’ local time before, which is set by the schedule only.")
    edition_decisions.reschedule(edition, due_at=datetime.fromisoformat(act.before["due_at"]), by=by, now=now)


def undo_row(act: KeptAct, *, by: User, now: datetime) -> None:  # noqa: ARG001 — same signature as the others
    """Give an appeal or a snippet its values of before, if nobody changed these fields since."""
    model, update = ROWS[act.kind]
    with transaction.atomic():
        story_queue.lock(act.publication_id)  # first, as a change of a snippet does
        row = model._default_manager.select_for_update().filter(pk=act.subject_id).first()
        if row is None or undo_log.is_changed(row, act):
            raise InvalidState(CHANGED_SINCE)
        undo_log.set_values(row, act.before)
        columns = {column.attname: column.name for column in model._meta.concrete_fields}
        update(row, by=by, **{columns[name]: getattr(row, columns[name]) for name in act.before})


def undo_appeal_added(act: KeptAct, *, by: User, now: datetime) -> None:  # noqa: ARG001 — same signature as the others
    """Retire an appeal."""
    edit_appeal.retire(Appeal.objects.get(pk=act.subject_id), by=by)


def undo_snippet_added(act: KeptAct, *, by: User, now: datetime) -> None:  # noqa: ARG001 — same signature as the others
    """Retire a snippet."""
    edit_snippet.update_snippet(Snippet.objects.get(pk=act.subject_id), by=by, is_active=False)


def undo_left_out(act: KeptAct, *, by: User, now: datetime) -> None:
    """Print a snippet in an edition again, or leave it out. An approval is not ended by that."""
    snippet = Snippet.objects.get(pk=act.before["snippet"])
    leave_out_snippet.set_left_out(_edition(act), snippet, is_out=act.before["is_out"], by=by, now=now)


def undo_comment(act: KeptAct, *, by: User, now: datetime) -> None:
    """Delete one's own comment."""
    if (comment := Comment.objects.select_related("thread").filter(pk=act.subject_id).first()) is not None:
        write_comments.delete_comment(comment, by=by, now=now)


def undo_thread(act: KeptAct, *, by: User, now: datetime) -> None:
    """Open a thread again or resolve it; give a request back or claim it."""
    thread = CommentThread.objects.filter(pk=act.subject_id).first()
    if thread is None:
        raise InvalidState("This thread is gone, with the edition that it was about.")
    opposite = {
        UndoKind.THREAD_RESOLVED: write_comments.reopen_thread,
        UndoKind.THREAD_REOPENED: write_comments.resolve,
        UndoKind.REQUEST_CLAIMED: write_comments.release_request,
        UndoKind.REQUEST_RELEASED: write_comments.claim_request,
    }
    opposite[UndoKind(act.kind)](thread, by=by, now=now)


def _edition(act: KeptAct) -> Edition:
    return Edition.objects.fresh(act.subject_id)
