"""Queries of comments: those of a story or an edition, and what waits for a user."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Max, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, permitted
from newsletter.editions.comment_models import Comment, CommentMention, CommentThread
from newsletter.editions.models import Edition
from newsletter.stories.models import Story


def threads_of(subject: Story | Edition, *, is_resolved: bool = False) -> QuerySet[CommentThread]:
    """Return the open or the resolved threads on a story or an edition, newest first, with their comments."""
    comments = Comment.objects.select_related("author").prefetch_related("mentions__user")
    threads = subject.comment_threads.filter(resolved_at__isnull=not is_resolved)
    return threads.select_related("claimed_by", "resolved_by").prefetch_related(Prefetch("comments", comments))


def with_open_comments(stories: QuerySet[Story]) -> QuerySet[Any]:
    """Annotate stories with `comments`, how many stand in their open threads."""
    found = Comment.objects.filter(thread__story=OuterRef("pk"), thread__resolved_at=None, deleted_at=None)
    number = found.order_by().values("thread__story").annotate(number=Count("pk")).values("number")
    return stories.annotate(comments=Coalesce(Subquery(number), 0))


def state_of(subject: Story | Edition) -> tuple[object, ...]:
    """Return values that differ after every change of a comment here, in one query."""
    found = subject.comment_threads.aggregate(
        Count("comments"),
        Max("comments__edited_at"),
        Count("comments__deleted_at"),
        Count("resolved_at"),
        Max("resolved_at"),
        Max("claimed_at"),
        Count("claimed_by"),
    )
    return tuple(found.values())


def unread_mentions(user: User) -> QuerySet[CommentMention]:
    """Return the mentions of a user that they have not read, newest first."""
    sees = permitted(user, Permission.CURATE, publication="comment__thread__publication")
    unread = CommentMention.objects.filter(sees, user=user, read_at=None)
    return unread.order_by("-comment__written_at", "-pk")


def waiting_requests(user: User) -> QuerySet[CommentThread]:
    """Return the requests to the user's team that nobody has claimed, oldest first."""
    teams = Q(team=user.role) if user.role else Q(pk__in=[])
    for publication_id, role in user.role_by_publication.items():
        teams |= Q(publication=publication_id, team=role)
    open_requests = CommentThread.objects.filter(teams, claimed_by=None, resolved_at=None).exclude(team="")
    return open_requests.order_by("opened_at", "pk")


def claimed_requests(user: User) -> QuerySet[CommentThread]:
    """Return the open requests that the user has claimed, oldest first."""
    sees = permitted(user, Permission.CURATE)
    return CommentThread.objects.filter(sees, claimed_by=user, resolved_at=None).order_by("opened_at", "pk")


def count_waiting(user: User) -> int:
    """Return how many mentions and requests wait for the user, in one query."""
    mentions = unread_mentions(user).order_by().values("pk")
    return mentions.union(waiting_requests(user).order_by().values("pk"), all=True).count()


def mark_read(subject: Story | Edition, user: User, *, now: datetime) -> None:
    """Note that the user has seen the comments here."""
    threads = subject.comment_threads.values("pk")
    CommentMention.objects.filter(user=user, read_at=None, comment__thread__in=threads).update(read_at=now)
