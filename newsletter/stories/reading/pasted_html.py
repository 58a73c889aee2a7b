"""Read a story from HTML that a person copied: a whole document, or a part of a page from the clipboard."""

import re
from itertools import pairwise

from lxml import etree

from newsletter.lib.errors import BadInput
from newsletter.mail.text_direction import first_strong_direction
from newsletter.stories.pasted_text import parse_pasted_text
from newsletter.stories.pasted_text.line_types import LineType
from newsletter.stories.reading.page_document import PageDocument, text_of
from newsletter.stories.reading.page_story import FieldOrigin, FieldValue, Notice, PageStory
from newsletter.stories.reading.read_page import read_page
from newsletter.stories.rich_text import rich_text

WHOLE_DOCUMENT = re.compile(r"<meta\b[^>]*(?:og:|article:)|application/ld\+json|<link\b[^>]*canonical", re.IGNORECASE)
FRAGMENT = re.compile(r"<!--\s*StartFragment\s*-->(.*?)(?:<!--\s*EndFragment\s*-->|\Z)", re.DOTALL)
MORE = re.compile(r"^(?:read|continue|full|whole|more|see)\b.{0,40}$", re.IGNORECASE)


def read_pasted_html(text: str) -> PageStory:
    """Return the story in pasted HTML. A whole document with data about itself is read like a page."""
    if WHOLE_DOCUMENT.search(text):
        return read_page(text, url="")
    part = FRAGMENT.search(text)
    document = PageDocument(part[1] if part else text, "")
    heading = next((element for element in document.root.iter("h1", "h2") if text_of(element)), None)
    headline = text_of(heading) if heading is not None else ""
    blocks = [block.html for block in rich_text.blocks(part[1] if part else text)]
    plain = [rich_text.plain(block) for block in blocks]
    start = plain.index(headline) if headline in plain else 0  # above the heading stand kickers and navigation
    return _classified(blocks[start:], plain[start:], document, heading)


def _classified(
    blocks: list[str], plain: list[str], document: PageDocument, heading: etree._Element | None
) -> PageStory:
    """Sort the blocks by the types of their lines, as in pasted plain text: headline, byline, appeal, paragraphs."""
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
    notice = None
    if found.appeal:
        notice = Notice("A donation appeal in the text was left out.", "To save it, paste the text as plain text.")
    return PageStory(fields, tuple(kept), notice)


def _link(document: PageDocument, heading: etree._Element | None) -> str:
    """Return the link to the article: that of the heading, or one such as “Read more”."""
    near = [*heading.iter("a"), *heading.iterancestors("a")] if heading is not None else []
    more = [link for link in document.root.iter("a") if MORE.match(text_of(link))]
    return next((url for link in (*near, *more) for url in document.absolute(link.get("href"))), "")
