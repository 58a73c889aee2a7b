"""What a letter says: plain values, all that its templates see. No model reaches a template.

`gather` draws them from an edition and its stories; how they look is left to the templates.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

from markupsafe import Markup

from newsletter.editions import palette, transcript
from newsletter.editions.models import Edition
from newsletter.editions.palette import Palette
from newsletter.editions.typefaces import Typefaces, typefaces_for
from newsletter.editions.words import Words, words_for
from newsletter.giving.models import Appeal
from newsletter.giving.placing import Spot
from newsletter.lib.errors import NotAllowed
from newsletter.mail.directions import Direction, direction_of, leaning
from newsletter.mail.letters import Token
from newsletter.publications.models import Fonts, Publication
from newsletter.stories import richtext
from newsletter.stories.models import Story

COLUMN = 536  # CSS pixels between the letter's margins; templates/email/_parts/inlined.css has the same
LONGEST_PREHEADER = 140  # characters; no mailbox shows more


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
    kicker: str
    headline: str
    headline_direction: Direction
    byline: str
    url: str
    picture: Picture | None
    passages: tuple[Passage, ...]
    notes: tuple[str, ...]  # addresses that marks such as [1] in the plain lines stand for
    language: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class AppealView:
    label: str
    heading: str
    lead: str
    points: tuple[str, ...]
    closing: tuple[str, ...]
    button: str
    url: str


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses with `Token.READER` in them."""

    unsubscribe: str
    preferences: str
    web: str


@dataclass(frozen=True, slots=True)
class Contents:
    brand: Brand
    words: Words
    language: str
    direction: Direction
    date: str
    subject: str
    preheader: str
    intro: tuple[str, ...]
    stories: tuple[StoryView, ...]
    appeal: AppealView | None
    spot: Spot | None  # where the appeal stands in full; without one, only its line in the footer
    links: Links
    postal_address: str
    why: str


def gather(
    edition: Edition, *, stories: Sequence[Story], appeal: Appeal | None, spot: Spot | None, base_url: str
) -> Contents:
    """The contents of an edition made of `stories` in this order. Reads no database.

    `base_url` is where readers' links lead, without a slash at its end.
    """
    if not stories:
        raise NotAllowed(f"Edition {edition.pk} has no stories, so there is no letter to write.")
    publication = edition.publication
    words = words_for(publication.language)
    views = tuple(_story(story, number, publication, words) for number, story in enumerate(stories, start=1))
    subject = edition.subject.strip() or views[0].headline
    day = edition.local_date or edition.due_at.astimezone(ZoneInfo(publication.time_zone)).date()
    return Contents(
        brand=_brand(publication),
        words=words,
        language=publication.language,
        direction=direction_of(publication.language),
        date=words.on(day),
        subject=subject,
        preheader=edition.preheader.strip() or _preheader(views, subject),
        intro=_paragraphs(edition.intro) or (words.opening.format(publication=publication.name),),
        stories=views,
        appeal=_appeal(appeal, publication, words) if appeal else None,
        spot=spot if appeal else None,
        links=Links(*(f"{base_url}/{road}/{Token.READER.value}" for road in ("u", "p", "v"))),
        postal_address=" ".join(publication.postal_address.split()),
        why=words.why.format(publication=publication.name),
    )


def fingerprint(contents: Contents) -> str:
    """64 hexadecimal digits: the same for the same contents, others for any that differ."""
    canonical = json.dumps(asdict(contents), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _brand(publication: Publication) -> Brand:
    logo = None
    if publication.logo_url:
        logo = Picture(publication.logo_url, publication.name, "", min(publication.logo_width, COLUMN), 0)
    return Brand(
        name=publication.name,
        tagline=publication.tagline,
        website=publication.website,
        logo=logo,
        typefaces=typefaces_for(Fonts(publication.fonts), publication.language),
        light=palette.light(publication.accent_colour),
        dark=palette.dark(publication.accent_colour_dark),
    )


def _story(story: Story, number: int, publication: Publication, words: Words) -> StoryView:
    language = story.language or publication.language
    direction: Direction = "rtl" if story.direction == "rtl" else "ltr" if story.direction else direction_of(language)
    notes: list[str] = []
    return StoryView(
        number=number,
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


def _appeal(appeal: Appeal, publication: Publication, words: Words) -> AppealView:
    return AppealView(
        label=words.from_us.format(publication=publication.name),
        heading=appeal.heading,
        lead=" ".join(appeal.lead.split()),
        points=tuple(str(point) for point in appeal.points),
        closing=tuple(line.strip() for line in appeal.closing.splitlines() if line.strip()),
        button=appeal.button,
        url=appeal.url,
    )


def _preheader(stories: Sequence[StoryView], subject: str) -> str:
    """What stands beside the subject in a mailbox: the headlines it does not already say."""
    others = [story.headline for story in stories if story.headline != subject]
    if not others:
        others = [line for passage in stories[0].passages for line in passage.lines][:1]
    text = " · ".join(others)
    if len(text) <= LONGEST_PREHEADER:
        return text
    return text[: LONGEST_PREHEADER - 1].rsplit(" ", 1)[0].rstrip(" ·,;:") + "…"


def _paragraphs(text: str) -> tuple[str, ...]:
    """Paragraphs of plain text parted by empty lines."""
    paragraphs = (" ".join(part.split()) for part in "\n".join(map(str.strip, text.splitlines())).split("\n\n"))
    return tuple(paragraph for paragraph in paragraphs if paragraph)
