"""Writing a story and changing one: the form, and its two pages."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from newsletter.accounts.roles import Step
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.publications.models import Publication
from newsletter.stories import queue, richtext
from newsletter.stories.models import Direction, Kind, State, Story
from newsletter.web import publication as publications
from newsletter.web.forms import Moment
from newsletter.web.permission import DeskRequest, needs
from newsletter.web.phrases import clock_of
from newsletter.web.picturing import PictureForm, said_of_picture

TAG = re.compile(r"</?(p|ul|ol|li|a|strong|em|b|i|blockquote|br|div)\b[^<>]*>", re.IGNORECASE)
WRITING = forms.Textarea(attrs={"class": "tall", "data-writing": ""})


class StoryForm(PictureForm):
    """A story as a curator sees it. Times are on the publication's clock, which the view activates."""

    headline = forms.CharField(max_length=250, widget=forms.TextInput(attrs={"class": "headline"}))
    url = forms.CharField(
        label="Link", max_length=2000, help_text="Where the whole article is.", widget=forms.URLInput()
    )
    body = forms.CharField(
        label="Teaser",
        max_length=100_000,
        widget=WRITING,
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
    embargo_until = Moment(label="Embargo until", required=False, help_text="No edition takes it before.")
    expires_at = Moment(label="Expires", required=False, help_text="No edition takes it after.")
    language = forms.CharField(max_length=12, required=False, help_text="If another: ar, pt-BR …")
    direction = forms.ChoiceField(
        label="Reading direction", required=False, choices=[("", "as the language has it"), *Direction.choices]
    )

    def clean_body(self) -> str:
        """HTML stays HTML, anything else is taken for plain paragraphs; either way no more than a letter may hold."""
        text = self.cleaned_data["body"]
        body = richtext.sanitise(text) if TAG.search(text) else richtext.from_plain(text)
        if not body:
            raise forms.ValidationError("Write at least one paragraph.")
        return body

    def fields_of_story(self) -> dict[str, Any]:
        """What was filled in, as the queue takes it. A file is made fit and kept here; raises `BadInput`."""
        picture = self.fields_of_picture()
        fields = self.cleaned_data | picture
        if fields.pop("picture_out") and "picture" not in fields:
            fields |= {"picture": None, "picture_url": "", "picture_alt": "", "picture_decorative": False}
        return fields


def shown(body: str) -> str:
    """A body for the form's text field: plain paragraphs where they are all there is, else its HTML."""
    if TAG.search(re.sub(r"</?p>", "", body)):
        return "\n".join(block.html for block in richtext.blocks(body))
    return richtext.plain(body)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Step.CURATE)
def add(request: DeskRequest, slug: str) -> HttpResponse:
    publication = publications.asked_for(request, slug)
    with timezone.override(clock_of(publication)):
        form = StoryForm(request.POST, request.FILES) if request.method == "POST" else StoryForm()
        if form.is_bound and form.is_valid():
            try:
                story = queue.add(publication, **form.fields_of_story(), again="again" in request.POST)
            except NewsletterError as error:
                form.blame(error)
            else:
                messages.success(request, f"“{story.headline}” is in the queue.{said_of_picture(story)}")
                return redirect("queue", publication.slug)
        return _page(request, publication, form, story=None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Step.CURATE)
def change(request: DeskRequest, story_id: int) -> HttpResponse:
    story = get_object_or_404(Story.objects.select_related("publication", "picture"), pk=story_id)
    with timezone.override(clock_of(story.publication)):
        posted = request.method == "POST"
        form = StoryForm(request.POST, request.FILES) if posted else StoryForm(initial=_initial(story))
        if form.is_bound and form.is_valid():
            try:
                story = queue.revise(story, **form.fields_of_story(), again="again" in request.POST)
            except NewsletterError as error:
                form.blame(error)
            else:
                messages.success(request, f"“{story.headline}” is saved.{said_of_picture(story)}")
                return redirect("queue", story.publication.slug)
        return _page(request, story.publication, form, story=story)


def _initial(story: Story) -> dict[str, Any]:
    given = set(StoryForm.base_fields) - {"picture_file", "picture_out"}
    return {name: getattr(story, name) for name in given} | {"body": shown(story.body)}


@require_safe
@needs(Step.CURATE)
def picture(request: DeskRequest, story_id: int) -> HttpResponse:
    """How a story's picture stands: a fragment that asks again by itself until it is known."""
    story = get_object_or_404(Story.objects.select_related("picture"), pk=story_id)
    return render(request, "web/stories/_picture.html", {"story": story})


def _page(request: DeskRequest, publication: Publication, form: StoryForm, *, story: Story | None) -> HttpResponse:
    context = {"publication": publication, "form": form, "story": story, "State": State, "now": clock.now()}
    context["edition"] = Edition.objects.filter(placements__story=story).first() if story else None
    return render(request, "web/stories/story.html", context)
