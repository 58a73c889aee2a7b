"""Findings for stories that a curator picked for an edition and its email is built without."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from newsletter.editions import edition_stories
from newsletter.editions.models import Edition
from newsletter.letters.preflight.finding import Finding
from newsletter.stories.models import Story

CODE = "pick.left_out"


def left_out_findings(edition: Edition, stories: Sequence[Story], *, now: datetime) -> Iterator[Finding]:
    """Yield a warning for each picked story that is not among `stories`, with its reason."""
    for each in edition_stories.left_out_picks(edition, stories, now=now):
        hint = f"The email is built without this picked story. {each.why_not} Reopen the edition to change its stories."
        yield Finding(CODE, "warn", f"picked story {each.story.pk}: {each.story.headline[:80]}", hint)
