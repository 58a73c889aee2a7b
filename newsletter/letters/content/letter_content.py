"""What a letter says: plain values, all that its templates see. No model reaches a template.

`gather` draws them from an edition and its stories; how they look is left to the templates.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from newsletter.editions.models import Edition
from newsletter.giving.models import Appeal
from newsletter.giving.place_appeal import AppealPosition
from newsletter.letters.content.appeal_view import AppealView, view_of_appeal, view_of_thanks
from newsletter.letters.content.brand_view import Brand, brand_of
from newsletter.letters.content.story_arrangement import RequestedStyle, arrange_stories
from newsletter.letters.content.story_view import StoryView, view_of_story
from newsletter.letters.content.translations import Translation, translation_for
from newsletter.letters.content.utm_tags import Tags, appeal_tagged, tag_story, tags_for
from newsletter.lib.errors import InvalidState
from newsletter.mail.message import MergeTag
from newsletter.mail.text_cleaning import collapse_whitespace
from newsletter.mail.text_direction import Direction, direction_of
from newsletter.publications.models import Publication
from newsletter.stories.models import Story

THANKS_ON_THE_WEB = "letter=thanks"  # behind the address of a letter on the web
LONGEST_PREHEADER = 140  # characters; no mailbox shows more


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses with `Token.READER` in them."""

    unsubscribe: str
    preferences: str
    web: str


@dataclass(frozen=True, slots=True)
class LetterContent:
    """One letter. Its fields are the names that the templates of each look know."""

    look: str  # the folder of templates/email/ with its three templates
    brand: Brand
    words: Translation
    language: str
    direction: Direction
    date: str
    subject: str
    preheader: str
    intro: tuple[str, ...]  # paragraphs; never empty
    stories: tuple[StoryView, ...]  # never empty
    appeal: AppealView | None
    spot: AppealPosition | None  # where the appeal stands in full; without one, only its line in the footer
    links: Links
    postal_address: str
    why: str
    tags: Tags | None = None  # those in the links of its stories and its appeal
    click_tracking: bool = False  # the provider rewrites its links, to count clicks
    template: str = ""  # the curators' own, in place of the look's HTML


def build_content(
    edition: Edition,
    *,
    stories: Sequence[Story],
    appeal: Appeal | None,
    spot: AppealPosition | None,
    base_url: str,
    pictures: str = "",
    received_until: datetime | None = None,
) -> LetterContent:
    """The contents of an edition made of `stories` in this order. Reads no database.

    `base_url` is where readers' links lead; our pictures stand below the address `pictures`, which is
    below that one too when it is not said. Neither has a slash at its end. `received_until` is when the
    last readers get it; when it is due, unless said. Raises `InvalidState` without any story.
    """
    pictures = pictures or f"{base_url}/pictures"
    if not stories:
        raise InvalidState(f"Edition {edition.pk} has no stories, so there is no letter to write.")
    publication = edition.publication
    words = translation_for(publication.language)
    wishes = [RequestedStyle(story.kind, story.section) for story in stories]
    printed = arrange_stories(publication.look, wishes, words, publication.name)
    views = tuple(
        view_of_story(stories[n], n + 1, publication, printed[n], pictures=pictures) for n in range(len(stories))
    )
    ask = view_of_appeal(appeal, publication, words, at=received_until or edition.due_at) if appeal else None
    if tags := tags_for(edition, base_url=base_url):
        views = tuple(tag_story(view, tags) for view in views)
        ask = appeal_tagged(ask, tags, number=appeal.pk) if ask and appeal else None
    subject = edition.subject.strip() or views[0].headline
    return LetterContent(
        look=str(publication.look),
        brand=brand_of(publication, pictures=pictures),
        words=words,
        language=publication.language,
        direction=direction_of(publication.language),
        date=words.long_date(edition.day),
        subject=subject,
        preheader=edition.preheader.strip() or _preheader(views, subject),
        intro=_paragraphs(edition.intro) or (words.opening.format(publication=publication.name),),
        stories=views,
        appeal=ask,
        spot=spot if appeal else None,
        links=Links(*(f"{base_url}/{road}/{MergeTag.READER.value}" for road in ("u", "p", "v"))),
        postal_address=" ".join(publication.postal_address.split()),
        why=words.why.format(publication=publication.name),
        tags=tags,
        click_tracking=publication.click_tracking,
        template=publication.template.body if publication.template else "",
    )


def thanking(made: LetterContent, publication: Publication, appeal: Appeal) -> LetterContent:
    """The same letter for those who gave lately: where `made` asks, it thanks, and its footer does not ask either.

    Its link to the web leads to a page that does not ask.
    """
    thanks = view_of_thanks(appeal, publication, made.words) if made.spot else None
    return replace(made, appeal=thanks, links=replace(made.links, web=f"{made.links.web}?{THANKS_ON_THE_WEB}"))


def fingerprint(contents: LetterContent) -> str:
    """64 hexadecimal digits: the same for the same contents, others for any that differ."""
    said = asdict(contents)
    if not contents.template:
        del said["template"]  # letters without one are what they were before there was any
    canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


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
    parts = "\n".join(line.strip() for line in text.splitlines()).split("\n\n")
    return tuple(collapse_whitespace(part) for part in parts if part.strip())
