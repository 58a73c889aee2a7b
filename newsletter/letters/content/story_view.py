"""The stories of an email as plain values for templates.

The brand is in brand_view.py, the appeal in appeal_view.py. letter_content.py combines them, and
templates/email/_parts/ lays them out.
"""

import re
from dataclasses import dataclass

from markupsafe import Markup

from newsletter.letters.content import numbered_links
from newsletter.letters.content.brand_view import COLUMN
from newsletter.letters.content.publication_phrases import words_for
from newsletter.letters.content.story_arrangement import StoryArrangement
from newsletter.letters.content.translations import Translation
from newsletter.mail.text_direction import Direction, direction_of, direction_of_text
from newsletter.pictures.models import Picture
from newsletter.publications.models import Publication
from newsletter.stories.models import Kind, Story
from newsletter.stories.rich_text import rich_text

__all__ = ["COLUMN", "PictureView", "Quote", "StoryBlock", "StoryView", "view_of_story"]

MAX_PICTURE_HEIGHT = 600  # CSS pixels, a little less than the screen of a phone
LABELLED = re.compile(
    r"©|\(c\)|[^\W\d]+(?: by)?\s?[:：]|(?:photo|picture|image|illustration)\w* by\b"
    r"|(?:photo|foto|fot\.|picture|image|imagen|imagem|immagine|illustration|ilustracja|bild|beeld|фото)\s"
    r"|(?:תמונה|צילום|تصوير|الصورة|صورة|फ़ोटो|फोटो|चित्र)\s|(?:写真|撮影|图片|摄影|圖片|攝影)",
    re.IGNORECASE,
)
THUMBNAIL = 152  # width of a short story's picture in CSS pixels


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture; `width` and `height` are as displayed, in CSS pixels."""

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
    """One story as templates see it."""

    number: int  # position in the email, from 1
    kind: str  # lead, story or short; a short story has only its first block, and a small picture in a digest
    section: str  # heading printed above the story, or empty
    level: int  # of its headline
    words: Translation  # phrases in the language of the story, if available
    kicker: str
    headline: str
    headline_direction: Direction
    byline: str  # “By NAME for SOURCE”
    anchor: str  # id of its headline
    url: str
    picture: PictureView | None
    quote: Quote | None
    passages: tuple[StoryBlock, ...]
    notes: tuple[str, ...]  # addresses of the numbered marks such as [1] in the plain lines
    language: str
    direction: Direction


def view_of_story(
    story: Story, number: int, publication: Publication, arranged: StoryArrangement, *, pictures: str
) -> StoryView:
    """Return a story for an email of `publication`, in its own language and direction.

    `pictures` is the address below which pictures are served.
    """
    short = arranged.kind == Kind.SHORT
    language = story.language or publication.language
    direction: Direction = "rtl" if story.direction == "rtl" else "ltr" if story.direction else direction_of(language)
    words = words_for(publication, language)
    notes: list[str] = []
    return StoryView(
        number=number,
        kind=arranged.kind.value,
        section=arranged.heading,
        level=arranged.level,
        words=words,
        kicker=story.kicker or (story.section if arranged.level == 1 else ""),  # no heading is printed above an h1
        headline=story.headline,
        headline_direction=direction_of_text(story.headline, direction),
        byline=words.byline(story.byline, story.source_name),
        anchor=f"story-{number}",
        url=story.url,
        picture=_picture(story, words, pictures, widest=THUMBNAIL if short else COLUMN) if arranged.pictured else None,
        quote=None if short else _quote(story, words),
        passages=tuple(
            # `blocks` sanitises each block, however the row was written
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


def _credit(credit: str, words: Translation) -> str:
    """Return “Picture: NAME”, or a credit that already has such a word or a © as it is: “Photo: NAME”."""
    return credit if not credit or LABELLED.match(credit) else words.fill(words.credit, credit=credit)


def _picture(story: Story, words: Translation, pictures: str, *, widest: int) -> PictureView | None:
    credit = _credit(story.picture_credit, words)
    return picture_view(story.picture, alt=story.picture_alt, credit=credit, pictures=pictures, widest=widest)


def picture_view(stored: Picture | None, *, alt: str, credit: str, pictures: str, widest: int) -> PictureView | None:
    """Return the picture `widest` pixels wide, or as its file if that is narrower; None until it is stored.

    A file of twice the column's width (1072 pixels) is sharp on every screen. A tall picture is made narrower, so that
    it does not fill the screen.
    """
    if not (stored and stored.is_stored):
        return None
    width, height = stored.width or 1, stored.height or 1  # a stored picture has both
    shown = max(1, min(widest, width, round(MAX_PICTURE_HEIGHT * width / height)))
    return PictureView(
        url=f"{pictures}/{stored.name}",
        alt=alt,
        credit=credit,
        width=shown,
        height=max(1, round(shown * height / width)),
    )
