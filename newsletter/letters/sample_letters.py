"""Sample contents for testing a template, full and minimal. Nothing is stored."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings

from newsletter.editions.models import Edition
from newsletter.editions.story_correction_models import StoryCorrection
from newsletter.giving.models import Appeal
from newsletter.giving.place_appeal import AppealPosition
from newsletter.letters.content import letter_content
from newsletter.letters.content.letter_content import LetterContent, build_content
from newsletter.lib import clock
from newsletter.pictures.models import Picture, PictureState
from newsletter.publications.models import Publication
from newsletter.stories.models import Kind, Story

BODY = "<p>This is a paragraph of a sample story.</p><p>And this is <a href='https://example.org/'>another</a>.</p>"


def full_sample(publication: Publication, *, shown: bool = False) -> LetterContent:
    """Return three stories (one short, one with a pull quote, one with a section), a complete appeal and a correction.

    The first story also has a picture, unless the sample is `shown` to a person, because the picture has no file.
    """
    stories = sample_stories(publication, shown=shown)
    correction = StoryCorrection(
        story=Story(url="https://example.org/earlier"),
        edition=Edition(publication=publication, due_at=clock.now()),
        text="The bridge opens on Saturday, not on Friday.",
        sent_headline="A story of an earlier edition",
    )
    spot, intro = AppealPosition(0, 1), "A note from the editors."
    return _contents(publication, stories, _appeal(), spot, intro=intro, corrections=(correction,))


def sample_stories(publication: Publication, *, shown: bool = False) -> list[Story]:
    """Return the stories of the full sample, not stored."""
    picture = None if shown else Picture(state=PictureState.STORED, digest="sample", kind="jpg", width=1200, height=800)
    return [
        Story(
            headline="A sample story with all its parts",
            kicker="Sample",
            byline="Ada Bell",
            source_name=publication.name,
            url="https://example.org/one",
            picture=picture,
            picture_alt="A bridge",
            picture_credit="Odd Lunde",
            body=BODY,
            quote="It took four years.",
            quote_by="Marit Sund",
        ),
        Story(headline="A second story", section="City", url="https://example.org/two", body=BODY),
        Story(headline="A short one", kind=Kind.SHORT, url="https://example.org/three", body=BODY),
    ]


def thanks_sample(publication: Publication) -> LetterContent:
    """Return the full sample for a recent donor, with a thank-you in place of the appeal."""
    return letter_content.thanking(full_sample(publication), publication, _appeal())


def minimal_sample(publication: Publication) -> LetterContent:
    """Return one story with only a headline, a link and a paragraph, and no appeal."""
    story = Story(headline="A story with little about it", url="https://example.org/one", body="<p>It happened.</p>")
    return _contents(publication, [story], None, None)


def _appeal() -> Appeal:
    now = clock.now()
    return Appeal(
        name="Sample",
        heading="Readers pay for this",
        lead="No owner tells us what to print.",
        points=["We read the whole budget", "We stay on"],
        closing="Give what you can.",
        button="Support our reporting",
        url="https://example.org/give",
        amounts=[5, 15],
        currency="USD",
        amount_url="https://example.org/give?amount={amount}",
        goal=1000,
        raised=400,
        raised_on=now.date(),
        match="A friend doubles each gift.",
        match_ends_at=now + timedelta(days=9),
    )


def _contents(
    publication: Publication,
    stories: list[Story],
    appeal: Appeal | None,
    spot: AppealPosition | None,
    *,
    intro: str = "",
    corrections: Sequence[StoryCorrection] = (),
) -> LetterContent:
    now = clock.now()
    return build_content(
        Edition(publication=publication, due_at=now, assemble_at=now, intro=intro),
        stories=stories,
        appeal=appeal,
        spot=spot,
        base_url=settings.BASE_URL,
        pictures=settings.PICTURES_URL,
        corrections=corrections,
    )
