"""A publication's own template at the desk: write it, look at what it makes, save it, go back to the look."""

import re
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from newsletter.accounts.permissions import Permission
from newsletter.editions.models import Edition
from newsletter.letters import custom_templates
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.publications.models import Publication
from newsletter.rendering.custom_template.limits import MAX_SOURCE_CHARACTERS
from newsletter.rendering.custom_template.template_errors import CustomTemplateError
from newsletter.web.desk import current_publication as publications
from newsletter.web.shared.edit_form import CONFLICT
from newsletter.web.shared.forms import PlainForm
from newsletter.web.shared.letter_preview import anonymous_letter
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.security_headers import FRAMED_LETTER

AROUND = 2  # lines shown before and after the one at fault


class TemplateForm(PlainForm):
    body = forms.CharField(
        label="Template",
        strip=False,
        max_length=MAX_SOURCE_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false", "class": "source", "dir": "ltr"}),
        help_text="HTML with values in marks, such as {{ subject }}. The starting template explains itself.",
    )


class Line(NamedTuple):
    """A line of the template beside a fault, in three pieces; `at` is what stands at the fault, or empty."""

    number: int
    before: str
    at: str
    after: str


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.APPROVE)
def template(request: DeskRequest, slug: str) -> HttpResponse:
    """The page. What was typed stays in the form until it can be saved."""
    publication = publications.asked_for(request, slug)
    current, number = custom_templates.current(publication), _latest_number(publication)
    form = TemplateForm(request.POST or None, initial={"body": current})
    fault, excerpt = "", list[Line]()
    if form.is_valid() and _is_outrun(request, form, current, number):
        form.conflicts = {"body": current}
        form.add_error(None, CONFLICT)
    elif form.is_valid():
        body = form.cleaned_data["body"]
        try:
            made = custom_templates.save(publication, body, by=request.user, now=clock.now())
        except NewsletterError as error:
            fault, excerpt = str(error), _excerpt(body, error)
        else:
            messages.success(request, f"Saved as version {made.number}. Letters are made with it from now on.")
            return redirect("template", slug)
    versions = publication.templates.select_related("saved_by")[:10]
    page: dict[str, Any] = {"publication": publication, "form": form, "fault": fault, "excerpt": excerpt}
    page["number"] = number
    return render(request, "web/desk/custom_template.html", page | {"versions": versions})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.APPROVE)
def preview(request: DeskRequest, slug: str) -> HttpResponse:
    """The letter that the typed template makes, or the one in use, for the frame on the page. Nothing is kept."""
    publication = get_object_or_404(Publication, slug=slug, is_active=True)
    body = request.POST.get("body", "") if request.method == "POST" else custom_templates.current(publication)
    try:
        tried = custom_templates.preview(publication, body)
    except NewsletterError as error:
        page = {"reason": str(error), "excerpt": _excerpt(body, error), "stops": []}
        return render(request, "web/desk/template_without_email.html", page)
    stops = [finding.hint for finding in tried.findings if finding.severity == "stop"]
    if stops:
        return render(request, "web/desk/template_without_email.html", {"reason": "", "excerpt": [], "stops": stops})
    # a letter needs an edition's number in its links; nobody's links lead to an explanation whatever it is
    html = anonymous_letter(tried.letter, Edition(pk=0, publication=publication)).html
    html = re.sub(r"<head\b[^>]*>", lambda head: f'{head[0]}<base target="_blank">', html, count=1)
    return HttpResponse(html, headers={"Content-Security-Policy": FRAMED_LETTER})


@require_POST
@permission_required(Permission.APPROVE)
def remove(request: DeskRequest, slug: str) -> HttpResponse:
    """Back to the look; what was written is kept."""
    publication = publications.asked_for(request, slug)
    custom_templates.remove(publication, by=request.user)
    messages.success(request, "Letters have the look again. Your template is kept here.")
    return redirect("template", slug)


@require_POST
@permission_required(Permission.APPROVE)
def take_up(request: DeskRequest, slug: str, number: int) -> HttpResponse:
    """An earlier version again."""
    publication = publications.asked_for(request, slug)
    try:
        custom_templates.use_version(publication, number, by=request.user)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Version {number} is in use.")
    return redirect("template", slug)


def _latest_number(publication: Publication) -> int:
    latest = publication.templates.first()
    return latest.number if latest else 0


def _is_outrun(request: DeskRequest, form: TemplateForm, current: str, number: int) -> bool:
    """Has somebody else saved a version since this page was opened, and another text than this one?"""
    seen = request.POST.get("seen-version", str(number))
    return seen != str(number) and form.cleaned_data["body"].replace("\r\n", "\n") != current


def _excerpt(body: str, error: NewsletterError) -> list[Line]:
    """The lines around a fault, with the word at its column apart."""
    if not isinstance(error, CustomTemplateError) or not error.line:
        return []
    lines = body.replace("\r\n", "\n").split("\n")
    first, last = max(1, error.line - AROUND), min(len(lines), error.line + AROUND)
    shown = [Line(number, lines[number - 1], "", "") for number in range(first, last + 1)]
    text, start = lines[error.line - 1], error.column - 1
    word = re.match(r"\w+|\W{1,2}", text[start:])
    end = start + len(word[0]) if word else start
    shown[error.line - first] = Line(error.line, text[:start], text[start:end], text[end:])
    return shown
