"""Editor for a publication's custom template: edit, preview, save, restore a version, remove."""

import re
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from newsletter.accounts.permissions import Permission
from newsletter.delivery.recipients.sample_reader import anonymous_letter
from newsletter.editions.models import Edition
from newsletter.letters import custom_templates
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.publications.models import Publication
from newsletter.rendering.custom_template.limits import MAX_SOURCE_CHARACTERS
from newsletter.rendering.custom_template.template_errors import CustomTemplateError
from newsletter.web.desk import current_publication as publications
from newsletter.web.shared import unsaved_changes
from newsletter.web.shared.edit_form import CONFLICT
from newsletter.web.shared.forms import PlainForm
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404
from newsletter.web.shared.security_headers import FRAMED_LETTER

CONTEXT_LINES = 2  # shown before and after the line with the error


class TemplateForm(PlainForm):
    """The form for a custom template."""

    body = forms.CharField(
        label="Template",
        strip=False,
        max_length=MAX_SOURCE_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false", "class": "source", "dir": "ltr"}),
        help_text="HTML with placeholders such as {{ subject }}. Comments in the starting template explain each one.",
    )


class SourceLine(NamedTuple):
    """A template line near an error, split in three; `at` is the text at the error, or empty."""

    number: int
    before: str
    at: str
    after: str


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.APPROVE)
def template(request: DeskRequest, slug: str) -> HttpResponse:
    """Show and save the template. Unsaved input stays in the form when saving fails."""
    publication = publications.publication_from_url(request, slug)
    current, number = custom_templates.current(publication), _latest_number(publication)
    kept = unsaved_changes.kept(request)
    typed = kept.fields.get("body", "").replace("\r\n", "\n") if kept else current
    shows_typed = kept is not None and typed != current
    form = TemplateForm(request.POST or None, initial={"body": typed})
    fault, excerpt = "", list[SourceLine]()
    if form.is_valid() and _has_conflict(request, form, current, number):
        form.conflicts = {"body": current}
        form.add_error(None, CONFLICT)
    elif form.is_valid():
        body = form.cleaned_data["body"]
        try:
            saved = custom_templates.save(publication, body, by=request.user, now=clock.now())
        except NewsletterError as error:
            fault, excerpt = str(error), _excerpt(body, error)
        else:
            unsaved_changes.saved(request)
            messages.success(request, f"Saved as version {saved.number}. New emails use this version.")
            return redirect("template", slug)
    versions = publication.templates.select_related("saved_by")[:10]
    page: dict[str, Any] = {"publication": publication, "form": form, "fault": fault, "excerpt": excerpt}
    page["number"] = kept.fields.get("seen-version", number) if kept and shows_typed else number
    page["unsaved"] = unsaved_changes.page_info(request, kept.saved_at if kept and shows_typed else None)
    return render(request, "web/desk/custom_template.html", page | {"versions": versions})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.APPROVE)
def preview(request: DeskRequest, slug: str) -> HttpResponse:
    """Render an email with the submitted template, or with the current one, for the preview frame. Save nothing."""
    publication = permitted_or_404(request, Publication.objects.all(), slug=slug, is_active=True)
    body = request.POST.get("body", "") if request.method == "POST" else custom_templates.current(publication)
    try:
        rendered = custom_templates.preview(publication, body)
    except NewsletterError as error:
        page = {"reason": str(error), "excerpt": _excerpt(body, error), "stops": []}
        return render(request, "web/desk/template_without_email.html", page)
    stops = [finding.hint for finding in rendered.findings if finding.severity == "stop"]
    if stops:
        return render(request, "web/desk/template_without_email.html", {"reason": "", "excerpt": [], "stops": stops})
    # Links need an edition id. Anonymous links lead to an explanation whatever the id is.
    html = anonymous_letter(rendered.letter, Edition(pk=0, publication=publication)).html
    html = re.sub(r"<head\b[^>]*>", lambda head: f'{head[0]}<base target="_blank">', html, count=1)
    return HttpResponse(html, headers={"Content-Security-Policy": FRAMED_LETTER})


@require_POST
@permission_required(Permission.APPROVE)
def remove(request: DeskRequest, slug: str) -> HttpResponse:
    """Return to the standard layout. Saved versions are kept."""
    publication = publications.publication_from_url(request, slug)
    custom_templates.remove(publication, by=request.user)
    messages.success(request, "Emails use the standard layout again. Your template is kept.")
    return redirect("template", slug)


@require_POST
@permission_required(Permission.APPROVE)
def use_version(request: DeskRequest, slug: str, number: int) -> HttpResponse:
    """Use an earlier version again."""
    publication = publications.publication_from_url(request, slug)
    try:
        custom_templates.use_version(publication, number, by=request.user)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Version {number} is now in use.")
    return redirect("template", slug)


def _latest_number(publication: Publication) -> int:
    latest = publication.templates.first()
    return latest.number if latest else 0


def _has_conflict(request: DeskRequest, form: TemplateForm, current: str, number: int) -> bool:
    """Return whether someone else has saved a different text since this page was opened."""
    seen = request.POST.get("seen-version", str(number))
    return seen != str(number) and form.cleaned_data["body"].replace("\r\n", "\n") != current


def _excerpt(body: str, error: NewsletterError) -> list[SourceLine]:
    """Return the lines around an error, with the word at its column split off."""
    if not isinstance(error, CustomTemplateError) or not error.line:
        return []
    lines = body.replace("\r\n", "\n").split("\n")
    first, last = max(1, error.line - CONTEXT_LINES), min(len(lines), error.line + CONTEXT_LINES)
    shown = [SourceLine(number, lines[number - 1], "", "") for number in range(first, last + 1)]
    text, start = lines[error.line - 1], error.column - 1
    word = re.match(r"\w+|\W{1,2}", text[start:])
    end = start + len(word[0]) if word else start
    shown[error.line - first] = SourceLine(error.line, text[:start], text[start:end], text[end:])
    return shown
