"""Decide which texts of a page belong into a teaser: the standfirst, and paragraphs without the page's furniture."""

import re

from lxml import etree, html
from rapidfuzz import fuzz

from newsletter.stories.reading.byline_field import is_byline_text
from newsletter.stories.reading.page_document import PageDocument, text_of
from newsletter.stories.reading.published_date import parse_published
from newsletter.stories.rich_text import rich_text

SAME = 90  # of 100: two texts are versions of one
MIN_DEK, MAX_DEK = 20, 400  # characters
MAX_FURNITURE = 120
FIRST_BLOCKS = 6  # furniture such as a byline stands at the start
LABEL = re.compile(
    r"^(?:advertisement|read more|related|share(?: this.*)?|sign up.*newsletter.*|subscribe.*newsletter.*|"
    r"story continues below.*|article continues below.*|continue reading.*|listen to this article.*|tempo de leitura.*|"
    r"lesezeit.*|temps de lecture.*|reading time.*|tiempo de lectura.*|"
    r"loading\W*|skip advertisement|show caption|hide caption|image|photos?|\d+ min(?:ute)?s? read)\W*$",
    re.IGNORECASE,
)
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
PUBLISHED = re.compile(r"^(?:published|updated|posted|last (?:updated|modified))\b", re.IGNORECASE)
HEADINGS = ("h2", "h3", "h4")
UNSEEN = "[not(parent::script or parent::style)]"
PRINTED = (*HEADINGS, "p", "div", "span", "li")
DEK_CLASS = re.compile(
    r"dek|standfirst|subtitle|sub-?head|summary|strap-?line|excerpt|intro\b|alternativeHeadline", re.IGNORECASE
)
MARKS = re.compile(r"[\W_]+")


def below_headline(document: PageDocument, blocks: list[str], *, headline: str) -> list[str]:
    """Return `blocks` without those at the start that stand above the headline in the page."""
    titles = [*document.root.iter("h1"), *document.root.iter("h2")]
    heading = next((element for element in titles if _key(text_of(element)) == _key(headline)), None)
    if heading is None or not headline:
        return blocks
    above, below = (_key("".join(heading.xpath(f"{axis}::text(){UNSEEN}"))) for axis in ("preceding", "following"))
    for place, block in enumerate(blocks[:FIRST_BLOCKS]):
        text = _key(rich_text.plain(block))
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
            not MARKS.sub("", text)
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
    if LABEL.match(line):
        return True
    return is_start and (is_byline_text(line) or bool(PUBLISHED.match(line)) or _is_date(line))


def _is_pointer(block: str, text: str) -> bool:
    """Return True for a line such as “Read more: …”, with a colon or mostly a link."""
    found = POINTER.match(text) if len(text) <= MAX_POINTER else None
    if not found:
        return False
    linked = sum(len(text_of(link)) for link in html.fragment_fromstring(block, create_parent="div").iter("a"))
    return bool(found["colon"]) or linked > LINKED * len(text)


def _is_date(line: str) -> bool:
    return len(line) <= 60 and bool(re.search(r"\d", line)) and bool(parse_published(line))


class Standfirsts:
    """Tells the standfirst of a page from descriptions that only search engines see."""

    def __init__(self, document: PageDocument, blocks: list[str]) -> None:
        self._paragraphs = [rich_text.plain(block) for block in blocks]
        self._start = _key(" ".join(self._paragraphs[:3]))
        self._printed: dict[str, list[etree._Element]] = {}
        for element in document.root.iter(*PRINTED):
            if element.find("p") is None and element.find("div") is None and len(text := text_of(element)) <= MAX_DEK:
                self._printed.setdefault(_key(text), []).append(element)

    def has(self, text: str) -> bool:
        """Return True if a stated description is printed on the page, and is not the start of the article's text."""
        if not MIN_DEK <= len(text) <= MAX_DEK or text.endswith(("…", "...", "[…]")):
            return False
        key = _key(text)
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
    one, two = _key(text), _key(other)
    return bool(one) and (one == two or (abs(len(one) - len(two)) < 0.2 * len(one) and fuzz.ratio(one, two) >= SAME))


def _key(text: str) -> str:
    return MARKS.sub("", text.casefold())
