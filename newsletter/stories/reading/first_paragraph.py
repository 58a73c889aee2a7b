"""Find the first paragraph of an article that extraction left out: text before a line break, without its own element.

Many sites cut their description from the first paragraph, so a description with dots at its end says how that begins.
"""

import re
from collections.abc import Iterable
from html import escape

from lxml import etree, html

from newsletter.stories.reading.comparable_text import letters_of
from newsletter.stories.reading.page_document import PageDocument
from newsletter.stories.rich_text import rich_text

CUT = re.compile(r"\s*(?:…|\.{3,}|\[(?:…|\.\.\.)\])$")
MIN_START = 40  # letters of a description; shorter ones are alike by chance
BEGINNING = 8  # letters that stand before the first link or emphasis
MAX_CHARS = 4_000
INLINE = frozenset({"a", "b", "strong", "i", "em", "span", "u", "cite", "q", "abbr", "time", "small", "mark"})


def first_paragraph(document: PageDocument, blocks: list[str], descriptions: Iterable[str]) -> list[str]:
    """Return the blocks that precede `blocks`: the paragraph that a description begins, if no block has it."""
    for description in filter(CUT.search, descriptions):
        start = letters_of(CUT.sub("", description))
        if len(start) < MIN_START:
            continue
        if any(start[:MIN_START] in letters_of(rich_text.plain(block)) for block in blocks):
            return []
        for element in document.root.iter("div", "section", "article", "td"):
            if not letters_of(element.text or "").startswith(start[:BEGINNING]):
                continue
            found = [block.html for block in rich_text.blocks(f"<p>{_until_break(element, document)}</p>")]
            text = letters_of("".join(map(rich_text.plain, found)))
            if text.startswith(start) and text != start:  # the description is cut, so the paragraph is longer
                return found
    return []


def _until_break(element: etree._Element, document: PageDocument) -> str:
    """Return the HTML at the start of an element, until a line break or an element that is a block."""
    pieces = [escape(element.text or "")]
    for child in element:
        if child.tag not in INLINE or sum(map(len, pieces)) > MAX_CHARS:
            break
        for link in child.iter("a"):
            link.set("href", next(document.absolute(link.get("href")), ""))
        pieces.append(html.tostring(child, encoding="unicode"))  # with the text that follows it
    return "".join(pieces)
