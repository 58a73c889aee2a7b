"""The preview beside the form of a story: the email with the story as typed. Nothing is saved."""

import copy
from collections.abc import Mapping
from dataclasses import replace

from django.db import models
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from newsletter.accounts.permissions import Permission
from newsletter.delivery.recipients.sample_reader import anonymous_letter
from newsletter.editions.models import Edition
from newsletter.letters.preview_story import StoryPreview, preview_story
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.lib.language_tags import language_tag
from newsletter.lib.web_urls import validate_web_url
from newsletter.mail.text_cleaning import clean_line
from newsletter.publications.models import Publication
from newsletter.stories.models import Direction, Kind, Story
from newsletter.stories.rich_text import typed_text
from newsletter.stories.validate_story import LINES, MAX_BODY_CHARS
from newsletter.web.desk import current_publication as publications
from newsletter.web.shared.anonymous_letter_views import framed_response
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required

STAND_INS = {"headline": "Headline", "body": "<p>Teaser</p>", "url": "https://example.org/"}
ANCHOR = "typed-story"  # the id that the frame's address leads to


@require_POST
@permission_required(Permission.CURATE)
def preview(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the email with the typed story, for the preview frame."""
    publication = publications.publication_from_url(request, slug)
    number = whole_number(request.POST.get("story", ""))
    stored = publication.stories.select_related("picture").filter(pk=number).first() if number else None
    try:
        shown = preview_story(typed_story(publication, request.POST, stored), now=clock.now())
    except NewsletterError as error:
        return render(request, "web/desk/edition_without_email.html", {"reason": str(error)})
    return framed_story(shown, publication, is_dark=request.POST.get("scheme") == "dark")


def framed_story(shown: StoryPreview, publication: Publication, *, is_dark: bool) -> HttpResponse:
    """Return the email for the preview frame, with the story at `ANCHOR`."""
    letter = anonymous_letter(shown.letter, Edition(pk=0, publication=publication))
    html = letter.html.replace(f'id="{shown.anchor}"', f'id="{ANCHOR}"', 1)
    letter = replace(letter, html=html.replace(f'href="#{shown.anchor}"', f'href="#{ANCHOR}"'))
    return framed_response(letter, dark=is_dark)


def typed_story(publication: Publication, data: Mapping[str, str], stored: Story | None) -> Story:
    """Return the story as typed so far, not stored. What is missing or cannot be shown yet has a stand-in."""
    story = copy.copy(stored) if stored else Story()
    story.publication = publication
    for name in LINES:
        setattr(story, name, clean_line(data.get(name, ""))[: _longest(name)])
    story.headline = story.headline or STAND_INS["headline"]
    story.body = typed_text.to_body(data.get("body", "")[:MAX_BODY_CHARS]) or STAND_INS["body"]
    try:
        story.url = validate_web_url(data.get("url", ""), field="url")
    except NewsletterError:
        story.url = STAND_INS["url"]
    try:
        story.language = language_tag(data.get("language", ""))
    except NewsletterError:
        story.language = ""
    story.kind = data.get("kind", "") if data.get("kind", "") in Kind.values else ""
    story.direction = data.get("direction", "") if data.get("direction", "") in Direction.values else ""
    story.picture_decorative, story.is_sensitive = "picture_decorative" in data, "is_sensitive" in data
    if "picture_out" in data:
        story.picture = None
    return story


def _longest(name: str) -> int | None:
    field = Story._meta.get_field(name)
    return field.max_length if isinstance(field, models.CharField) else None
