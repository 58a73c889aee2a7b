"""Is a story fit to print? Puts what was given into it, mends what can be mended, names what cannot."""

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

LONGEST_GIVEN = 50_000  # characters of HTML as pasted; the time to read nested tags grows with the square of it
LONGEST_BODY = 20_000  # a teaser, not the article: mail programs cut letters off at about 100,000 bytes


class OptionalFields(TypedDict, total=False):
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


class Fields(OptionalFields, total=False):
    """Every field that curators give."""

    headline: str
    url: str
    body: str


LINES = (
    *("section", "kicker", "headline", "byline", "source_name"),
    *("quote", "quote_by", "picture_alt", "picture_credit"),
)
LINKS = ("url", "picture_url")
TIMES = ("embargo_until", "expires_at")


def set_story_fields(story: Story, fields: Fields) -> None:
    """Set `fields` on `story`, normalised, and check the whole of it; raises `BadInput`. The caller saves.

    Lines lose line ends and control characters, the body is sanitised, and in none of them a
    mark of ours survives (mail/wording.py).
    """
    for name, value in fields.items():
        if name not in Fields.__annotations__:
            raise TypeError(f"a story has no field {name!r} to be given")
        setattr(story, name, _normalised(story, name, value))
    story.page_key = duplicate_links.page_key(story.url)
    _choose_picture(story, fields)
    _check_body(story)
    _check_picture(story)
    if story.quote_by and not story.quote:
        raise BadInput(field_label(story, "quote_by"), "is given, and no quote.", "Give the sentence they said.")
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
        if len(value) > LONGEST_GIVEN:
            raise BadInput("body", f"has {len(value):,} characters.", f"Paste less than {LONGEST_GIVEN:,}.")
        return rich_text.sanitise(value)
    return value


def _check_body(story: Story) -> None:
    if not story.body:
        raise BadInput("body", "has no words in it.", "Give at least one paragraph.")
    if len(story.body) > LONGEST_BODY:
        raise BadInput("body", f"has {len(story.body):,} characters.", f"Use at most {LONGEST_BODY:,}.")


def _choose_picture(story: Story, fields: Fields) -> None:
    """A file that was handed over wins over an address; an address that is new, or that failed, is an order."""
    if fields.get("picture"):
        story.picture_url = ""
    elif "picture_url" in fields and story.picture_url:
        current = story.picture
        if current is None or current.source_url != story.picture_url or current.has_failed:
            story.picture = import_pictures.request_picture(story.picture_url, Use.STORY)
    elif "picture_url" in fields and story.picture and story.picture.source_url:
        story.picture = None  # its address was taken out


def _check_picture(story: Story) -> None:
    if not (story.picture_url or story.picture):
        return
    field = field_label(story, "picture_alt")
    if not (story.picture_alt or story.picture_decorative):
        raise BadInput(
            field,
            "is empty, and the story has a picture.",
            "Say what the picture shows, for those who do not see it, or mark it as decorative.",
        )
    if story.picture_alt and story.picture_decorative:
        raise BadInput(
            field, "says what a decorative picture shows.", "Give words, or mark it as decorative: not both."
        )


def _check_times(story: Story) -> None:
    for name in TIMES:
        moment: object = getattr(story, name)
        if moment is not None and not (isinstance(moment, datetime) and moment.tzinfo):
            raise BadInput(
                field_label(story, name), "is not a moment with a time zone.", "Give a date, a time and its zone."
            )
    if story.embargo_until and story.expires_at and story.expires_at <= story.embargo_until:
        raise BadInput(
            field_label(story, "expires_at"), "is not after the end of the embargo.", "Give a later time, or none."
        )
