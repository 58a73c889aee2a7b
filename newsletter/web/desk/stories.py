"""Add and edit a story: the form and its two pages."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from newsletter.accounts.permissions import Permission, has_permission
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.lib.errors import VersionConflict
from newsletter.publications.models import Publication
from newsletter.stories import pitches, story_claims, story_queue
from newsletter.stories.models import Direction, Kind, Story, StoryDraft, StoryState
from newsletter.stories.reading import story_drafts
from newsletter.stories.reading.teaser_fields import teaser_fields
from newsletter.stories.rich_text import typed_text
from newsletter.web.desk import comment_section
from newsletter.web.desk import current_publication as publications
from newsletter.web.desk.rich_text_editor import WritingInput
from newsletter.web.shared import audit_history, unsaved_changes
from newsletter.web.shared.display_formats import clock_of
from newsletter.web.shared.edit_form import EditForm
from newsletter.web.shared.forms import LocalDateTimeField, show_errors_on
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404
from newsletter.web.shared.picture_forms import PictureForm, picture_message
from newsletter.web.shared.unsaved_changes import UnsavedForms

SAVE_AGAIN = "Someone else saved this story at the same moment. Your changes are below. Review them and save again."


class StoryForm(EditForm, PictureForm):
    """A story as curators edit it. Times are in the publication's time zone, which the view activates."""

    acts = ("picture_file", "picture_out")

    headline = forms.CharField(max_length=250, widget=forms.TextInput(attrs={"class": "headline"}))
    url = forms.CharField(label="Link", max_length=2000, help_text="URL of the full article.", widget=forms.URLInput())
    body = forms.CharField(
        label="Teaser",
        max_length=100_000,
        widget=WritingInput(),
        help_text="A few paragraphs, separated by empty lines.",
    )
    kicker = forms.CharField(max_length=80, required=False, help_text="Shown above the headline.")
    byline = forms.CharField(max_length=200, required=False, help_text="The author, without “by”.")
    source_name = forms.CharField(
        label="Source", max_length=120, required=False, help_text="Who published the article."
    )

    kind = forms.ChoiceField(label="Shown as", required=False, choices=[("", "default for this layout"), *Kind.choices])
    section = forms.CharField(
        max_length=60, required=False, help_text="Heading shown above stories of the same section."
    )
    quote = forms.CharField(
        label="Pull quote",
        max_length=240,
        required=False,
        help_text="A sentence from the article, in large type.",
    )
    quote_by = forms.CharField(label="Quoted person", max_length=120, required=False)

    picture_out = forms.BooleanField(label="Remove picture", required=False)

    is_sensitive = forms.BooleanField(
        label="Sensitive story", required=False, help_text="No donation appeal is placed next to it."
    )
    # When the clock repeats an hour, no reader sees a story too early or too late.
    embargo_until = LocalDateTimeField(
        label="Embargo until", required=False, help_text="No edition includes it before this time.", fold=1
    )
    expires_at = LocalDateTimeField(
        label="Expires", required=False, help_text="No edition includes it after this time."
    )
    language = forms.CharField(max_length=12, required=False, help_text="If not the publication’s: ar, pt-BR …")
    direction = forms.ChoiceField(
        label="Reading direction", required=False, choices=[("", "default for the language"), *Direction.choices]
    )

    def clean_body(self) -> str:
        """Return sanitised HTML. Anything but HTML is treated as plain paragraphs."""
        body = typed_text.to_body(self.cleaned_data["body"])
        if not body:
            raise forms.ValidationError("Write at least one paragraph.")
        return body

    def fields_of_story(self) -> dict[str, Any]:
        """Return the arguments for the story queue. Store an uploaded file; raise `BadInput` for a bad one."""
        picture = self.fields_of_picture()
        fields = self.cleaned_data | picture
        if fields.pop("picture_out", False) and "picture" not in fields:
            fields |= {"picture": None, "picture_url": "", "picture_alt": "", "picture_decorative": False}
        return fields


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CURATE)
def add(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the form for a new story, and add it."""
    publication = publications.publication_from_url(request, slug)
    with timezone.override(clock_of(publication)):
        draft = _draft_of(request, publication)
        form = StoryForm(request.POST, request.FILES) if request.method == "POST" else StoryForm()
        if draft and not form.is_bound:
            form.initial = _initial(draft)
        unsaved = unsaved_changes.restore(request, form)
        if form.is_bound and form.is_valid():
            with show_errors_on(form):
                fields, again = form.fields_of_story(), "again" in request.POST
                if draft:
                    story = story_drafts.add_to_queue(draft, again=again, by=request.user, **fields)
                else:
                    story = story_queue.add(publication, **fields, again=again, by=request.user)
                unsaved_changes.saved(request)
                messages.success(request, f"“{story.headline}” was added to the queue.{picture_message(story)}")
                return redirect("queue", publication.slug)
        return _page(request, publication, form, unsaved, story=None)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CURATE)
def change(request: DeskRequest, story_id: int) -> HttpResponse:
    """Show the form of a story, and save changes."""
    stories = Story.objects.select_related("publication", "picture", "created_by", "claimed_by")
    story = permitted_or_404(request, stories, pk=story_id)
    with timezone.override(clock_of(story.publication)):
        form = _form_of(request, story)
        unsaved = unsaved_changes.restore(request, form)
        if form.is_bound and form.is_valid():
            if not form.changed:
                unsaved_changes.saved(request)
                messages.info(request, "You made no changes, so nothing was saved.")
                return redirect("queue", story.publication.slug)
            with show_errors_on(form):
                fields = form.fields_of_story()
                again = "again" in request.POST
                story = story_queue.update(story, **fields, seen=story.version, again=again, by=request.user)
                unsaved_changes.saved(request)
                messages.success(request, f"“{story.headline}” was saved.{picture_message(story)}")
                return redirect("queue", story.publication.slug)
            if form.has_version_conflict:
                story = stories.get(pk=story.pk)
                form = _form_of(request, story)
                form.add_domain_error(VersionConflict(SAVE_AGAIN))
        return _page(request, story.publication, form, unsaved, story=story)


def _draft_of(request: DeskRequest, publication: Publication) -> StoryDraft | None:
    """Return the draft that the new story is made of, if any."""
    number = whole_number(request.GET.get("draft", ""))
    return publication.drafts.all().open().filter(pk=number).first() if number else None


def _initial(draft: StoryDraft) -> dict[str, Any]:
    fields = teaser_fields(story_drafts.corrected_story(draft).story, draft.publication, given_url=draft.url)
    return fields | {"body": typed_text.to_field_text(fields["body"])}


def stored_fields(story: Story) -> dict[str, Any]:
    """Return the stored values of a story, by the names of the form's fields."""
    names = set(StoryForm.base_fields) - {"picture_file", "picture_out"}
    stored = {name: getattr(story, name) for name in names} | {"body": typed_text.to_field_text(story.body)}
    return stored | {"picture_file": story.picture_id, "picture_out": story.picture_id}


def _form_of(request: DeskRequest, story: Story) -> StoryForm:
    stored = stored_fields(story)
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    failed = story.picture is not None and story.picture.has_failed
    retried = ("picture_url",) if failed else ()  # saving fetches the picture again
    return StoryForm(*posted, stored=stored, version=story.version, always=retried)


@require_safe
@permission_required(Permission.PITCH)
def picture(request: DeskRequest, story_id: int) -> HttpResponse:
    """Render the status of a story's picture. The fragment polls until the picture is fetched or has failed."""
    story = permitted_or_404(request, Story.objects.select_related("picture"), pk=story_id)
    is_shown = story.state not in pitches.UNDECIDED or story.created_by_id == request.user.pk
    if not is_shown and not has_permission(request.user, Permission.CURATE, story.publication_id):
        raise Http404  # contributors see the queue and their own pitches
    return render(request, "web/desk/_story_picture.html", {"story": story})


def _page(
    request: DeskRequest, publication: Publication, form: StoryForm, unsaved: UnsavedForms, *, story: Story | None
) -> HttpResponse:
    context = {"publication": publication, "form": form, "story": story, "State": StoryState, "now": clock.now()}
    context |= {"unsaved": unsaved, "history": audit_history.history_of(story) if story else []}
    context["claimant"] = story_claims.claimant(story, now=clock.now()) if story else None
    context["section"] = comment_section.section_of(request, story) if story else None
    context["edition"] = Edition.objects.filter(placements__story=story).first() if story else None
    return render(request, "web/desk/story.html", context)
