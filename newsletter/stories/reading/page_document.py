"""A parsed web page: its elements, meta tags and links."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from lxml import etree, html

from newsletter.lib.errors import BadInput
from newsletter.lib.web_urls import validate_web_url
from newsletter.mail.text_cleaning import clean_line, decode_entities

LD_JSON = re.compile(r"^\s*application/ld\+json", re.IGNORECASE)
TAGS = re.compile(r"<[^<>]{1,500}>")
UNSEEN = frozenset({"script", "style", "noscript", "template", "head", "title", "svg", "iframe", "textarea", "select"})


class PageDocument:
    """A page as its server sent it. `url` is the address that it was read from; empty if it was pasted."""

    def __init__(self, text: str, url: str) -> None:
        parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        data = text.replace("\x00", "").encode("utf-8", "replace")
        try:
            self.root = html.document_fromstring(data, parser=parser, ensure_head_body=True)
        except etree.ParserError:  # the page has no element
            self.root = html.document_fromstring(b"<p>", parser=parser, ensure_head_body=True)
        self.url = url
        base = next(iter(self.root.xpath("//base/@href")), "")
        self._base = urljoin(url, str(base).strip()) if base else url
        self._metas: dict[str, list[str]] = {}
        for element in self.root.iter("meta"):
            content = element.get("content")
            for attribute in ("property", "name", "itemprop"):
                if content and (name := element.get(attribute)):
                    self._metas.setdefault(name.strip().lower(), []).append(content)

    def metas(self, *names: str) -> Iterator[str]:
        """Yield the contents of the meta tags of `names`, in the order of `names`."""
        for name in names:
            for content in self._metas.get(name, ()):
                if text := one_line(content):
                    yield text

    def scripts(self) -> Iterator[str]:
        """Yield the page's JSON-LD scripts."""
        for element in self.root.iter("script"):
            if LD_JSON.match(element.get("type") or ""):
                yield element.text or ""

    def links(self, rel: str) -> Iterator[str]:
        """Yield the addresses of the page's `link` elements of a relation, such as canonical."""
        for element in self.root.iter("link"):
            if rel in (element.get("rel") or "").lower().split():
                yield from self.absolute(element.get("href"))

    def absolute(self, address: object) -> Iterator[str]:
        """Yield `address` as an absolute web address, or nothing if it is none."""
        if isinstance(address, str) and (given := address.strip()) and len(given) < 2_000:
            try:
                yield validate_web_url(urljoin(self._base, given.replace(" ", "%20")), field="address")
            except (BadInput, ValueError):
                return

    def first_text(self, xpath: str) -> Iterator[str]:
        """Yield the texts of the elements of `xpath` that are not empty."""
        for element in self.root.xpath(xpath):
            if text := text_of(element):
                yield text


def text_of(element: etree._Element) -> str:
    """Return the text of an element in one line, without scripts and styles."""
    pieces: list[str] = []
    for node in element.iter():
        if isinstance(node.tag, str) and (node is element or node.tag not in UNSEEN):
            pieces.append(node.text or "")
            if node is not element and node.tag in ("br", "p", "div", "li"):
                pieces.insert(len(pieces) - 1, " ")
        if node is not element:
            pieces.append(node.tail or "")
    return one_line("".join(pieces))


def one_line(value: object) -> str:
    """Return stated text as one clean line: without tags, and without entities that were encoded twice."""
    if not isinstance(value, str):
        return ""
    text = decode_entities(value)
    return clean_line(TAGS.sub(" ", text) if "<" in text else text)
