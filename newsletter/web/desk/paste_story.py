"""Paste a story as plain text: detect the type of each line, let the user correct it, then save story and appeal."""

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from newsletter.accounts.permissions import Permission, has_permission
from newsletter.giving import edit_appeal
from newsletter.lib.errors import NewsletterError
from newsletter.publications.models import Publication
from newsletter.stories import story_queue
from newsletter.stories.pasted_text import parse_pasted_text
from newsletter.stories.pasted_text.line_types import APPEAL_PARTS, LineType
from newsletter.stories.pasted_text.parse_pasted_text import PastedArticle
from newsletter.web.desk import current_publication as publications
from newsletter.web.desk.pasted_appeal_form import AppealForm, completed, keep, known_as, suggested
from newsletter.web.desk.pasted_line_groups import group_lines
from newsletter.web.desk.remembered_lines import RememberedLines
from newsletter.web.shared.error_pages import forbidden
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.picture_forms import PictureForm, picture_message

LINE_TYPE_LABELS = {
    LineType.HEADLINE: "Headline",
    LineType.BYLINE: "Byline",
    LineType.DATE: "Date",
    LineType.PARAGRAPH: "Story",
    LineType.APPEAL_HEADING: "Appeal: heading",
    LineType.APPEAL_LEAD: "Appeal: lead",
    LineType.APPEAL_POINT: "Appeal: point",
    LineType.APPEAL_POINT_REPEATED: "Appeal: duplicate",
    LineType.APPEAL_CLOSING: "Appeal: closing",
    LineType.CREDIT: "Picture credit",
    LineType.IGNORED: "Leave out",
}


# Buttons beside a line. Their value is the number of the line.
ONE_CLICK = {
    "bring-back": LineType.PARAGRAPH,
    "leave-out": LineType.IGNORED,
    "take-as-headline": LineType.HEADLINE,
}


class PasteForm(PictureForm):
    """The form for a pasted article."""

    text = forms.CharField(
        label="Copied text",
        strip=False,
        help_text="Start with the headline. A donation appeal in the text is detected and separated.",
        widget=forms.Textarea(attrs={"class": "tall", "dir": "auto"}),
    )
    url = forms.CharField(label="Link", max_length=2000, help_text="URL of the full article.", widget=forms.URLInput())


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CURATE)
def paste(request: DeskRequest, slug: str) -> HttpResponse:
    """Handle both steps at one URL: the text, then the review. The second form repeats all input of the first."""
    publication = publications.publication_from_url(request, slug)
    form = PasteForm(request.POST, request.FILES) if request.method == "POST" else PasteForm()
    if not form.is_bound or form.has_error("text"):
        return _page(request, publication, form)  # a missing link can be added in step two
    text, overrides = form.cleaned_data["text"], _line_overrides(request.POST)
    stored = list(publication.appeals.all())
    known = [line for appeal in stored for line in edit_appeal.list_lines(appeal)]
    remembered = RememberedLines(publication, request.POST)
    more: dict[int, LineType] = {}
    try:
        found = parse_pasted_text.parse(text, known_lines=known, overrule=overrides)
        if more := remembered.overrides(found, overrides):
            overrides |= more
            found = parse_pasted_text.parse(text, known_lines=known, overrule=overrides)
    except NewsletterError as error:
        form.add_domain_error(error)
        return _page(request, publication, form)

    appeal_form, kept = None, None
    if found.appeal and request.POST.get("action") == "keep":
        appeal_form = AppealForm(request.POST)
    elif found.appeal:
        appeal_form = AppealForm(initial=suggested(found.appeal) | completed(request.POST))
    match request.POST.get("action"):
        case "add" if not more and form.is_valid() and _add(request, publication, form, found, overrides):
            remembered.remember(found, overrides)
            return redirect("queue", publication.slug)
        case "keep" | "confirm" if not has_permission(request.user, Permission.APPROVE, publication):
            return forbidden(request)
        case "confirm" if found.appeal and (inactive := known_as(found.appeal, stored)):
            kept = edit_appeal.activate(inactive, by=request.user)
        case "keep" if appeal_form and found.appeal:
            kept = keep(publication, appeal_form, found.appeal, by=request.user)
    if request.POST.get("action") != "add" and not request.POST.get("url"):
        form.errors.pop("url", None)  # it is asked for below, and only adding needs it
    form.ask_to_choose_again()
    context = {
        "found": found,
        "groups": list(group_lines(found.lines, overrides)),
        "overrides": overrides,
        "teaser": found.teaser(publication.teaser_paragraphs, overrides),
        "beyond": found.beyond(publication.teaser_paragraphs, overrides),
        "remembered": remembered,
        "newly_remembered": len(more),
        "appeal_form": appeal_form,
        "appeal_known": kept or (found.appeal and known_as(found.appeal, stored)),
        "kept": kept,
    }
    return _page(request, publication, form, context)


def _add(
    request: DeskRequest,
    publication: Publication,
    form: PasteForm,
    found: PastedArticle,
    chosen: Mapping[int, LineType],
) -> bool:
    try:
        story = story_queue.add(
            publication,
            headline=found.headline,
            url=form.cleaned_data["url"],
            body=found.teaser(publication.teaser_paragraphs, chosen),
            byline=found.byline,
            source_name=found.source_name,
            **form.fields_of_picture(),
            again="again" in request.POST,
            by=request.user,
        )
    except NewsletterError as error:
        form.add_domain_error(error)
        return False
    messages.success(request, f"“{story.headline}” was added to the queue.{picture_message(story)}")
    return True


def _line_overrides(data: Mapping[str, str]) -> dict[int, LineType]:
    """Return the line types that the user chose, by line number. Lines left as detected are not included."""
    overrides: dict[int, LineType] = {}
    chosen = [(f"line-{data.get(name, '')}", part) for name, part in ONE_CLICK.items()]
    for name, value in [*data.items(), *chosen]:
        number = name.removeprefix("line-")
        if name != number and number.isdecimal() and len(number) < 7 and value in LINE_TYPE_LABELS:
            overrides[int(number)] = LineType(value)
    if "take-as-headline" in data:  # in place of another line
        return {
            number: part
            for number, part in overrides.items()
            if part is not LineType.HEADLINE or str(number) == data["take-as-headline"]
        }
    return overrides


def _page(
    request: DeskRequest, publication: Publication, form: PasteForm, context: dict[str, object] | None = None
) -> HttpResponse:
    common = {
        "publication": publication,
        "form": form,
        "parts": LINE_TYPE_LABELS,
        "APPEAL_PARTS": APPEAL_PARTS,
        "Part": LineType,
    }
    if context is None:
        return render(request, "web/desk/paste_story.html", common)
    template = "web/desk/_pasted_article.html" if request.htmx else "web/desk/pasted_article.html"
    return render(request, template, common | context)
