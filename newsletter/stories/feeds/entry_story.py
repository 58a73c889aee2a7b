"""Make a story of a feed's entry: its fields, its paragraphs, and whether they are the whole article. Pure."""

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urljoin

from lxml import html as lxml_html

from newsletter.lib.errors import BadInput
from newsletter.lib.web_urls import validate_web_url
from newsletter.mail.text_direction import first_strong_direction
from newsletter.stories.feeds.feed_limits import MAX_PARAGRAPHS, MAX_TEXT_CHARS
from newsletter.stories.feeds.feed_values import FeedEntry
from newsletter.stories.reading.appeal_in_page import without_appeal
from newsletter.stories.reading.author_names import clean_names, join_names
from newsletter.stories.reading.comparable_text import letters_of
from newsletter.stories.reading.page_document import one_line
from newsletter.stories.reading.page_story import FieldOrigin, FieldValue, PageStory
from newsletter.stories.reading.teaser_text import without_furniture
from newsletter.stories.rich_text import rich_text

# A text that stops before its end, and the lines that WordPress adds below one.
CUT_OFF = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|(?:continue|keep|read)[\w\s]{0,20}\W*)$", re.IGNORECASE)
ADDED_BELOW = re.compile(r"^The post .{1,400} (?:first )?appeared (?:first )?on .{1,120}$", re.IGNORECASE | re.DOTALL)
WHOLE_TEXT, WHOLE_SUMMARY = 400, 800  # characters that an article has at least
MIN_DEK, MAX_DEK = 20, 400  # characters
MIN_PICTURE = 200  # pixels of width, where it is stated


class RawPicture(NamedTuple):
    """A picture as a feed states it."""

    url: str
    alt: str = ""
    credit: str = ""


class RawEntry(NamedTuple):
    """An entry as a feed states it: texts may be HTML, addresses may be relative or invalid."""

    key: str
    url: str
    title: str
    summary: str = ""
    text: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    picture: RawPicture = RawPicture("")
    source: str = ""
    language: str = ""


def entry_story(raw: RawEntry, *, base: str) -> FeedEntry | None:
    """Return the entry, or None if it has no usable link, because a story leads to its article."""
    url = web_url(raw.url, base)
    if not url:
        return None
    headline = one_line(raw.title)
    whole, is_whole = _paragraphs(raw, headline)
    picture = _picture(raw, base)
    is_english = raw.language.split("-")[0] in ("en", "")
    values = {
        "headline": headline,
        "byline": join_names(clean_names(map(one_line, raw.authors), source=raw.source), is_english=is_english),
        "source_name": raw.source,
        "published": raw.published,
        "dek": _dek(raw, whole) if is_whole else _cut(rich_text.plain("".join(whole))),
        "url": url,
        "picture_url": web_url(picture.url, base),
        "picture_alt": one_line(picture.alt),
        "picture_credit": one_line(picture.credit),
        "language": raw.language,
        "direction": first_strong_direction(headline or rich_text.plain("".join(whole[:2]))) or "",
    }
    fields = {name: FieldValue(value, FieldOrigin.FEED) for name, value in values.items() if value}
    story = without_appeal(PageStory(fields, tuple(whole) if is_whole else ()))
    summary = story.value("dek") or _cut(rich_text.plain("".join(story.paragraphs[:2])))
    return FeedEntry(raw.key, url, story, is_whole and bool(story.paragraphs), summary)


def web_url(stated: str, base: str) -> str:
    """Return a stated address as an absolute one; empty if it is no address of the web."""
    try:
        return validate_web_url(urljoin(base, stated.strip()), field="link")[:2000] if stated.strip() else ""
    except (BadInput, ValueError):
        return ""


def _paragraphs(raw: RawEntry, headline: str) -> tuple[list[str], bool]:
    """Return the blocks of the entry's text, else of its summary, and whether they are the whole article."""
    for html, least in ((raw.text, WHOLE_TEXT), (raw.summary, WHOLE_SUMMARY)):
        blocks = _blocks(html)
        plain = [rich_text.plain(block) for block in blocks]
        if kept := _bounded(without_furniture(blocks, headline=headline)):
            return kept, sum(map(len, plain)) >= least and len(kept) > 1 and not CUT_OFF.search(plain[-1])
    return [], False


def _blocks(html: str) -> list[str]:
    found = [block.html for block in rich_text.blocks(html)] if html.strip() else []
    return [block for block in found if not ADDED_BELOW.match(rich_text.plain(block))]


def _bounded(blocks: Iterable[str]) -> list[str]:
    kept: list[str] = []
    length = 0
    for block in blocks:
        length += len(block)
        if length > MAX_TEXT_CHARS or len(kept) == MAX_PARAGRAPHS:
            break
        kept.append(block)
    return kept


def _dek(raw: RawEntry, paragraphs: list[str]) -> str:
    """Return the summary if it is a standfirst: written for readers, not cut off, not the start of the text."""
    text = _cut(rich_text.plain("".join(_blocks(raw.summary))))
    start = letters_of(" ".join(map(rich_text.plain, paragraphs[:3])))
    is_standfirst = len(text) >= MIN_DEK and not CUT_OFF.search(text) and letters_of(text)[:80] not in start
    return text if is_standfirst else ""


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_DEK else f"{line[: MAX_DEK - 1].rstrip()}…"


def _picture(raw: RawEntry, base: str) -> RawPicture:
    """Return the picture of an entry: the stated one, or one in its text if only that is described."""
    inside = _first_picture(raw.text or raw.summary, base)
    is_stated = bool(web_url(raw.picture.url, base))
    return inside if inside.alt or not is_stated else raw.picture


def _first_picture(html: str, base: str) -> RawPicture:
    """Return the first picture in an article's HTML that is not a tracking pixel or an icon."""
    if "<img" not in html.lower():
        return RawPicture("")
    root = lxml_html.fragment_fromstring(html, create_parent="div")
    for image in root.iter("img"):
        width = image.get("width", "")
        if (width.isdecimal() and int(width[:5]) < MIN_PICTURE) or not web_url(image.get("src", ""), base):
            continue
        return RawPicture(image.get("src", ""), image.get("alt", ""))
    return RawPicture("")
