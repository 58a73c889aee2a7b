"""Writing a story and changing one: the form, and its two pages."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from newsletter.accounts.permissions import Permission
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.lib.errors import VersionConflict
from newsletter.publications.models import Publication
from newsletter.stories import story_queue
from newsletter.stories.models import Direction, Kind, State, Story
from newsletter.stories.rich_text import typed_text
from newsletter.web.desk import current_publication as publications
from newsletter.web.desk.rich_text_editor import WritingInput
from newsletter.web.shared.display_formats import clock_of
from newsletter.web.shared.edit_form import EditForm
from newsletter.web.shared.forms import LocalDateTimeField, telling
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.picture_forms import PictureForm, picture_message

SAVE_AGAIN = "Somebody else saved this story at the same moment. Yours is still here: look at it, and save again."


class StoryForm(EditForm, PictureForm):
    """A story as a curator sees it. Times are on the publication's clock, which the view activates."""

    acts = ("picture_file", "picture_out")

    headline = forms.CharField(max_length=250, widget=forms.TextInput(attrs={"class": "headline"}))
    url = forms.CharField(
        label="Link", max_length=2000, help_text="Where the whole article is.", widget=forms.URLInput()
    )
    body = forms.CharField(
        label="Teaser",
        max_length=100_000,
        widget=WritingInput(),
        help_text="A few paragraphs. An empty line begins a new one.",
    )
    kicker = forms.CharField(max_length=80, required=False, help_text="Above the headline.")
    byline = forms.CharField(max_length=200, required=False, help_text="The author, without “by”.")
    source_name = forms.CharField(label="Source", max_length=120, required=False, help_text="Who published it.")

    kind = forms.ChoiceField(
        label="Printed as", required=False, choices=[("", "as the publication’s look has it"), *Kind.choices]
    )
    section = forms.CharField(
        max_length=60, required=False, help_text="A heading above it, shared by those of the same section that follow."
    )
    quote = forms.CharField(
        label="Pull quote", max_length=240, required=False, help_text="A sentence of the article, to be set large."
    )
    quote_by = forms.CharField(label="Who said it", max_length=120, required=False)

    picture_out = forms.BooleanField(label="Take the picture out", required=False)

    is_sensitive = forms.BooleanField(
        label="Sensitive story", required=False, help_text="No request for donations may stand beside it."
    )
    # in an hour that comes twice, no reader sees a story too early or too late
    embargo_until = LocalDateTimeField(
        label="Embargo until", required=False, help_text="No edition takes it before.", fold=1
    )
    expires_at = LocalDateTimeField(label="Expires", required=False, help_text="No edition takes it after.")
    language = forms.CharField(max_length=12, required=False, help_text="If another: ar, pt-BR …")
    direction = forms.ChoiceField(
        label="Reading direction", required=False, choices=[("", "as the language has it"), *Direction.choices]
    )

    def clean_body(self) -> str:
        """HTML stays HTML, anything else is taken for plain paragraphs; either way no more than a letter may hold."""
        body = typed_text.to_body(self.cleaned_data["body"])
        if not body:
            raise forms.ValidationError("Write at least one paragraph.")
        return body

    def fields_of_story(self) -> dict[str, Any]:
        """What was filled in, as the queue takes it. A file is made fit and kept here; raises `BadInput`."""
        picture = self.fields_of_picture()
        fields = self.cleaned_data | picture
        if fields.pop("picture_out", False) and "picture" not in fields:
            fields |= {"picture": None, "picture_url": "", "picture_alt": "", "picture_decorative": False}
        return fields


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CURATE)
def add(request: DeskRequest, slug: str) -> HttpResponse:
    publication = publications.asked_for(request, slug)
    with timezone.override(clock_of(publication)):
        form = StoryForm(request.POST, request.FILES) if request.method == "POST" else StoryForm()
        if form.is_bound and form.is_valid():
            with telling(form):
                story = story_queue.add(publication, **form.fields_of_story(), again="again" in request.POST)
                messages.success(request, f"“{story.headline}” is in the queue.{picture_message(story)}")
                return redirect("queue", publication.slug)
        return _page(request, publication, form, story=None)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CURATE)
def change(request: DeskRequest, story_id: int) -> HttpResponse:
    story = get_object_or_404(Story.objects.select_related("publication", "picture"), pk=story_id)
    with timezone.override(clock_of(story.publication)):
        form = _form_of(request, story)
        if form.is_bound and form.is_valid():
            if not form.changed:
                messages.info(request, "Nothing was changed, so nothing was saved.")
                return redirect("queue", story.publication.slug)
            with telling(form):
                fields = form.fields_of_story()
                story = story_queue.update(story, **fields, seen=story.version, again="again" in request.POST)
                messages.success(request, f"“{story.headline}” is saved.{picture_message(story)}")
                return redirect("queue", story.publication.slug)
            if form.is_outrun:
                story = Story.objects.select_related("publication", "picture").get(pk=story.pk)
                form = _form_of(request, story)
                form.add_domain_error(VersionConflict(SAVE_AGAIN))
        return _page(request, story.publication, form, story=story)


def _form_of(request: DeskRequest, story: Story) -> StoryForm:
    given = set(StoryForm.base_fields) - {"picture_file", "picture_out"}
    stored = {name: getattr(story, name) for name in given} | {"body": typed_text.to_field_text(story.body)}
    stored |= {"picture_file": story.picture_id, "picture_out": story.picture_id}
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    failed = story.picture is not None and story.picture.has_failed
    retried = ("picture_url",) if failed else ()  # saving asks for it once more
    return StoryForm(*posted, stored=stored, version=story.version, always=retried)


@require_safe
@permission_required(Permission.CURATE)
def picture(request: DeskRequest, story_id: int) -> HttpResponse:
    """How a story's picture stands: a fragment that asks again by itself until it is known."""
    story = get_object_or_404(Story.objects.select_related("picture"), pk=story_id)
    return render(request, "web/desk/_story_picture.html", {"story": story})


def _page(request: DeskRequest, publication: Publication, form: StoryForm, *, story: Story | None) -> HttpResponse:
    context = {"publication": publication, "form": form, "story": story, "State": State, "now": clock.now()}
    context["edition"] = Edition.objects.filter(placements__story=story).first() if story else None
    return render(request, "web/desk/story.html", context)
