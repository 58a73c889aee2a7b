"""What the section of comments shows: threads with what the viewer may do, the form, and what waits for a user."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.urls import reverse

from newsletter.accounts.models import Role
from newsletter.editions.comment_models import MAX_COMMENT, Comment, CommentThread
from newsletter.editions.comments import find_mentions, read_comments, write_comments
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.stories.models import Story
from newsletter.web.shared.comment_html import to_html
from newsletter.web.shared.forms import PlainForm
from newsletter.web.shared.permission_required import DeskRequest

PAGE_SIZE = 10  # threads
SHOWN_WAITING = 50  # mentions and requests of one user
TEAM_NAMES: dict[str, str] = {Role.CURATOR: "Curators", Role.EDITOR: "Editors", Role.ADMIN: "Administrators"}


class CommentForm(PlainForm):
    """A comment, or a request to a team. `key` makes a repeated click write nothing more."""

    domain_names = {"comment": "text"}  # noqa: RUF012 — as in the base class

    text = forms.CharField(
        label="Comment",
        required=False,
        max_length=MAX_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    team = forms.ChoiceField(
        label="Ask a team",
        required=False,
        choices=[("", "Nobody in particular"), *((team, TEAM_NAMES.get(team, team)) for team in write_comments.TEAMS)],
    )
    key = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        # beside other forms on a page, so its ids have a name of their own
        super().__init__(data, initial={"key": uuid.uuid4().hex}, auto_id="comment_%s")


@dataclass(frozen=True, slots=True)
class ShownComment:
    """A comment as the page shows it, and what the viewer may do with it."""

    comment: Comment
    html: str
    may_edit: bool
    may_delete: bool


@dataclass(frozen=True, slots=True)
class ShownThread:
    """A thread as the page shows it."""

    thread: CommentThread
    comments: list[ShownComment]
    team: str
    may_claim: bool
    key: str  # of the form of an answer
    typed: str = ""  # an answer that was not written
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CommentSection:
    """The section: its threads and the form. `path` leads to the page of its own."""

    subject: Story | Edition
    path: str
    page: Page[CommentThread]
    threads: list[ShownThread]
    resolved: int
    shows_resolved: bool
    form: CommentForm
    handles: list[str]


@dataclass(frozen=True, slots=True)
class RefusedComment:
    """An answer or a change that was not saved: whose, what was typed, and why."""

    thread_id: int
    text: str
    problem: str


def waiting_for(request: DeskRequest, *, count: int) -> dict[str, Any]:
    """Return the template context of what waits for the user, at most `count` of each kind."""
    what = ("thread__story__publication", "thread__edition__publication")
    mentions = read_comments.unread_mentions(request.user).select_related(
        "comment__author", *(f"comment__{path}" for path in what)
    )
    requests = read_comments.waiting_requests(request.user), read_comments.claimed_requests(request.user)
    asked, claimed = (
        found.select_related("story__publication", "edition__publication").prefetch_related("comments__author")
        for found in requests
    )
    return {
        "mentions": [(each.comment, each.comment.thread) for each in mentions[:count]],
        "requests": [(thread.comments.all()[0], thread) for thread in asked[:count]],
        "claimed": [(thread.comments.all()[0], thread) for thread in claimed[:count]],
    }


def section_of(
    request: DeskRequest,
    subject: Story | Edition,
    *,
    form: CommentForm | None = None,
    refused: RefusedComment | None = None,
) -> CommentSection:
    """Return the section of comments on a story or an edition, and note that the user has seen it."""
    now, user = clock.now(), request.user
    shows_resolved, number = "resolved" in request.GET, request.GET.get("threads")
    if refused:
        shows_resolved, number = _place_of(subject, refused.thread_id)
    threads = read_comments.threads_of(subject, is_resolved=shows_resolved)
    page = Paginator(threads, PAGE_SIZE).get_page(number)
    known = find_mentions.handles(find_mentions.people_of(subject.publication))
    shown = []
    for thread in page:
        comments = [
            ShownComment(
                each,
                to_html(each.text, [mention.user for mention in each.mentions.all()]),
                may_edit=_is_own(each, user.pk) and now - each.written_at <= write_comments.EDITABLE,
                may_delete=_is_own(each, user.pk) and now - each.written_at <= write_comments.DELETABLE,
            )
            for each in thread.comments.all()
        ]
        own = refused if refused and refused.thread_id == thread.pk else None
        shown.append(
            ShownThread(
                thread,
                comments,
                TEAM_NAMES.get(thread.team, thread.team),
                write_comments.may_claim(user, thread) and thread.claimed_by_id is None,
                key=uuid.uuid4().hex,
                typed=own.text if own else "",
                problem=own.problem if own else "",
            )
        )
    resolved = page.paginator.count if shows_resolved else read_comments.threads_of(subject, is_resolved=True).count()
    if request.method != "HEAD":
        read_comments.mark_read(subject, user, now=now)
    others = [each for each in set(known.values()) if each.pk != user.pk]
    handles = sorted(filter(None, (find_mentions.shortest_handle(each, known) for each in others)), key=str.casefold)
    form = form or CommentForm()
    return CommentSection(subject, path_of(subject), page, shown, resolved, shows_resolved, form, handles)


def _place_of(subject: Story | Edition, thread_id: int) -> tuple[bool, str]:
    """Return whether a thread is among the resolved ones, and on which page, so that a refused answer is shown."""
    is_resolved = subject.comment_threads.filter(pk=thread_id, resolved_at__isnull=False).exists()
    ids = list(read_comments.threads_of(subject, is_resolved=is_resolved).values_list("pk", flat=True))
    return is_resolved, str(1 + (ids.index(thread_id) if thread_id in ids else 0) // PAGE_SIZE)


def path_of(subject: Story | Edition) -> str:
    """Return the address of the page of comments on a story or an edition."""
    return reverse("story-comments" if isinstance(subject, Story) else "edition-comments", args=[subject.pk])


def _is_own(comment: Comment, user_id: int) -> bool:
    return comment.author_id == user_id and comment.deleted_at is None
