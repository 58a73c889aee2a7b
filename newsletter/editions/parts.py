"""The parts of a letter as plain values, drawn from the models: brand, stories, appeal.

How they are put together is left to contents.py, how they look to templates/email/_parts/.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from markupsafe import Markup

from newsletter.editions import palette, transcript
from newsletter.editions.palette import Palette
from newsletter.editions.typefaces import Typefaces, typefaces_for
from newsletter.editions.words import Words, words_for
from newsletter.giving.models import Appeal
from newsletter.mail.directions import Direction, direction_of, leaning
from newsletter.publications.models import Fonts, Publication
from newsletter.stories import richtext
from newsletter.stories.models import Story

COLUMN = 536  # CSS pixels between the letter's margins: 600 less twice the padding of `.gutter`


@dataclass(frozen=True, slots=True)
class Picture:
    """`width` and `height` are those in the letter, in CSS pixels; height 0 when it is not known."""

    url: str
    alt: str
    credit: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Brand:
    name: str
    tagline: str
    website: str
    site: str  # the website's name as people say it: example.org
    logo: Picture | None
    typefaces: Typefaces
    light: Palette
    dark: Palette


@dataclass(frozen=True, slots=True)
class Passage:
    """A block of a story: a paragraph, a list or a quotation, as HTML and as plain lines."""

    kind: str  # p, ul, ol, blockquote
    html: Markup
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoryView:
    number: int  # its place in the letter, from 1
    words: Words  # in the story's own language, if we know it
    kicker: str
    headline: str
    headline_direction: Direction
    byline: str  # “By NAME for SOURCE”
    url: str
    picture: Picture | None
    passages: tuple[Passage, ...]
    notes: tuple[str, ...]  # addresses that marks such as [1] in the plain lines stand for
    language: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class AppealView:
    label: str  # says who is speaking, so that nobody takes it for part of the story
    heading: str
    lead: str
    points: tuple[str, ...]
    closing: tuple[str, ...]
    button: str
    url: str


def brand_of(publication: Publication) -> Brand:
    logo = None
    if publication.logo_url:
        logo = Picture(publication.logo_url, publication.name, "", min(publication.logo_width, COLUMN), 0)
    return Brand(
        name=publication.name,
        tagline=publication.tagline,
        website=publication.website,
        site=(urlsplit(publication.website).hostname or "").removeprefix("www."),
        logo=logo,
        typefaces=typefaces_for(Fonts(publication.fonts), publication.language),
        light=palette.light(publication.accent_colour),
        dark=palette.dark(publication.accent_colour_dark),
    )


def view_of_story(story: Story, number: int, publication: Publication) -> StoryView:
    """A story as it stands in a letter of `publication`, in its own language and direction."""
    language = story.language or publication.language
    direction: Direction = "rtl" if story.direction == "rtl" else "ltr" if story.direction else direction_of(language)
    words = words_for(language)
    notes: list[str] = []
    return StoryView(
        number=number,
        words=words,
        kicker=story.kicker,
        headline=story.headline,
        headline_direction=leaning(story.headline, direction),
        byline=words.byline(story.byline, story.source_name),
        url=story.url,
        picture=_picture(story, words),
        passages=tuple(
            # each block comes out of `blocks` sanitised, whatever road the row was written by
            Passage(block.kind, Markup(block.html), transcript.lines(block.html, notes))  # noqa: S704
            for block in richtext.blocks(story.body)
        ),
        notes=tuple(notes),
        language=language,
        direction=direction,
    )


def view_of_appeal(appeal: Appeal, publication: Publication, words: Words) -> AppealView:
    return AppealView(
        label=words.from_us.format(publication=publication.name),
        heading=appeal.heading,
        lead=" ".join(appeal.lead.split()),
        points=tuple(str(point) for point in appeal.points),
        closing=tuple(line.strip() for line in appeal.closing.splitlines() if line.strip()),
        button=appeal.button,
        url=appeal.url,
    )


def _picture(story: Story, words: Words) -> Picture | None:
    """As wide as the column, or as its file where that is narrower.

    A file of twice the column's width (1072 pixels) is sharp on every screen.
    """
    if not story.picture_url:
        return None
    width, height = story.picture_width or 0, story.picture_height or 0
    shown = min(COLUMN, width or COLUMN)
    return Picture(
        url=story.picture_url,
        alt=story.picture_alt,
        credit=words.credit.format(credit=story.picture_credit) if story.picture_credit else "",
        width=shown,
        height=round(shown * height / width) if width else 0,
    )
