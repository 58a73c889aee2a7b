"""Pictures of an edition that are not stored yet: which to wait for, and findings for the others.

Assembly waits only briefly for another web server. An email never shows a picture from there; the picture is left out.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from newsletter.editions.models import Edition
from newsletter.letters.content.publication_phrases import words_for
from newsletter.letters.content.story_arrangement import RequestedStyle, arrange_stories
from newsletter.letters.preflight.finding import Finding
from newsletter.pictures import import_pictures
from newsletter.pictures.models import Picture
from newsletter.stories.models import Story

MAX_WAIT = timedelta(seconds=30)  # since the request; a first try takes less


def should_wait_for_pictures(edition: Edition, stories: Sequence[Story], *, now: datetime) -> bool:
    """Return True while a picture waits for its first fetch and the edition is not due yet."""
    if now >= edition.due_at:
        return False
    pending = [picture for picture in _expected(edition, stories) if picture.is_pending and not picture.problem]
    return any(picture.asked_at > now - MAX_WAIT for picture in pending)


def missing_picture_findings(edition: Edition, stories: Sequence[Story]) -> Iterator[Finding]:
    """Yield a warning for each picture that should be in the email and is missing."""
    publication = edition.publication
    for field, logo in (("logo_url", publication.logo), ("logo_dark_url", publication.logo_dark)):
        if getattr(publication, field) and not (logo and logo.is_stored):
            place = f"Publication, {field.replace('_', ' ')}"
            yield Finding("logo.missing", "warn", place, _hint(logo, "Save the publication to fetch it again."))
    wishes = [RequestedStyle(story.kind, story.section) for story in stories]
    printed = arrange_stories(publication.layout, wishes, words_for(publication), publication.name)
    for number, (story, how) in enumerate(zip(stories, printed, strict=True), start=1):
        if how.pictured and story.has_picture and not (story.picture and story.picture.is_stored):
            place = f"Story {number}, “{story.headline}”"
            yield Finding("picture.missing", "warn", place, _hint(story.picture, "Save the story to fetch it."))


def abandon_pictures(edition: Edition, stories: Sequence[Story]) -> None:
    """Stop fetching pending pictures: one that arrived later would change the letter and remove its approval."""
    if late := [picture for picture in _expected(edition, stories) if picture.is_pending]:
        import_pictures.abandon_pending(late)


def _expected(edition: Edition, stories: Sequence[Story]) -> list[Picture]:
    publication = edition.publication
    pictures = [publication.logo, publication.logo_dark, *(story.picture for story in stories)]
    return [picture for picture in pictures if picture]


def _hint(picture: Picture | None, otherwise: str) -> str:
    """Say why the picture is missing and what to do about it."""
    why = (
        f"{picture.problem} {picture.hint}" if picture and picture.problem else f"It has not been fetched. {otherwise}"
    )
    return f"The email is sent without this picture. {why}"
