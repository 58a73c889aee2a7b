"""Decide which texts of a page belong into a teaser: the standfirst, and paragraphs without the page's furniture."""

import re

from lxml import etree, html
from rapidfuzz import fuzz

from newsletter.stories.pasted_text.detect_byline_line import parse_byline_line
from newsletter.stories.pasted_text.detect_dates import DURATION
from newsletter.stories.pasted_text.line_types import LineType
from newsletter.stories.pasted_text.measure_lines import measure_line
from newsletter.stories.pasted_text.page_parts import find_page_part
from newsletter.stories.pasted_text.page_words.phrases import INVITATIONS
from newsletter.stories.reading.comparable_text import letters_of
from newsletter.stories.reading.page_document import PageDocument, text_of
from newsletter.stories.rich_text import rich_text

SAME = 90  # of 100: two texts are versions of one
MIN_DEK, MAX_DEK = 20, 400  # characters
MAX_FURNITURE = 120
FIRST_BLOCKS = 6  # furniture such as a byline stands at the start
# A line that points to another article, in the languages of many newsrooms.
POINTER = re.compile(
    r"^(?:read (?:more|also|next)|related(?: (?:post|article|story|stories|reading|coverage|content))?|also on [\w.]+|"
    r"see also|more on this|lesen sie (?:auch|mehr)|mehr zum thema|(?:à )?lire aussi|le[ae] también|te puede interesar|"
    r"leia (?:também|mais)|saiba mais|leggi anche|lees ook|läs också|les også|czytaj też|читайте также|читайте також|"
    r"اقرأ أيضاً?|קראו גם|यह भी पढ़ें|関連記事|相关阅读)(?P<colon>\s*[:：])?(?=\W)",
    re.IGNORECASE,
)
MAX_POINTER = 200
LINKED = 0.5  # share of a pointer's text that is a link
YEAR = re.compile(r"\d{4}")
HEADINGS = ("h2", "h3", "h4")
UNSEEN = "[not(parent::script or parent::style)]"
PRINTED = (*HEADINGS, "p", "div", "span", "li")
DEK_CLASS = re.compile(
    r"dek|standfirst|subtitle|sub-?head|summary|strap-?line|excerpt|intro\b|alternativeHeadline", re.IGNORECASE
)


def below_headline(document: PageDocument, blocks: list[str], *, headline: str) -> list[str]:
    """Return `blocks` without those at the start that stand above the headline in the page."""
    titles = [*document.root.iter("h1"), *document.root.iter("h2")]
    heading = next((element for element in titles if letters_of(text_of(element)) == letters_of(headline)), None)
    if heading is None or not headline:
        return blocks
    above, below = (
        letters_of("".join(heading.xpath(f"{axis}::text(){UNSEEN}"))) for axis in ("preceding", "following")
    )
    for place, block in enumerate(blocks[:FIRST_BLOCKS]):
        text = letters_of(rich_text.plain(block))
        if text not in above or text in below:
            return blocks[place:]
    return blocks


def without_furniture(blocks: list[str], *, headline: str) -> list[str]:
    """Return `blocks` without repetitions of `headline`, bylines, dates and labels such as “Advertisement”."""
    kept: list[str] = []
    for block in blocks:
        text = rich_text.plain(block)
        is_start = len(kept) < FIRST_BLOCKS
        if (
            not letters_of(text)
            or (is_start and headline and _is_same(text, headline))
            or _is_furniture(text, is_start=is_start)
            or _is_pointer(block, text)
        ):
            continue
        kept.append(block)
    return kept


def _is_furniture(text: str, *, is_start: bool) -> bool:
    line = text.strip(" -–—|*")
    if len(line) > MAX_FURNITURE:
        return False
    measured = measure_line(line, has_gap_above=False, has_gap_below=False)
    part = find_page_part(measured)
    if part and part.part is LineType.DATE:  # a time of day alone may be a heading
        return is_start and bool(YEAR.search(line) or DURATION.search(line))
    if part and measured.is_sentence and measured.opening and not INVITATIONS.search(line.casefold()):
        return False  # “Updated rules take effect on Monday.”
    return bool(part) or (is_start and any(parse_byline_line(line)))


def _is_pointer(block: str, text: str) -> bool:
    """Return True for a line such as “Read more: …”, with a colon or mostly a link."""
    found = POINTER.match(text) if len(text) <= MAX_POINTER else None
    if not found:
        return False
    linked = sum(len(text_of(link)) for link in html.fragment_fromstring(block, create_parent="div").iter("a"))
    return bool(found["colon"]) or linked > LINKED * len(text)


class Standfirsts:
    """Tells the standfirst of a page from descriptions that only search engines see."""

    def __init__(self, document: PageDocument, blocks: list[str]) -> None:
        self._paragraphs = [rich_text.plain(block) for block in blocks]
        self._start = letters_of(" ".join(self._paragraphs[:3]))
        self._printed: dict[str, list[etree._Element]] = {}
        for element in document.root.iter(*PRINTED):
            if element.find("p") is None and element.find("div") is None and len(text := text_of(element)) <= MAX_DEK:
                self._printed.setdefault(letters_of(text), []).append(element)

    def has(self, text: str) -> bool:
        """Return True if a stated description is printed on the page, and is not the start of the article's text."""
        if not MIN_DEK <= len(text) <= MAX_DEK or text.endswith(("…", "...", "[…]")):
            return False
        key = letters_of(text)
        printed = self._printed.get(key, [])
        repeated = any(_is_same(text, paragraph) for paragraph in self._paragraphs)
        if not repeated and fuzz.partial_ratio(key, self._start) < SAME:
            return bool(printed)
        return any(_is_marked(element) for element in printed)


def _is_marked(element: etree._Element) -> bool:
    """Return True if an element is marked as a standfirst: it is a heading, or its class says so."""
    names = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    return element.tag in HEADINGS or bool(DEK_CLASS.search(names))


def _is_same(text: str, other: str) -> bool:
    one, two = letters_of(text), letters_of(other)
    return bool(one) and (one == two or (abs(len(one) - len(two)) < 0.2 * len(one) and fuzz.ratio(one, two) >= SAME))
