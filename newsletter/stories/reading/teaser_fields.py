"""Make the fields of a queued story from what was read of a page: a teaser of the standfirst and first paragraphs."""

from html import escape
from typing import Any

from newsletter.mail.text_direction import direction_of
from newsletter.publications.models import Publication
from newsletter.stories import duplicate_links
from newsletter.stories.reading.page_story import PageStory
from newsletter.stories.validate_story import MAX_BODY_CHARS

# of a story's columns; a longer value is cut
MAX_CHARS = {"headline": 250, "byline": 200, "source_name": 120, "picture_alt": 300, "picture_credit": 200}


def teaser_fields(story: PageStory, publication: Publication, *, given_url: str = "") -> dict[str, Any]:
    """Return arguments for the story queue. Language and direction are left out where they are the publication's."""
    fields: dict[str, Any] = {name: _cut(story.value(name), limit) for name, limit in MAX_CHARS.items()}
    fields["url"] = duplicate_links.without_tracking(story.value("url") or given_url)
    fields["body"] = teaser_body(story, publication.teaser_paragraphs)
    fields["picture_url"] = story.value("picture_url")
    language, own = story.value("language"), publication.language
    if language and language.split("-")[0] != own.split("-")[0]:
        fields["language"] = language
    direction = story.value("direction")
    if direction and direction != direction_of(fields.get("language") or own):
        fields["direction"] = direction
    return fields


def without_undescribed_picture(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields without a picture that nothing describes: such a story cannot be queued by a program."""
    if fields.get("picture_alt"):
        return fields
    return fields | {"picture_url": "", "picture_alt": "", "picture_credit": ""}


def teaser_body(story: PageStory, paragraphs: int) -> str:
    """Return the standfirst and the first `paragraphs` as rich text, as many as a teaser may hold."""
    dek = story.value("dek")
    blocks = ([f"<p>{escape(dek, quote=False)}</p>"] if dek else []) + list(story.paragraphs[:paragraphs])
    body = ""
    for block in blocks:
        if len(body) + len(block) > MAX_BODY_CHARS:
            break
        body += block
    return body


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
