"""Pasting a story: raw text in, what each line was taken for out; a person overrules, then keeps story and appeal."""

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from newsletter.accounts.roles import Step, may
from newsletter.giving import appeals
from newsletter.giving.models import Appeal, Place
from newsletter.lib.errors import NewsletterError
from newsletter.publications.models import Publication
from newsletter.stories import pasting, queue
from newsletter.stories.parts import APPEAL_PARTS, Part
from newsletter.stories.pasting import Pasted, PastedAppeal
from newsletter.web import publication as publications
from newsletter.web.forms import PlainForm
from newsletter.web.permission import DeskRequest, needs

PARTS = {
    Part.HEADLINE: "Headline",
    Part.BYLINE: "Byline",
    Part.PARAGRAPH: "Story",
    Part.APPEAL_HEADING: "Appeal: heading",
    Part.APPEAL_LEAD: "Appeal: lead",
    Part.APPEAL_POINT: "Appeal: point",
    Part.APPEAL_POINT_REPEATED: "Appeal: point again",
    Part.APPEAL_CLOSING: "Appeal: closing",
    Part.IGNORED: "Leave out",
}


class PasteForm(PlainForm):
    text = forms.CharField(
        label="Text as you copied it",
        strip=False,
        help_text="The headline first. A request for donations in its midst is found and set apart.",
        widget=forms.Textarea(attrs={"class": "tall", "dir": "auto"}),
    )
    url = forms.CharField(
        label="Link", max_length=2000, help_text="Where the whole article is.", widget=forms.URLInput()
    )


class AppealForm(PlainForm):
    """The appeal found in pasted text, to be completed: the text does not say where its button leads."""

    prefix = "appeal"

    name = forms.CharField(max_length=80, help_text="What the newsroom calls it; readers do not see it.")
    heading = forms.CharField(max_length=120)
    lead = forms.CharField(max_length=600, required=False, widget=forms.Textarea)
    points = forms.CharField(required=False, widget=forms.Textarea, help_text="One a line.")
    closing = forms.CharField(max_length=400, required=False, widget=forms.Textarea)
    button = forms.CharField(label="Words on the button", max_length=40, help_text="Such as: Support this reporting.")
    url = forms.CharField(
        label="Destination", max_length=2000, help_text="Where one can give.", widget=forms.URLInput()
    )

    def clean_points(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["points"].splitlines() if line.strip()]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Step.CURATE)
def paste(request: DeskRequest, slug: str) -> HttpResponse:
    """One address, two steps: the text first; then, with all that was typed kept in the form, what was made of it."""
    publication = publications.asked_for(request, slug)
    form = PasteForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return _page(request, publication, form)
    text, said = form.cleaned_data["text"], _overruled(request.POST)
    stored = list(publication.appeals.all())
    known = [line for appeal in stored for line in appeals.lines(appeal)]
    try:
        found = pasting.read(text, known_lines=known, overrule=said)
    except NewsletterError as error:
        form.blame(error)
        return _page(request, publication, form)

    appeal_form = None
    if found.appeal:
        is_sent = request.POST.get("do") == "keep"
        appeal_form = AppealForm(request.POST) if is_sent else AppealForm(initial=_suggested(found.appeal, stored))
    kept = None
    match request.POST.get("do"):
        case "add" if _add(request, publication, form, found):
            return redirect("queue", publication.slug)
        case "keep" if appeal_form and found.appeal and may(request.user, Step.APPROVE):
            kept = _keep(publication, appeal_form, found.appeal)
    context = {
        "found": found,
        "said": said,
        "appeal_form": appeal_form,
        "appeal_known": kept or (found.appeal and _known(found.appeal, stored)),
        "kept": kept,
    }
    return _page(request, publication, form, context)


def _add(request: DeskRequest, publication: Publication, form: PasteForm, found: Pasted) -> bool:
    try:
        story = queue.add(
            publication,
            headline=found.headline,
            url=form.cleaned_data["url"],
            body=found.body,
            byline=found.byline,
            source_name=found.source_name,
            again="again" in request.POST,
        )
    except NewsletterError as error:
        form.blame(error)
        return False
    messages.success(request, f"“{story.headline}” is in the queue.")
    return True


def _keep(publication: Publication, form: AppealForm, found: PastedAppeal) -> Appeal | None:
    if not form.is_valid():
        return None
    try:
        return appeals.add(
            publication,
            **form.cleaned_data,
            place=Place.IN_STORY,
            story_number=1,
            paragraph_number=found.after_paragraph,
        )
    except NewsletterError as error:
        form.blame(error)
        return None


def _overruled(data: Mapping[str, str]) -> dict[int, Part]:
    """What a person said of single lines, by number; a line left “as guessed” is not among them."""
    said = {}
    for name, value in data.items():
        number = name.removeprefix("line-")
        if name != number and number.isdecimal() and len(number) < 7 and value in PARTS:
            said[int(number)] = Part(value)
    return said


def _suggested(found: PastedAppeal, stored: list[Appeal]) -> dict[str, str]:
    """The form's first filling; button and destination are taken from the newsroom's latest appeal."""
    latest = max(stored, key=lambda appeal: appeal.pk, default=None)
    return {
        "name": found.heading[:80],
        "heading": found.heading,
        "lead": found.lead,
        "points": "\n".join(found.points),
        "closing": found.closing,
        "button": latest.button if latest else "",
        "url": latest.url if latest else "",
    }


def _known(found: PastedAppeal, stored: list[Appeal]) -> Appeal | None:
    """The stored appeal that holds the heading and the points already."""
    for appeal in stored:
        lines = appeals.lines(appeal)
        if {found.heading, *found.points} <= set(lines):
            return appeal
    return None


def _page(
    request: DeskRequest, publication: Publication, form: PasteForm, context: dict[str, object] | None = None
) -> HttpResponse:
    common = {"publication": publication, "form": form, "parts": PARTS, "APPEAL_PARTS": APPEAL_PARTS, "Part": Part}
    if context is None:
        return render(request, "web/pasting/paste.html", common)
    template = "web/pasting/_pasted.html" if request.htmx else "web/pasting/pasted.html"
    return render(request, template, common | context)
