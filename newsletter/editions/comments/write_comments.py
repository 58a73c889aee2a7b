"""Write, answer, change and delete comments. Who may curate may comment; a comment is changed by its author only."""

import re
from datetime import datetime, timedelta

from django.db import transaction

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import ALLOWED, NotPermitted, Permission, require
from newsletter.audit import audit_trail, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.undo_models import UndoKind
from newsletter.editions.comment_models import MAX_COMMENT, Comment, CommentMention, CommentThread
from newsletter.editions.comments.find_mentions import find_mentions, handles, people_of
from newsletter.editions.models import Edition
from newsletter.lib.errors import BadInput, Gone, InvalidState
from newsletter.mail.text_cleaning import repair_windows_1252
from newsletter.stories.models import Story

MAX_AN_HOUR = 60  # comments of one person
MAX_IN_THREAD = 50
MAX_OPEN_THREADS = 200  # on one story or edition
HOUR = timedelta(hours=1)
EDITABLE = timedelta(minutes=15)
DELETABLE = timedelta(days=1)
KEY = re.compile(r"[0-9a-f]{32}")
TEAMS = tuple(role for role in Role if Permission.CURATE in ALLOWED[role])  # who can be asked


def open_thread(
    subject: Story | Edition, *, text: str, by: User, key: str, now: datetime, team: str = ""
) -> CommentThread:
    """Write a comment on a story or an edition; with a `team`, as a request to that role.

    The same `key` again writes nothing. Raises `BadInput` or `InvalidState`.
    """
    require(by, Permission.CURATE, publication=subject.publication_id)
    text = _clean(text)
    if team and team not in TEAMS:
        raise BadInput("team", "cannot be asked here.", f"Ask one of: {', '.join(TEAMS)}.")
    with transaction.atomic():
        if earlier := _written(key, by):
            return earlier.thread
        _check_rate(by, now=now)
        place = {"story": subject} if isinstance(subject, Story) else {"edition": Edition.objects.locked(subject.pk)}
        if CommentThread.objects.filter(**place, resolved_at=None).count() >= MAX_OPEN_THREADS:
            raise InvalidState(f"There are {MAX_OPEN_THREADS} open comments here. Resolve some first.")
        thread = CommentThread.objects.create(publication=subject.publication, **place, team=team, opened_at=now)
        _add(thread, text=text, by=by, key=key, now=now)
    return thread


def reply(thread: CommentThread, *, text: str, by: User, key: str, now: datetime) -> Comment:
    """Answer in a thread. An answer opens a resolved thread again."""
    require(by, Permission.CURATE, publication=thread.publication_id)
    text = _clean(text)
    with transaction.atomic():
        thread = _locked(thread)
        if earlier := _written(key, by):
            return earlier
        _check_rate(by, now=now)
        if thread.comments.count() >= MAX_IN_THREAD:
            raise InvalidState(f"This thread has {MAX_IN_THREAD} comments. Resolve it and begin another one.")
        if thread.resolved_at:
            _set_resolved(thread, None, None)
        return _add(thread, text=text, by=by, key=key, now=now)


def edit_comment(comment: Comment, *, text: str, by: User, now: datetime) -> Comment:
    """Change one's own comment, within a quarter of an hour."""
    require(by, Permission.CURATE, publication=comment.thread.publication_id)
    text = _clean(text)
    with transaction.atomic():
        comment = _own(comment, by)
        if now - comment.written_at > EDITABLE:
            raise InvalidState("A comment can be changed for 15 minutes. Answer it instead.")
        if comment.text == text:
            return comment
        comment.text, comment.edited_at = text, now
        comment.save(update_fields=["text", "edited_at"])
        _mention(comment)
        audit_trail.record(by, Act.COMMENT_EDITED, comment.thread, now=now, comment=comment.pk)
    return comment


def delete_comment(comment: Comment, *, by: User, now: datetime) -> Comment:
    """Delete one's own comment, within a day. Its place in the thread says so."""
    require(by, Permission.CURATE, publication=comment.thread.publication_id)
    with transaction.atomic():
        comment = _own(comment, by)
        if now - comment.written_at > DELETABLE:
            raise InvalidState("A comment can be deleted for a day. It stays now.")
        comment.text, comment.deleted_at = "", now
        comment.save(update_fields=["text", "deleted_at"])
        comment.mentions.all().delete()
        audit_trail.record(by, Act.COMMENT_DELETED, comment.thread, now=now, comment=comment.pk)
    return comment


def resolve(thread: CommentThread, *, by: User, now: datetime) -> CommentThread:
    """Close a thread. Resolving it again changes nothing."""
    require(by, Permission.CURATE, publication=thread.publication_id)
    with transaction.atomic():
        thread = _locked(thread)
        if thread.resolved_at is None:
            _set_resolved(thread, by, now)
            audit_trail.record(by, Act.THREAD_RESOLVED, thread, now=now, thread=thread.pk)
            _keep(by, UndoKind.THREAD_RESOLVED, thread, "A thread of comments was resolved.", now=now)
    return thread


def reopen_thread(thread: CommentThread, *, by: User, now: datetime) -> CommentThread:
    """Open a resolved thread again."""
    require(by, Permission.CURATE, publication=thread.publication_id)
    with transaction.atomic():
        thread = _locked(thread)
        if thread.resolved_at is not None:
            _set_resolved(thread, None, None)
            audit_trail.record(by, Act.THREAD_REOPENED, thread, now=now, thread=thread.pk)
            _keep(by, UndoKind.THREAD_REOPENED, thread, "A thread of comments was opened again.", now=now)
    return thread


