"""The stories of a letter as plain values, drawn from the models.

The brand is in brand_view.py, the appeal in appeal_view.py. How they are put together is left to letter_content.py,
how they look to templates/email/_parts/.
"""

from dataclasses import dataclass

from markupsafe import Markup

from newsletter.letters.content import numbered_links
from newsletter.letters.content.brand_view import COLUMN
from newsletter.letters.content.story_arrangement import StoryArrangement
from newsletter.letters.content.translations import Translation, translation_for
from newsletter.mail.text_direction import Direction, direction_of, direction_of_text
from newsletter.publications.models import Publication
from newsletter.stories.models import Kind, Story
from newsletter.stories.rich_text import rich_text

__all__ = ["COLUMN", "Picture", "Quote", "StoryBlock", "StoryView", "view_of_story"]

MAX_PICTURE_HEIGHT = 600  # CSS pixels: a little less than the screen of a phone


@dataclass(frozen=True, slots=True)
class Picture:
    """`width` and `height` are those in the letter, in CSS pixels."""

    url: str
    alt: str
    credit: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class StoryBlock:
    """A block of a story: a paragraph, a list or a quotation, as HTML and as plain lines."""

    kind: str  # p, ul, ol, blockquote
    html: Markup
    lines: tuple[str, ...]
    start: int = 1  # the number of a numbered list's first item


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence set large, in its language's quotation marks; `by` may be empty."""

    text: str
    by: str


@dataclass(frozen=True, slots=True)
class StoryView:
    number: int  # its place in the letter, from 1
    kind: str  # lead, story or short: a short one has its first block and no picture
    section: str  # printed above it; empty when nothing is
    level: int  # of its headline
    words: Translation  # in the story's own language, if we know it
    kicker: str
    headline: str
    headline_direction: Direction
    byline: str  # “By NAME for SOURCE”
    url: str
    picture: Picture | None
    quote: Quote | None
    passages: tuple[StoryBlock, ...]
    notes: tuple[str, ...]  # addresses that marks such as [1] in the plain lines stand for
    language: str
    direction: Direction


def view_of_story(
    story: Story, number: int, publication: Publication, arranged: StoryArrangement, *, pictures: str
) -> StoryView:
    """A story as it stands in a letter of `publication`, in its own language and direction.

    `pictures` is the address below which our own pictures stand.
    """
    short = arranged.kind == Kind.SHORT
    language = story.language or publication.language
    direction: Direction = "rtl" if story.direction == "rtl" else "ltr" if story.direction else direction_of(language)
    words = translation_for(language)
    notes: list[str] = []
    return StoryView(
        number=number,
        kind=arranged.kind.value,
        section=arranged.heading,
        level=arranged.level,
        words=words,
        kicker=story.kicker or (story.section if arranged.level == 1 else ""),  # no heading stands above an h1
        headline=story.headline,
        headline_direction=direction_of_text(story.headline, direction),
        byline=words.byline(story.byline, story.source_name),
        url=story.url,
        picture=_picture(story, words, pictures) if arranged.pictured else None,
        quote=None if short else _quote(story, words),
        passages=tuple(
            # each block comes out of `blocks` sanitised, whatever road the row was written by
            StoryBlock(block.kind, Markup(block.html), numbered_links.lines(block.html, notes), block.start)  # noqa: S704
            for block in rich_text.blocks(story.body)[: 1 if short else None]
        ),
        notes=tuple(notes),
        language=language,
        direction=direction,
    )


def _quote(story: Story, words: Translation) -> Quote | None:
    opening, closing = words.marks
    return Quote(f"{opening}{story.quote}{closing}", story.quote_by) if story.quote else None


def _picture(story: Story, words: Translation, pictures: str) -> Picture | None:
    """As wide as the column, or as its file where that is narrower; None until we have it.

    A file of twice the column's width (1072 pixels) is sharp on every screen. A tall one is made narrower, so that
    it does not take the whole screen.
    """
    kept = story.picture
    if not (kept and kept.is_stored):
        return None
    width, height = kept.width or 1, kept.height or 1  # a stored one has both
    shown = max(1, min(COLUMN, width, round(MAX_PICTURE_HEIGHT * width / height)))
    return Picture(
        url=f"{pictures}/{kept.name}",
        alt=story.picture_alt,
        credit=words.credit.format(credit=story.picture_credit) if story.picture_credit else "",
        width=shown,
        height=max(1, round(shown * height / width)),
    )
