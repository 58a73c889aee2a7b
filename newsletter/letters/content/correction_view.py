"""Corrections of earlier editions as plain values for templates."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.editions.story_correction_models import StoryCorrection
from newsletter.letters.content.locale_formats import long_date
from newsletter.mail.text_direction import Direction, direction_of, direction_of_text


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """The correction of one story: its headline with the link to the article, when it was sent, and the sentence."""

    headline: str
    headline_direction: Direction
    url: str
    sent_on: str
    text: str


def views_of_corrections(corrections: Sequence[StoryCorrection], language: str) -> tuple[CorrectionView, ...]:
    """Return the corrections for an email in this language."""
    return tuple(
        CorrectionView(
            headline=each.shown_headline,
            headline_direction=direction_of_text(each.shown_headline, direction_of(language)),
            url=each.story.url,
            sent_on=long_date(each.edition.day, language),
            text=each.text,
        )
        for each in corrections
    )
