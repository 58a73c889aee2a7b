"""Find the paragraphs of an article in a page, with their links and emphasis.

Trafilatura decides which elements belong to the article, with preference for precision. The text of each element is
then taken from the page itself, because extraction drops links and the words in some of them.
"""

import copy
import re
from collections.abc import Iterator
from html import escape
from itertools import chain

import trafilatura
from lxml import etree, html

from newsletter.stories.reading.page_document import PageDocument, text_of
from newsletter.stories.rich_text import rich_text

BLOCKS = ("p", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "div", "section", "td", "pre", "dd", "dt")
CONTAINERS = frozenset(BLOCKS) | {"ul", "ol", "table", "article", "figure", "dl", "form", "aside", "nav", "main"}
WORDS = re.compile(r"\w+")
START = 4  # words by which an extracted text is looked up in the page
MIN_KEPT = 0.8  # share of the page element's words that extraction must have kept
DROPPED = ("script", "style", "noscript", "template", "iframe", "svg", "button", "form", "figure", "aside", "select")
MAX_ELEMENT_CHARS = 30_000


def article_paragraphs(document: PageDocument) -> list[str]:
    """Return the blocks of the article as sanitised HTML, in reading order; empty if there is no article text."""
    extracted = trafilatura.bare_extraction(
        copy.deepcopy(document.root),
        url=document.url or None,
        favor_precision=True,
        include_comments=False,
        include_tables=False,
        with_metadata=False,
    )
    body = getattr(extracted, "body", None)
    if body is None:
        return []
    elements = _Elements(document)
    return [block.html for piece in _pieces(body, elements) for block in rich_text.blocks(piece)]


def _pieces(body: etree._Element, elements: "_Elements") -> Iterator[str]:
    """Yield the HTML of each extracted block."""
    for child in body:
        if child.tag == "list":
            items = "".join(f"<li>{elements.inner_html(item)}</li>" for item in child.iter("item"))
            yield f"<ul>{items}</ul>"
        elif child.tag == "quote":
            yield f"<blockquote>{elements.inner_html(child)}</blockquote>"
        elif child.tag == "head":
            yield f"<p><strong>{escape(' '.join(child.itertext()))}</strong></p>"
        elif child.tag != "graphic":
            yield f"<p>{elements.inner_html(child)}</p>"
        if child.tail and child.tail.strip():
            yield f"<p>{escape(child.tail)}</p>"


class _Elements:
    """The elements of a page by the words that they begin with, each to be used once and in order."""

    def __init__(self, document: PageDocument) -> None:
        self._document = document
        self._by_start: dict[tuple[str, ...], list[tuple[etree._Element, str, list[str]]]] = {}
        for element in document.root.iter(*BLOCKS):
            if any(child.tag in CONTAINERS for child in element.iterdescendants()):
                continue  # its children are the blocks
            text = text_of(element)
            if text and len(text) < MAX_ELEMENT_CHARS:
                words = WORDS.findall(text)
                self._by_start.setdefault(tuple(words[:START]), []).append((element, text, words))

    def inner_html(self, extracted: etree._Element) -> str:
        """Return the HTML of the page element that an extracted element was made of, or the extracted text."""
        text = " ".join(" ".join(extracted.itertext()).split())
        words = WORDS.findall(text)
        candidates = self._by_start.get(tuple(words[:START]), [])
        exact = (place for place, (_, own, _) in enumerate(candidates) if own == text)
        alike = (place for place, (_, _, own) in enumerate(candidates) if _is_most(words, own))
        place = next(chain(exact, alike), None)
        return escape(text) if place is None else self._clean(candidates.pop(place)[0])

    def _clean(self, element: etree._Element) -> str:
        own = copy.deepcopy(element)
        own.tail = None
        for unwanted in list(own.iter(*DROPPED)):
            if unwanted is not own:
                unwanted.drop_tree()
        for link in own.iter("a"):
            link.set("href", next(self._document.absolute(link.get("href")), ""))
        return (escape(own.text or "")) + "".join(html.tostring(child, encoding="unicode") for child in own)


def _is_most(words: list[str], whole: list[str]) -> bool:
    """Return True if `words` are most of `whole`, in the same order."""
    rest = iter(whole)
    return MIN_KEPT * len(whole) <= len(words) <= len(whole) and all(word in rest for word in words)
