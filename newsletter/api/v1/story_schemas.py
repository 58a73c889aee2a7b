"""Stories as the API reads and writes them."""

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from newsletter.api.v1.values import Body, Moment, RowId, Text
from newsletter.stories.models import Story, StoryState
from newsletter.stories.validate_story import MAX_PASTED_CHARS

STATES = "`queued` waits for an edition, `used` is in one, `dropped` was removed; the others are pitches."


class StoryOut(Schema):
    """A teaser of an article."""

    id: int
    state: StoryState = Field(description=STATES)
    position: int | None = Field(description="Its place in the queue, from 1; null if it is not queued.")
    version: int = Field(description="How often it was changed, from 1.")
    headline: str
    url: str
    body: str = Field(description="Sanitised HTML of paragraphs and lists.")
    kind: str = Field(description="`lead`, `story` or `short`; empty: as the layout sets it.")
    section: str
    kicker: str
    byline: str
    source_name: str
    quote: str
    quote_by: str
    picture_url: str
    picture_alt: str
    picture_decorative: bool
    picture_credit: str
    language: str
    direction: str
    is_sensitive: bool
    embargo_until: datetime | None
    expires_at: datetime | None
    created_at: datetime
    changed_at: datetime


class StoryPage(Schema):
    """A page of stories, the newest first."""

    items: list[StoryOut]
    next_cursor: str | None


class StoryTexts(Body):
    """Fields of a story that may be left out."""

    kind: Literal["", "lead", "story", "short"] | None = None
    section: Text | None = Field(None, max_length=500)
    kicker: Text | None = Field(None, max_length=500)
    byline: Text | None = Field(None, max_length=500)
    source_name: Text | None = Field(None, max_length=500)
    quote: Text | None = Field(None, max_length=1000)
    quote_by: Text | None = Field(None, max_length=500)
    picture_url: Text | None = Field(None, max_length=2000, description="It is fetched and stored soon after.")
    picture_alt: Text | None = Field(None, max_length=1000, description="What the picture shows.")
    picture_decorative: bool | None = None
    picture_credit: Text | None = Field(None, max_length=500)
    language: Text | None = Field(None, max_length=20, description="If not that of the publication.")
    direction: Literal["", "ltr", "rtl"] | None = None
    is_sensitive: bool | None = Field(None, description="No appeal for donations stands beside it.")
    embargo_until: Moment | None = None
    expires_at: Moment | None = None
    again: bool = Field(False, description="Also if a story in the queue or in an edition has the same link.")

    def given(self) -> dict[str, Any]:
        """Return the fields that the request names, for the story queue. A null that cannot be stored is left out."""
        sent = self.model_dump(exclude_unset=True, exclude={"again", "version"})
        return {
            name: value for name, value in sent.items() if value is not None or name in ("embargo_until", "expires_at")
        }


class StoryIn(StoryTexts):
    """A new story."""

    headline: Text = Field(max_length=1000)
    url: Text = Field(max_length=4000, description="Link to the article.")
    body: Text = Field(max_length=MAX_PASTED_CHARS, description="Paragraphs separated by empty lines, or simple HTML.")


class StoryChange(StoryTexts):
    """A change. What is left out stays."""

    version: RowId = Field(description="The version that the change is based on.")
    headline: Text | None = Field(None, max_length=1000)
    url: Text | None = Field(None, max_length=4000)
    body: Text | None = Field(None, max_length=MAX_PASTED_CHARS)


class MoveIn(Body):
    """A new place in the queue."""

    to: int = Field(ge=1, le=2_000_000_000, description="Counted from 1. A place beyond the end is the end.")


def described(story: Story, *, position: int | None) -> StoryOut:
    """Return a story as answers show it."""
    names = set(StoryOut.model_fields) - {"position", "id"}
    return StoryOut(id=story.pk, position=position, **{name: getattr(story, name) for name in names})
