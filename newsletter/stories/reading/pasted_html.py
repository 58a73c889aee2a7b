"""Read a story from HTML that a person copied: a whole document, a whole page from the clipboard, or a part of one.

Two readers work on it: that of pages knows which elements belong to an article; that of pasted text judges each line,
finds appeals, and also reads what has no structure.
"""

import re
from itertools import pairwise

from lxml import etree

from newsletter.lib.errors import BadInput
from newsletter.mail.text_direction import first_strong_direction
from newsletter.stories.pasted_text import parse_pasted_text
from newsletter.stories.pasted_text.line_types import LineType
from newsletter.stories.reading.appeal_in_page import APPEAL_LEFT_OUT, without_appeal
from newsletter.stories.reading.comparable_text import letters_of
from newsletter.stories.reading.page_document import PageDocument, text_of
from newsletter.stories.reading.page_problems import NO_HEADLINE
from newsletter.stories.reading.page_story import FieldOrigin, FieldValue, Notice, PageStory
from newsletter.stories.reading.read_page import read_page
from newsletter.stories.rich_text import rich_text

WHOLE_DOCUMENT = re.compile(r"<meta\b[^>]*(?:og:|article:)|application/ld\+json|<link\b[^>]*canonical", re.IGNORECASE)
FRAGMENT = re.compile(r"<!--\s*StartFragment\s*-->(.*?)(?:<!--\s*EndFragment\s*-->|\Z)", re.DOTALL)
MORE = re.compile(r"^(?:read|continue|full|whole|more|see)\b.{0,40}$", re.IGNORECASE)
ENOUGH = 400  # characters of an article that has elements of its own
MOST = 0.5  # of the text that the reader of lines keeps


def read_pasted_html(text: str) -> PageStory:
    """Return the story in pasted HTML. A whole document with data about itself is read like a page."""
    if WHOLE_DOCUMENT.search(text):
        return without_appeal(read_page(text, url=""))
    copied = FRAGMENT.search(text)
    html = copied[1] if copied else text
    page, lines = read_page(html, url=""), _by_lines(html)
    paragraphs = page.paragraphs
    length, other = _length(paragraphs), _length(lines.paragraphs)
    if length < ENOUGH and length <= MOST * other:
        return PageStory(page.fields | lines.fields, lines.paragraphs, lines.notice)
    fields = lines.fields | page.fields
    if "headline" not in page.fields:
        paragraphs = _below(lines.value("headline"), paragraphs)
    is_complete = page.notice is None or page.notice.is_final or (page.notice == NO_HEADLINE and "headline" in fields)
    return without_appeal(PageStory(fields, paragraphs, None if is_complete else page.notice))


def _by_lines(html: str) -> PageStory:
    """Return the story as the reader of pasted text finds it."""
    document = PageDocument(html, "")
    heading = next((element for element in document.root.iter("h1", "h2") if text_of(element)), None)
    headline = text_of(heading) if heading is not None else ""
    blocks = [block.html for block in rich_text.blocks(html)]
    plain = [rich_text.plain(block) for block in blocks]
    start = plain.index(headline) if headline in plain else 0  # above the heading stand kickers and navigation
    blocks, plain = blocks[start:], plain[start:]
    starts = [1]
    for text in plain:
        starts.append(starts[-1] + text.count("\n") + 2)
    try:
        found = parse_pasted_text.parse("\n\n".join(plain))
    except BadInput as error:
        return PageStory(notice=Notice(f"The pasted text {error.problem}", error.hint, is_final=True))
    types = {line.number: line.part for line in found.lines}
    kept = [
        block
        for block, (first, end) in zip(blocks, pairwise(starts), strict=True)
        if any(types.get(number) == LineType.PARAGRAPH for number in range(first, end))
    ]
    stated = {
        "headline": found.headline,
        "byline": found.byline,
        "source_name": found.source_name,
        "url": _link(document, heading),
        "direction": first_strong_direction(found.headline or "".join(plain)) or "",
    }
    fields = {name: FieldValue(value, FieldOrigin.EXTRACTED) for name, value in stated.items() if value}
    return PageStory(fields, tuple(kept), APPEAL_LEFT_OUT if found.appeal else None)


def _below(headline: str, blocks: tuple[str, ...]) -> tuple[str, ...]:
    """Return the blocks after the one that is the headline; all if there is none."""
    texts = [letters_of(rich_text.plain(block)) for block in blocks]
    return blocks[texts.index(letters_of(headline)) + 1 :] if letters_of(headline) in texts else blocks


def _length(blocks: tuple[str, ...]) -> int:
    return sum(len(rich_text.plain(block)) for block in blocks)


def _link(document: PageDocument, heading: etree._Element | None) -> str:
    """Return the link to the article: that of the heading, or one such as “Read more”."""
    near = [*heading.iter("a"), *heading.iterancestors("a")] if heading is not None else []
    more = [link for link in document.root.iter("a") if MORE.match(text_of(link))]
    return next((url for link in (*near, *more) for url in document.absolute(link.get("href"))), "")
