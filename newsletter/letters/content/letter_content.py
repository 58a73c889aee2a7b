"""The content of an email as plain values, which are all that its templates see. No model reaches a template.

`build_content` makes them from an edition and its stories; the layout is left to the templates.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from newsletter.editions.models import Edition
from newsletter.editions.snippet_models import Snippet
from newsletter.editions.story_correction_models import StoryCorrection
from newsletter.giving.models import Appeal
from newsletter.giving.place_appeal import AppealPosition
from newsletter.letters.content.appeal_view import AppealView, view_of_appeal, view_of_thanks
from newsletter.letters.content.brand_view import Brand, brand_of
from newsletter.letters.content.correction_view import CorrectionView, views_of_corrections
from newsletter.letters.content.locale_formats import long_date
from newsletter.letters.content.publication_phrases import words_for
from newsletter.letters.content.reading_time import minutes_to_read
from newsletter.letters.content.snippet_view import SnippetView, views_of_snippets
from newsletter.letters.content.story_arrangement import RequestedStyle, arrange_stories
from newsletter.letters.content.story_view import StoryView, view_of_story
from newsletter.letters.content.translations import Translation
from newsletter.letters.content.utm_tags import UtmTags, tag_appeal, tag_story, tags_for
from newsletter.lib.errors import InvalidState
from newsletter.mail.message import MergeTag
from newsletter.mail.text_cleaning import collapse_whitespace
from newsletter.mail.text_direction import Direction, direction_of
from newsletter.publications.models import CorrectionsPlace, Layout, Publication
from newsletter.stories.models import Story

THANKS_ON_THE_WEB = "letter=thanks"  # query string of the web version of a thank-you letter
PLAIN_ON_THE_WEB = "letter=plain"  # the same of the letter without appeal
MIN_LISTED_STORIES = 6  # a shorter digest needs no list of its stories
MAX_PREHEADER_CHARACTERS = 140  # no email client shows more


@dataclass(frozen=True, slots=True)
class Links:
    """Personal links of a reader, with the merge tag `MergeTag.READER`."""

    unsubscribe: str
    preferences: str
    web: str


@dataclass(frozen=True, slots=True)
class LetterContent:
    """The content of one letter. Its fields are the names that templates know."""

    layout: str  # the layout: a folder of templates/email/ with three templates
    brand: Brand
    words: Translation
    language: str
    direction: Direction
    date: str
    reading_time: str  # “3 min read”, or empty
    subject: str
    preheader: str
    intro: tuple[str, ...]  # paragraphs of the editors' note, or empty; without a note nobody is greeted
    greeting: bool  # whether a note opens with the reader's name
    listed: bool  # whether a digest opens with links to its stories
    stories: tuple[StoryView, ...]  # never empty
    appeal: AppealView | None
    spot: AppealPosition | None  # position of the appeal; None: only its line in the footer
    links: Links
    postal_address: str
    why: str
    tags: UtmTags | None = None  # in the links of stories and appeal
    click_tracking: bool = False  # the provider rewrites links to count clicks
    corrections: tuple[CorrectionView, ...] = ()  # of stories in earlier editions
    corrections_first: bool = False  # before the stories, not after them
    snippets: tuple[SnippetView, ...] = ()  # blocks between the stories
    template: str = ""  # a custom template, in place of the HTML of the layout


def build_content(
    edition: Edition,
    *,
    stories: Sequence[Story],
    appeal: Appeal | None,
    spot: AppealPosition | None,
    base_url: str,
    pictures: str = "",
    received_until: datetime | None = None,
    corrections: Sequence[StoryCorrection] = (),
    snippets: Sequence[Snippet] = (),
) -> LetterContent:
    """Build the content of an edition from `stories` in this order. Reads no database.

    `base_url` is the base of readers' personal links. Pictures are served below the address `pictures`, by default
    `base_url`/pictures. Neither ends in a slash. `received_until` is when the last readers get the edition, by default
    its due time. Raises `InvalidState` without any story.
    """
    pictures = pictures or f"{base_url}/pictures"
    if not stories:
        raise InvalidState(f"Edition {edition.pk} has no stories, so there is no email to build.")
    publication = edition.publication
    words = words_for(publication)
    wishes = [RequestedStyle(story.kind, story.section) for story in stories]
    printed = arrange_stories(publication.layout, wishes, words, publication.name)
    views = tuple(
        view_of_story(stories[n], n + 1, publication, printed[n], pictures=pictures) for n in range(len(stories))
    )
    ask = view_of_appeal(appeal, publication, words, at=received_until or edition.due_at) if appeal else None
    if tags := tags_for(edition, base_url=base_url):
        views = tuple(tag_story(view, tags) for view in views)
        ask = tag_appeal(ask, tags, number=appeal.pk) if ask and appeal else None
    subject = edition.subject.strip() or default_subject(views)
    return LetterContent(
        layout=str(publication.layout),
        brand=brand_of(publication, pictures=pictures),
        words=words,
        language=publication.language,
        direction=direction_of(publication.language),
        date=long_date(edition.day, publication.language),
        reading_time=_reading_time(edition, views, words) if publication.reading_time else "",
        subject=subject,
        preheader=edition.preheader.strip() or default_preheader(views, subject),
        intro=_paragraphs(edition.intro),
        greeting=publication.greeting,
        listed=publication.layout == Layout.DIGEST and len(views) >= MIN_LISTED_STORIES,
        stories=views,
        appeal=ask,
        spot=spot if appeal else None,
        links=Links(*(f"{base_url}/{path}/{MergeTag.READER.value}" for path in ("u", "p", "v"))),
        postal_address=" ".join(publication.postal_address.split()),
        why=words.fill(words.why, publication=publication.name),
        tags=tags,
        click_tracking=publication.click_tracking,
        snippets=views_of_snippets(snippets, stories=len(views), pictures=pictures),
        corrections=views_of_corrections(corrections, publication.language),
        corrections_first=bool(corrections) and publication.corrections_place == CorrectionsPlace.START,
        template=publication.template.body if publication.template else "",
    )


def thanking(made: LetterContent, publication: Publication, appeal: Appeal) -> LetterContent:
    """Return the letter for recent donors: a thank-you in place of the appeal, and no appeal in the footer.

    Its web version has no appeal either.
    """
    thanks = view_of_thanks(appeal, publication, made.words) if made.spot else None
    return replace(made, appeal=thanks, links=replace(made.links, web=f"{made.links.web}?{THANKS_ON_THE_WEB}"))


def without_appeal(made: LetterContent) -> LetterContent:
    """Return the letter for readers who chose no appeals: none in the stories, the footer and the web version."""
    return replace(made, appeal=None, spot=None, links=replace(made.links, web=f"{made.links.web}?{PLAIN_ON_THE_WEB}"))


def fingerprint(contents: LetterContent) -> str:
    """Return 64 hexadecimal digits, equal for equal contents only."""
    values = asdict(contents)
    if not contents.template:
        del values["template"]  # keeps fingerprints from before custom templates existed
    if not contents.corrections:
        del values["corrections"], values["corrections_first"]  # likewise
    if not contents.snippets:
        del values["snippets"]  # likewise
    canonical = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _reading_time(edition: Edition, stories: Sequence[StoryView], words: Translation) -> str:
    texts = [edition.intro, *(line for story in stories for block in story.passages for line in block.lines)]
    minutes = minutes_to_read([*texts, *(story.headline for story in stories)])
    return words.fill(words.reading_time, minutes=str(minutes))


def default_subject(stories: Sequence[StoryView]) -> str:
    """Return the subject of an edition without one: its first headline."""
    return stories[0].headline


def default_preheader(stories: Sequence[StoryView], subject: str) -> str:
    """Return the preview text of an edition without one: the headlines that are not in the subject."""
    others = [story.headline for story in stories if story.headline != subject]
    if not others:
        others = [line for passage in stories[0].passages for line in passage.lines][:1]
    text = " · ".join(others)
    if len(text) <= MAX_PREHEADER_CHARACTERS:
        return text
    return text[: MAX_PREHEADER_CHARACTERS - 1].rsplit(" ", 1)[0].rstrip(" ·,;:") + "…"


def _paragraphs(text: str) -> tuple[str, ...]:
    """Split plain text into paragraphs at empty lines."""
    parts = "\n".join(line.strip() for line in text.splitlines()).split("\n\n")
    return tuple(collapse_whitespace(part) for part in parts if part.strip())
