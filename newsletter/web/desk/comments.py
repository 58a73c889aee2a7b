"""Comments on a story or an edition: a section of their pages, and a page. Each act answers with the section."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from newsletter.accounts.models import Role
from newsletter.accounts.permissions import Permission
from newsletter.editions.comment_models import MAX_COMMENT, Comment, CommentThread
from newsletter.editions.comments import find_mentions, read_comments, write_comments
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.stories.models import Story
from newsletter.web.shared.comment_html import to_html
from newsletter.web.shared.forms import PlainForm, show_errors_on
from newsletter.web.shared.permission_required import DeskRequest, permission_required

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
class Refused:
    """An answer or a change that was not saved: whose, what was typed, and why."""

    thread_id: int
    text: str
    problem: str


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CURATE)
def of_story(request: DeskRequest, story_id: int) -> HttpResponse:
    """Show the comments on a story; write one."""
    return _of(request, get_object_or_404(Story.objects.select_related("publication"), pk=story_id))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CURATE)
def of_edition(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Show the comments on an edition; write one."""
    return _of(request, get_object_or_404(Edition.objects.select_related("publication"), pk=edition_id))


@require_safe
@permission_required(Permission.CURATE)
def waiting(request: DeskRequest) -> HttpResponse:
    """List what waits for the user: unread mentions, requests to their team, and those that they have claimed."""
    return render(request, "web/desk/waiting_comments.html", waiting_for(request, count=SHOWN_WAITING))


@require_POST
@permission_required(Permission.CURATE)
def answer(request: DeskRequest, thread_id: int) -> HttpResponse:
    """Answer in a thread."""
    thread, text = _thread(thread_id), request.POST.get("text", "")
    key = request.POST.get("key", "")
    return _perform(
        request,
        thread,
        lambda: write_comments.reply(thread, text=text, by=request.user, key=key, now=clock.now()),
        text,
    )


@require_POST
@permission_required(Permission.CURATE)
def resolve(request: DeskRequest, thread_id: int) -> HttpResponse:
    """Close a thread."""
    thread = _thread(thread_id)
    return _perform(request, thread, lambda: write_comments.resolve(thread, by=request.user, now=clock.now()))


@require_POST
@permission_required(Permission.CURATE)
def reopen(request: DeskRequest, thread_id: int) -> HttpResponse:
    """Open a thread again."""
    thread = _thread(thread_id)
    return _perform(request, thread, lambda: write_comments.reopen_thread(thread, by=request.user, now=clock.now()))


@require_POST
@permission_required(Permission.CURATE)
def claim(request: DeskRequest, thread_id: int) -> HttpResponse:
    """Take on a request to the user's team."""
    thread = _thread(thread_id)
    return _perform(request, thread, lambda: write_comments.claim_request(thread, by=request.user, now=clock.now()))


@require_POST
@permission_required(Permission.CURATE)
def release(request: DeskRequest, thread_id: int) -> HttpResponse:
    """Give a claimed request back to the team."""
    thread = _thread(thread_id)
    return _perform(request, thread, lambda: write_comments.release_request(thread, by=request.user, now=clock.now()))


@require_POST
@permission_required(Permission.CURATE)
def edit(request: DeskRequest, comment_id: int) -> HttpResponse:
    """Change one's own comment."""
    comment, text = _comment(comment_id), request.POST.get("text", "")
    return _perform(
        request,
        comment.thread,
        lambda: write_comments.edit_comment(comment, text=text, by=request.user, now=clock.now()),
        text,
    )


@require_POST
@permission_required(Permission.CURATE)
def delete(request: DeskRequest, comment_id: int) -> HttpResponse:
    """Delete one's own comment."""
    comment = _comment(comment_id)
    return _perform(
        request, comment.thread, lambda: write_comments.delete_comment(comment, by=request.user, now=clock.now())
    )


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
        "team": TEAM_NAMES.get(request.user.role, request.user.role),
    }


def section_of(
    request: DeskRequest,
    subject: Story | Edition,
    *,
    form: CommentForm | None = None,
    refused: Refused | None = None,
) -> CommentSection:
    """Return the section of comments on a story or an edition, and note that the user has seen it."""
    now, user = clock.now(), request.user
    shows_resolved = "resolved" in request.GET
    threads = read_comments.threads_of(subject, is_resolved=shows_resolved)
    page = Paginator(threads, PAGE_SIZE).get_page(request.GET.get("threads"))
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


def path_of(subject: Story | Edition) -> str:
    """Return the address of the page of comments on a story or an edition."""
    return reverse("story-comments" if isinstance(subject, Story) else "edition-comments", args=[subject.pk])


def _of(request: DeskRequest, subject: Story | Edition) -> HttpResponse:
    form = CommentForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with show_errors_on(form):
            values = form.cleaned_data
            write_comments.open_thread(
                subject,
                text=values["text"],
                team=values["team"],
                key=values["key"],
                by=request.user,
                now=clock.now(),
            )
            return _answer(request, subject)
    return _answer(request, subject, form=form)


def _perform(request: DeskRequest, thread: CommentThread, act: Any, text: str = "") -> HttpResponse:
    """Perform an act on a thread. What was typed is shown again with what is wrong."""
    subject = thread.story or thread.edition
    assert subject is not None  # noqa: S101 — a constraint of the table
    try:
        act()
    except NewsletterError as error:
        if not request.htmx and not text:
            messages.error(request, str(error))
        return _answer(request, subject, refused=Refused(thread.pk, text, str(error)))
    return _answer(request, subject)


def _answer(
    request: DeskRequest, subject: Story | Edition, *, form: CommentForm | None = None, refused: Refused | None = None
) -> HttpResponse:
    """Answer with the section for htmx, else with the page; after an act that succeeded, lead back to the page."""
    failed = refused is not None or (form is not None and bool(form.errors))
    if request.method == "POST" and not request.htmx and not failed:
        return redirect(f"{path_of(subject)}#comments")
    context = {
        "section": section_of(request, subject, form=form, refused=refused),
        "publication": subject.publication,
        "subject": subject,
        "is_story": isinstance(subject, Story),
    }
    if request.htmx:
        return render(request, "web/desk/_comments.html", context)
    return render(request, "web/desk/comments.html", context, status=422 if failed else 200)


def _is_own(comment: Comment, user_id: int) -> bool:
    return comment.author_id == user_id and comment.deleted_at is None


def _thread(thread_id: int) -> CommentThread:
    paths = ("publication", "story__publication", "edition__publication")
    return get_object_or_404(CommentThread.objects.select_related(*paths), pk=thread_id)


def _comment(comment_id: int) -> Comment:
    paths = ("thread__publication", "thread__story__publication", "thread__edition__publication")
    return get_object_or_404(Comment.objects.select_related(*paths), pk=comment_id)
