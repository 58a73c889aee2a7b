"""The page of a story in one edition: texts, picture, section and size for this email only, the original beside."""

from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from newsletter.accounts.permissions import Permission
from newsletter.editions.edition_stories import CURATED
from newsletter.editions.models import Edition
from newsletter.letters import edit_edition, override_story
from newsletter.letters.edit_edition import SaveEffect
from newsletter.letters.override_story import InEdition
from newsletter.letters.preview_story import preview_story
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState, NewsletterError, VersionConflict
from newsletter.stories.models import Kind, Story
from newsletter.stories.rich_text import rich_text, typed_text
from newsletter.stories.validate_story import LINES
from newsletter.web.desk.edition_text_form import consequence_of, report_of
from newsletter.web.desk.rich_text_editor import WritingInput
from newsletter.web.desk.typed_story import framed_story, typed_story
from newsletter.web.shared import unsaved_changes
from newsletter.web.shared.edit_form import EditForm
from newsletter.web.shared.forms import show_errors_on
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404
from newsletter.web.shared.picture_forms import PictureForm

ORIGINALS = ("headline", "kicker", "body", "section", "kind", "picture")
SAVE_AGAIN = "Someone else saved this at the same moment. Your changes are below. Review them and save again."


class EditionStoryForm(EditForm, PictureForm):
    """A story in one edition."""

    acts = ("picture_file", "picture_out")

    headline = forms.CharField(max_length=250, widget=forms.TextInput(attrs={"class": "headline", "dir": "auto"}))
    kicker = forms.CharField(max_length=80, required=False, widget=forms.TextInput(attrs={"dir": "auto"}))
    body = forms.CharField(label="Teaser", max_length=100_000, widget=WritingInput())
    kind = forms.ChoiceField(label="Shown as", required=False, choices=[("", "default for this layout"), *Kind.choices])
    section = forms.CharField(
        max_length=60, required=False, help_text="Heading shown above stories of the same section."
    )
    picture_out = forms.BooleanField(label="Remove picture", required=False)

    def clean_body(self) -> str:
        """Return sanitised HTML."""
        body = typed_text.to_body(self.cleaned_data["body"])
        if not body:
            raise forms.ValidationError("Write at least one paragraph.")
        return body

    def fields_of_story(self) -> dict[str, Any]:
        """Return the fields to change. Store an uploaded file; raise `BadInput` for a bad one."""
        picture = self.fields_of_picture()
        fields = {name: self.cleaned_data[name] for name in self.changed if name in self.cleaned_data} | picture
        if fields.pop("picture_out", False) and "picture" not in fields:
            fields |= {"picture": None, "picture_url": "", "picture_alt": "", "picture_decorative": False}
        return fields


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CURATE)
def change(request: DeskRequest, edition_id: int, story_id: int) -> HttpResponse:
    """Show and save what a story has in this edition. `reset` names what becomes the original again."""
    edition = _edition(request, edition_id)
    permitted_or_404(request, Story.objects.filter(publication=edition.publication_id), pk=story_id)
    try:
        found = override_story.story_in_edition(edition, story_id, now=clock.now())
    except InvalidState as error:
        messages.error(request, str(error))
        return redirect("edition", edition_id)
    form = _form(request, found)
    reset = request.POST.get("reset", "")
    unsaved = unsaved_changes.restore(request, form)
    if form.is_bound and form.is_valid():
        if not form.changed and reset not in ORIGINALS:
            unsaved_changes.saved(request)
            messages.info(request, "You made no changes, so nothing was saved.")
            return _back(edition)
        with show_errors_on(form):
            fields: Any = form.fields_of_story() | (_originals(found, reset) if reset in ORIGINALS else {})
            announced = next((e for e in SaveEffect if e == request.POST.get("announced")), None)
            saved = override_story.override_story(
                edition,
                story_id,
                fields,
                by=request.user,
                now=clock.now(),
                seen=found.pick.version,
                announced=announced,
            )
            unsaved_changes.saved(request)
            messages.success(request, report_of(saved, before=edition))
            return redirect(request.path) if reset else _back(saved)
        if form.has_version_conflict:
            found = override_story.story_in_edition(edition, story_id, now=clock.now())
            form = _form(request, found)
            form.add_domain_error(VersionConflict(SAVE_AGAIN))
        edition = _edition(request, edition_id)
    effect = _effect(edition)
    context = {
        "edition": edition,
        "publication": edition.publication,
        "story": found.shown,
        "original": found.original,
        "plain_original": rich_text.plain(found.original.body),
        "changed": override_story.values_of(found.shown, found.original),
        "form": form,
        "unsaved": unsaved,
        "effect": effect,
        "Effect": SaveEffect,
        "consequence": consequence_of(edition, effect, now=clock.now()),
    }
    return render(request, "web/desk/edition_story.html", context, status=422 if form.is_bound else 200)


@require_POST
@permission_required(Permission.CURATE)
def email(request: DeskRequest, edition_id: int, story_id: int) -> HttpResponse:
    """Show the email of the edition with what is typed, for the preview frame. Save nothing."""
    edition = _edition(request, edition_id)
    permitted_or_404(request, Story.objects.filter(publication=edition.publication_id), pk=story_id)
    now = clock.now()
    try:
        found = override_story.story_in_edition(edition, story_id, now=now)
        values = {name: str(getattr(found.shown, name)) for name in (*LINES, "url", "language", "direction")}
        values |= {"is_sensitive": "on"} if found.shown.is_sensitive else {}
        values |= {name: str(value) for name, value in request.POST.items()}
        shown = preview_story(typed_story(edition.publication, values, found.shown), now=now, edition=edition)
    except NewsletterError as error:
        return render(request, "web/desk/edition_without_email.html", {"reason": str(error)})
    return framed_story(shown, edition.publication, is_dark=request.POST.get("scheme") == "dark")


def _edition(request: DeskRequest, edition_id: int) -> Edition:
    found = Edition.objects.select_related("publication", "approved_by").filter(publication__is_active=True)
    return permitted_or_404(request, found, pk=edition_id)


def _form(request: DeskRequest, found: InEdition) -> EditionStoryForm:
    names = set(EditionStoryForm.base_fields) - {"picture_file", "picture_out"}
    shown = found.shown
    stored = {name: getattr(shown, name) for name in names} | {"body": typed_text.to_field_text(shown.body)}
    stored |= {"picture_file": shown.picture_id, "picture_out": shown.picture_id}
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return EditionStoryForm(*posted, stored=stored, version=found.pick.version)


def _originals(found: InEdition, name: str) -> Any:
    if name != "picture":
        return {name: getattr(found.original, name)}
    return {each: getattr(found.original, each) for each in ("picture", *override_story.PICTURE)}


def _effect(edition: Edition) -> SaveEffect:
    with suppress(NewsletterError):
        return edit_edition.effect_of_saving(edition)
    return SaveEffect.CLOSED


def _back(edition: Edition) -> HttpResponse:
    if edition.state not in CURATED:
        return redirect("edition", edition.pk)
    back = redirect("queue", edition.publication.slug)
    back["Location"] += f"?edition={edition.pk}&show=edition"
    return back
