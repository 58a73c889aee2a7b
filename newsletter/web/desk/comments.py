"""Comments on a story or an edition: a section of their pages, and a page. Each act answers with the section."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from newsletter.accounts.permissions import Permission
from newsletter.editions.comment_models import Comment, CommentThread
from newsletter.editions.comments import write_comments
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.stories.models import Story
from newsletter.web.desk import comment_section
from newsletter.web.desk.comment_section import SHOWN_WAITING, CommentForm, RefusedComment, path_of
from newsletter.web.shared.forms import show_errors_on
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CURATE)
def of_story(request: DeskRequest, story_id: int) -> HttpResponse:
    """Show the comments on a story; write one."""
    return _of(request, permitted_or_404(request, Story.objects.select_related("publication"), pk=story_id))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CURATE)
def of_edition(request: DeskRequest, edition_id: int) -> HttpResponse:
    """Show the comments on an edition; write one."""
    return _of(request, permitted_or_404(request, Edition.objects.select_related("publication"), pk=edition_id))


@require_safe
@permission_required(Permission.CURATE)
def waiting(request: DeskRequest) -> HttpResponse:
    """List what waits for the user: unread mentions, requests to their team, and those that they have claimed."""
    return render(request, "web/desk/waiting_comments.html", comment_section.waiting_for(request, count=SHOWN_WAITING))


@require_POST
@permission_required(Permission.CURATE)
def answer(request: DeskRequest, thread_id: int) -> HttpResponse:
    """Answer in a thread."""
    thread, text = _thread(request, thread_id), request.POST.get("text", "")
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
    thread = _thread(request, thread_id)
    return _perform(request, thread, lambda: write_comments.resolve(thread, by=request.user, now=clock.now()))


@require_POST
@permission_required(Permission.CURATE)
def reopen(request: DeskRequest, thread_id: int) -> HttpResponse:
    """Open a thread again."""
    thread = _thread(request, thread_id)
    return _perform(request, thread, lambda: write_comments.reopen_thread(thread, by=request.user, now=clock.now()))


@require_POST
@permission_required(Permission.CURATE)
def claim(request: DeskRequest, thread_id: int) -> HttpResponse:
    """Take on a request to the user's team."""
    thread = _thread(request, thread_id)
    return _perform(request, thread, lambda: write_comments.claim_request(thread, by=request.user, now=clock.now()))


@require_POST
@permission_required(Permission.CURATE)
def release(request: DeskRequest, thread_id: int) -> HttpResponse:
    """Give a claimed request back to the team."""
    thread = _thread(request, thread_id)
    return _perform(request, thread, lambda: write_comments.release_request(thread, by=request.user, now=clock.now()))


@require_POST
@permission_required(Permission.CURATE)
def edit(request: DeskRequest, comment_id: int) -> HttpResponse:
    """Change one's own comment."""
    comment, text = _comment(request, comment_id), request.POST.get("text", "")
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
    comment = _comment(request, comment_id)
    return _perform(
        request, comment.thread, lambda: write_comments.delete_comment(comment, by=request.user, now=clock.now())
    )


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
        return _answer(request, subject, refused=RefusedComment(thread.pk, text, str(error)))
    return _answer(request, subject)


def _answer(
    request: DeskRequest,
    subject: Story | Edition,
    *,
    form: CommentForm | None = None,
    refused: RefusedComment | None = None,
) -> HttpResponse:
    """Answer with the section for htmx, else with the page; after an act that succeeded, lead back to the page."""
    failed = refused is not None or (form is not None and bool(form.errors))
    if request.method == "POST" and not request.htmx and not failed:
        return redirect(f"{path_of(subject)}#comments")
    context = {
        "section": comment_section.section_of(request, subject, form=form, refused=refused),
        "publication": subject.publication,
        "subject": subject,
        "is_story": isinstance(subject, Story),
    }
    if request.htmx:
        return render(request, "web/desk/_comments.html", context)
    return render(request, "web/desk/comments.html", context, status=422 if failed else 200)


def _thread(request: DeskRequest, thread_id: int) -> CommentThread:
    paths = ("publication", "story__publication", "edition__publication")
    return permitted_or_404(request, CommentThread.objects.select_related(*paths), pk=thread_id)


def _comment(request: DeskRequest, comment_id: int) -> Comment:
    paths = ("thread__publication", "thread__story__publication", "thread__edition__publication")
    return permitted_or_404(request, Comment.objects.select_related(*paths), pk=comment_id)
