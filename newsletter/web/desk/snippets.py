"""Snippets of a publication: the list, and the form with the real email beside it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from newsletter.accounts.permissions import Permission, has_permission
from newsletter.delivery.recipients.sample_reader import anonymous_letter
from newsletter.editions import edit_snippet
from newsletter.editions.models import Edition
from newsletter.editions.reopen_edition import NOT_YET_SENT
from newsletter.editions.snippet_models import Snippet
from newsletter.letters import preview_snippet
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.publications.models import Publication
from newsletter.web.desk import current_publication as publications
from newsletter.web.desk import snippet_form
from newsletter.web.desk.snippet_form import SnippetForm
from newsletter.web.shared import unsaved_changes
from newsletter.web.shared.anonymous_letter_views import framed_response
from newsletter.web.shared.display_formats import clock_of
from newsletter.web.shared.forms import show_errors_on
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404
from newsletter.web.shared.unsaved_changes import UnsavedForms

REBUILT = "Built emails that are not sent yet are rebuilt if this changes them."
MAX_LISTED = 200


@require_safe
@permission_required(Permission.CURATE)
def listing(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the snippets of a publication: those that run today, the others, and retired ones."""
    publication, now = publications.publication_from_url(request, slug), clock.now()
    today = now.astimezone(clock_of(publication)).date()
    found = list(publication.snippets.select_related("picture").order_by("-is_active", "name")[:MAX_LISTED])
    groups: dict[str, list[Snippet]] = {"Running": [], "Planned": [], "Ended": [], "Retired": []}
    for snippet in found:
        if not snippet.is_active:
            groups["Retired"].append(snippet)
        elif snippet.starts_on and snippet.starts_on > today:
            groups["Planned"].append(snippet)
        elif snippet.ends_on and snippet.ends_on < today:
            groups["Ended"].append(snippet)
        else:
            groups["Running"].append(snippet)
    context = {
        "publication": publication,
        "publications": publications.active_publications(request),
        "groups": [(title, rows) for title, rows in groups.items() if rows],
        "today": today,
        "may_edit": has_permission(request.user, Permission.APPROVE, publication),
    }
    return render(request, "web/desk/snippets.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.APPROVE)
def add(request: DeskRequest, slug: str) -> HttpResponse:
    """Show and save the form of a new snippet."""
    publication = publications.publication_from_url(request, slug)
    form = SnippetForm(request.POST, request.FILES) if request.method == "POST" else SnippetForm()
    form.initial = snippet_form.new_values(publication)
    unsaved = unsaved_changes.restore(request, form)
    if form.is_bound and form.is_valid():
        with show_errors_on(form):
            fields: Any = form.values()
            made = edit_snippet.create_snippet(publication, by=request.user, **fields)
            unsaved_changes.saved(request)
            messages.success(request, f"“{made.name}” was added.")
            return redirect("snippet-list", slug)
    return _page(request, publication, None, form, unsaved)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.APPROVE)
def edit(request: DeskRequest, snippet_id: int) -> HttpResponse:
    """Show and save a snippet. Only changed fields are saved, so two people may edit different ones."""
    snippet = _snippet(request, snippet_id)
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = SnippetForm(*posted, stored=snippet_form.stored_values(snippet))
    unsaved = unsaved_changes.restore(request, form)
    if form.is_bound and form.is_valid():
        if not form.changed:
            unsaved_changes.saved(request)
            messages.info(request, "You made no changes, so nothing was saved.")
            return redirect("snippet-list", snippet.publication.slug)
        with show_errors_on(form):
            fields: Any = form.values()
            edit_snippet.update_snippet(snippet, by=request.user, **fields)
            unsaved_changes.saved(request)
            messages.success(request, f"Saved. {REBUILT}")
            return redirect("snippet-list", snippet.publication.slug)
    return _page(request, snippet.publication, snippet, form, unsaved)


@require_POST
@permission_required(Permission.APPROVE)
def retire(request: DeskRequest, snippet_id: int) -> HttpResponse:
    """Stop printing a snippet."""
    return _set_active(request, snippet_id, is_active=False)


@require_POST
@permission_required(Permission.APPROVE)
def activate(request: DeskRequest, snippet_id: int) -> HttpResponse:
    """Print a snippet again, within its dates."""
    return _set_active(request, snippet_id, is_active=True)


@require_POST
@permission_required(Permission.APPROVE)
def preview(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the next email with the snippet as typed, for the preview frame. Save nothing."""
    publication = permitted_or_404(request, Publication.objects.all(), slug=slug)
    number = whole_number(request.POST.get("snippet", ""))
    stored = publication.snippets.select_related("picture").filter(pk=number).first() if number else None
    try:
        draft = snippet_form.drafted(publication, request.POST, stored)
        letter = preview_snippet.letter_with_snippet(draft, now=clock.now())
    except NewsletterError as error:
        return render(request, "web/desk/edition_without_email.html", {"reason": str(error)})
    shown = anonymous_letter(letter, Edition(pk=0, publication=publication))
    return framed_response(shown, dark=request.POST.get("scheme") == "dark", anchor="snippet")


def _set_active(request: DeskRequest, snippet_id: int, *, is_active: bool) -> HttpResponse:
    snippet = _snippet(request, snippet_id)
    try:
        edit_snippet.update_snippet(snippet, by=request.user, is_active=is_active)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        done = "is printed again, within its dates." if is_active else f"is retired. {REBUILT}"
        messages.success(request, f"“{snippet.name}” {done}")
    return redirect("snippet-list", snippet.publication.slug)


def _snippet(request: DeskRequest, snippet_id: int) -> Snippet:
    return permitted_or_404(request, Snippet.objects.select_related("publication", "picture"), pk=snippet_id)


def _page(
    request: DeskRequest, publication: Publication, snippet: Snippet | None, form: SnippetForm, unsaved: UnsavedForms
) -> HttpResponse:
    context = {
        "publication": publication,
        "snippet": snippet,
        "form": form,
        "unsaved": unsaved,
        "built": publication.editions.filter(state__in=NOT_YET_SENT).count(),
    }
    return render(request, "web/desk/snippet.html", context, status=422 if form.is_bound else 200)
