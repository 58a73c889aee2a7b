"""Pictures of an edition that are not here yet: which are worth waiting for, and what is said of the others.

A letter never waits for another's web server for long, and never shows a picture from there: it goes without.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from newsletter.editions.models import Edition
from newsletter.letters.content.story_arrangement import RequestedStyle, arrange_stories
from newsletter.letters.content.translations import translation_for
from newsletter.letters.preflight.finding import Finding
from newsletter.pictures import import_pictures
from newsletter.pictures.models import Picture
from newsletter.stories.models import Story

MAX_WAIT = timedelta(seconds=30)  # since it was asked for; a first try takes less


def should_wait_for_pictures(edition: Edition, stories: Sequence[Story], *, now: datetime) -> bool:
    """Is a picture about to be tried for the first time, and time left before the edition is due?"""
    if now >= edition.due_at:
        return False
    coming = [picture for picture in _expected(edition, stories) if picture.is_pending and not picture.problem]
    return any(picture.asked_at > now - MAX_WAIT for picture in coming)


def missing_picture_findings(edition: Edition, stories: Sequence[Story]) -> Iterator[Finding]:
    """A warning for each picture that would stand in the letter and does not."""
    publication = edition.publication
    for field, logo in (("logo_url", publication.logo), ("logo_dark_url", publication.logo_dark)):
        if getattr(publication, field) and not (logo and logo.is_stored):
            place = f"Publication, {field.replace('_', ' ')}"
            yield Finding("logo.missing", "warn", place, _said(logo, "Save the publication to have it fetched again."))
    wishes = [RequestedStyle(story.kind, story.section) for story in stories]
    printed = arrange_stories(publication.look, wishes, translation_for(publication.language), publication.name)
    for number, (story, how) in enumerate(zip(stories, printed, strict=True), start=1):
        if how.pictured and story.has_picture and not (story.picture and story.picture.is_stored):
            place = f"Story {number}, “{story.headline}”"
            yield Finding("picture.missing", "warn", place, _said(story.picture, "Save the story to have it fetched."))


def abandon_pictures(edition: Edition, stories: Sequence[Story]) -> None:
    """From now on the letter is what it is: a picture that came later would take its approval away."""
    if late := [picture for picture in _expected(edition, stories) if picture.is_pending]:
        import_pictures.abandon_pending(late)


def _expected(edition: Edition, stories: Sequence[Story]) -> list[Picture]:
    publication = edition.publication
    pictures = [publication.logo, publication.logo_dark, *(story.picture for story in stories)]
    return [picture for picture in pictures if picture]


def _said(picture: Picture | None, otherwise: str) -> str:
    """Why it is not there, and what to do about it."""
    why = f"{picture.problem} {picture.hint}" if picture and picture.problem else f"It has not come. {otherwise}"
    return f"The letter goes without this picture. {why}"
