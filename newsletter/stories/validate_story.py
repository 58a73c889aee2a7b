"""Set the fields of a story: normalise the values and validate the whole story."""

from datetime import datetime
from typing import TypedDict

from newsletter.lib.errors import BadInput
from newsletter.lib.language_tags import language_tag
from newsletter.lib.model_validation import field_label, validate_model
from newsletter.lib.web_urls import validate_web_url
from newsletter.mail.text_cleaning import clean_line, escape_merge_tags_in_url
from newsletter.pictures import import_pictures
from newsletter.pictures.models import Picture, Use
from newsletter.stories import duplicate_links
from newsletter.stories.models import Story
from newsletter.stories.rich_text import rich_text

MAX_PASTED_CHARS = 50_000  # of HTML; the time to parse nested tags grows with its square
MAX_BODY_CHARS = 20_000  # a teaser, not the article: email clients clip emails at about 100,000 bytes


class OptionalStoryFields(TypedDict, total=False):
    """Fields of a story that may be left out."""

    kind: str
    section: str
    kicker: str
    byline: str
    source_name: str
    quote: str
    quote_by: str
    picture: Picture | None
    picture_url: str
    picture_alt: str
    picture_decorative: bool
    picture_credit: str
    language: str
    direction: str
    is_sensitive: bool
    embargo_until: datetime | None
    expires_at: datetime | None


class StoryFields(OptionalStoryFields, total=False):
    """All fields that curators can set."""

    headline: str
    url: str
    body: str


LINES = (
    *("section", "kicker", "headline", "byline", "source_name"),
    *("quote", "quote_by", "picture_alt", "picture_credit"),
)
LINKS = ("url", "picture_url")
TIMES = ("embargo_until", "expires_at")


def set_story_fields(story: Story, fields: StoryFields) -> None:
    """Set the normalised `fields` on `story` and validate it; raise `BadInput`. The caller saves.

    Single-line fields lose line breaks and control characters, the body is sanitised, and merge tags are broken up
    (mail/text_cleaning.py).
    """
    for name, value in fields.items():
        if name not in StoryFields.__annotations__:
            raise TypeError(f"a story has no settable field {name!r}")
        setattr(story, name, _normalised(story, name, value))
    story.page_key = duplicate_links.page_key(story.url)
    _choose_picture(story, fields)
    _check_body(story)
    _check_picture(story)
    if story.quote_by and not story.quote:
        raise BadInput(
            field_label(story, "quote_by"), "is filled in, but there is no quote.", "Enter the quote as well."
        )
    _check_times(story)
    validate_model(story)


def _normalised(story: Story, name: str, value: object) -> object:
    if name in (*LINES, *LINKS, "kind", "body", "language", "direction") and not isinstance(value, str):
        raise BadInput(field_label(story, name), "is not text.")
    if isinstance(value, str) and name in LINES:
        return clean_line(value)
    if isinstance(value, str) and name in LINKS:
        return (
            escape_merge_tags_in_url(validate_web_url(value, field=field_label(story, name)))
            if value.strip() or name == "url"
            else ""
        )
    if isinstance(value, str) and name == "language":
        return language_tag(value) if value.strip() else ""
    if isinstance(value, str) and name == "body":
        if len(value) > MAX_PASTED_CHARS:
            raise BadInput("body", f"has {len(value):,} characters.", f"Paste fewer than {MAX_PASTED_CHARS:,}.")
        return rich_text.sanitise(value)
    return value


def _check_body(story: Story) -> None:
    if not story.body:
        raise BadInput("body", "has no text.", "Enter at least one paragraph.")
    if len(story.body) > MAX_BODY_CHARS:
        raise BadInput("body", f"has {len(story.body):,} characters.", f"Use at most {MAX_BODY_CHARS:,}.")


def _choose_picture(story: Story, fields: StoryFields) -> None:
    """Set the picture. An uploaded file takes precedence over a URL; a new or failed URL requests a fetch."""
    if fields.get("picture"):
        story.picture_url = ""
    elif "picture_url" in fields and story.picture_url:
        current = story.picture
        if current is None or current.source_url != story.picture_url or current.has_failed:
            story.picture = import_pictures.request_picture(story.picture_url, Use.STORY)
    elif "picture_url" in fields and story.picture and story.picture.source_url:
        story.picture = None  # its URL was removed


def _check_picture(story: Story) -> None:
    if not (story.picture_url or story.picture):
        return
    field = field_label(story, "picture_alt")
    if not (story.picture_alt or story.picture_decorative):
        raise BadInput(
            field,
            "is empty, but the story has a picture.",
            "Describe the picture for readers who cannot see it, or mark it as decorative.",
        )
    if story.picture_alt and story.picture_decorative:
        raise BadInput(
            field, "describes a decorative picture.", "Either describe the picture or mark it as decorative, not both."
        )


def _check_times(story: Story) -> None:
    for name in TIMES:
        moment: object = getattr(story, name)
        if moment is not None and not (isinstance(moment, datetime) and moment.tzinfo):
            raise BadInput(
                field_label(story, name), "is not a time with a time zone.", "Enter a date, a time and a time zone."
            )
    if story.embargo_until and story.expires_at and story.expires_at <= story.embargo_until:
        raise BadInput(
            field_label(story, "expires_at"),
            "is not after the end of the embargo.",
            "Enter a later time, or leave it empty.",
        )