def may_claim(user: User, thread: CommentThread) -> bool:
    """Return True if the user belongs to the team that a thread asks, in its publication or in all."""
    roles = {user.role, user.role_by_publication.get(thread.publication_id, "")} - {""}
    return user.is_active and thread.team in roles


def claim_request(thread: CommentThread, *, by: User, now: datetime) -> CommentThread:
    """Take on a request to one's team. The first who claims it has it; others get `InvalidState`."""
    with transaction.atomic():
        thread = _locked(thread)
        if not may_claim(by, thread):
            raise NotPermitted("This request is to another team.")
        if thread.claimed_by_id == by.pk:
            return thread
        if thread.claimed_by:
            raise InvalidState(f"{thread.claimed_by} has claimed this request already.")
        thread.claimed_by, thread.claimed_at = by, now
        thread.save(update_fields=["claimed_by", "claimed_at"])
        audit_trail.record(by, Act.REQUEST_CLAIMED, thread, now=now, thread=thread.pk)
        _keep(by, UndoKind.REQUEST_CLAIMED, thread, "A request was claimed.", now=now)
    return thread


def release_request(thread: CommentThread, *, by: User, now: datetime) -> CommentThread:
    """Give a request that one has claimed back to the team."""
    with transaction.atomic():
        thread = _locked(thread)
        if thread.claimed_by_id != by.pk:
            raise InvalidState("You have not claimed this request.")
        thread.claimed_by = thread.claimed_at = None
        thread.save(update_fields=["claimed_by", "claimed_at"])
        audit_trail.record(by, Act.REQUEST_RELEASED, thread, now=now, thread=thread.pk)
        _keep(by, UndoKind.REQUEST_RELEASED, thread, "A request was given back.", now=now)
    return thread


def _add(thread: CommentThread, *, text: str, by: User, key: str, now: datetime) -> Comment:
    comment = Comment.objects.create(thread=thread, author=by, text=text, key=key, written_at=now)
    _mention(comment)
    audit_trail.record(by, Act.COMMENT_WRITTEN, thread, now=now, comment=comment.pk, team=thread.team)
    done, publication = "A comment was written.", thread.publication_id
    undo_log.keep(by, UndoKind.COMMENT_WRITTEN, comment, done, publication=publication, now=now)
    return comment


def _keep(by: User, kind: UndoKind, thread: CommentThread, done: str, *, now: datetime) -> None:
    undo_log.keep(by, kind, thread, done, publication=thread.publication_id, now=now)


def _mention(comment: Comment) -> None:
    """Store whom the text mentions; a mention that stays keeps whether it was read. Nobody mentions themselves."""
    known = handles(people_of(comment.thread.publication))
    users = {found.user.pk for found in find_mentions(comment.text, known)} - {comment.author_id}
    comment.mentions.exclude(user__in=users).delete()
    mentions = [CommentMention(comment=comment, user_id=user) for user in sorted(users)]
    CommentMention.objects.bulk_create(mentions, ignore_conflicts=True)


def _written(key: str, by: User) -> Comment | None:
    """Return the comment that a form with this key has written already. Raises `BadInput` for an invalid key."""
    if not KEY.fullmatch(key):
        raise BadInput("form", "is incomplete.", "Reload the page, then write the comment again.")
    return Comment.objects.select_related("thread").filter(key=key, author=by).first()


def _check_rate(by: User, *, now: datetime) -> None:
    User.objects.select_for_update().get(pk=by.pk)  # so that many at once are counted one after the other
    if Comment.objects.filter(author=by, written_at__gt=now - HOUR).count() >= MAX_AN_HOUR:
        raise InvalidState(f"You wrote {MAX_AN_HOUR} comments in the last hour. Try again later.")


def _set_resolved(thread: CommentThread, by: User | None, now: datetime | None) -> None:
    thread.resolved_by, thread.resolved_at = by, now
    thread.save(update_fields=["resolved_by", "resolved_at"])


def _locked(thread: CommentThread) -> CommentThread:
    CommentThread.objects.select_for_update().filter(pk=thread.pk).first()
    found = CommentThread.objects.select_related("publication", "claimed_by").filter(pk=thread.pk).first()
    if found is None:
        raise Gone("This thread is gone, with the edition that it was about.")
    return found


def _own(comment: Comment, by: User) -> Comment:
    Comment.objects.select_for_update().get(pk=comment.pk)
    current = Comment.objects.select_related("thread__publication").get(pk=comment.pk)
    if current.author_id != by.pk:
        raise NotPermitted("Only its author can change a comment.")
    if current.deleted_at:
        raise InvalidState("This comment was deleted.")
    return current


def _clean(text: str) -> str:
    """Return the text with single empty lines between paragraphs. Raises `BadInput`."""
    lines = [line.rstrip() for line in repair_windows_1252(text).replace("\0", "").splitlines()]
    cleaned = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if not cleaned:
        raise BadInput("comment", "is empty.", "Write something.")
    if len(cleaned) > MAX_COMMENT:
        raise BadInput("comment", f"has {len(cleaned):,} characters.", f"Use at most {MAX_COMMENT:,}.")
    return cleaned
