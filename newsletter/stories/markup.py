"""Reads HTML of any kind into blocks of runs: what stands in a paragraph, a list, a quotation.

nh3 throws out what is dangerous and balances the tags; what is left is sorted here. Writing it
out again is left to richtext.py.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Literal, cast

import nh3

from newsletter.lib.errors import BadInput
from newsletter.lib.links import web_link
from newsletter.mail import wording
from newsletter.stories.runs import BREAK, Run, paragraphs

Kind = Literal["p", "ul", "ol", "blockquote"]
CONTAINERS = ("ul", "ol", "blockquote")
EMPHASIS = {"b": "strong", "strong": "strong", "i": "em", "em": "em"}
CELLS = {"td", "th"}
PARTING = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "header", "footer", "main", "aside"}
PARTING |= {"figure", "figcaption", "table", "tr", "caption", "dl", "dt", "dd", "pre", "address", "hr", "center"}
UNSAID = {"script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math", "select", "textarea"}
CLEANER = nh3.Cleaner(
    tags={*CONTAINERS, *EMPHASIS, *CELLS, *PARTING, "li", "a", "br"},
    clean_content_tags=UNSAID,  # their text is not for readers
    attributes={"a": {"href"}},  # no style, class or id: premailer stumbles over hostile style attributes
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel=None,
)
MAILBOX = re.compile(r"mailto:(?!.*%0[ad])[^\s<>\"'`\\]+", re.IGNORECASE)


def read(html: str) -> Iterator[tuple[Kind, list[list[Run]]]]:
    """The blocks of `html` as kinds and items; a paragraph has one item. Never raises."""
    whole = html.encode("utf-8", "ignore").decode("utf-8")  # half a surrogate pair is no letter
    reader = _Reader()
    reader.feed(CLEANER.clean(whole))
    reader.close()
    reader.end_item()
    yield from reader.found


def _href(value: str) -> str:
    """An address that may stand in a letter, or nothing: the words then stay without a link."""
    address = re.sub(r"[\t\r\n]", "", value).strip().replace(" ", "%20")  # as browsers read it
    if not address.isprintable():
        return ""
    if not MAILBOX.fullmatch(address):
        try:
            address = web_link(address, field="link")
        except BadInput:
            return ""
    return wording.disarm_link(address)


class _Reader(HTMLParser):
    """Sorts the words of clean, balanced HTML into blocks. Knows one level of list or quotation."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[Kind, list[list[Run]]]] = []
        self._runs: list[Run] = []
        self._items: list[list[Run]] = []  # of the open list or quotation
        self._container = ""
        self._depth = 0
        self._emphasis = {"strong": 0, "em": 0}
        self._hrefs: list[str] = []

    def handle_data(self, data: str) -> None:
        href = self._hrefs[-1] if self._hrefs else ""
        self._runs.append(Run(wording.clean(data), href, self._emphasis["strong"] > 0, self._emphasis["em"] > 0))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in EMPHASIS:
            self._emphasis[EMPHASIS[tag]] += 1
        elif tag == "a":
            self._hrefs.append(_href(dict(attrs).get("href") or ""))
        elif tag == "br":
            self._runs.append(Run(BREAK))
        elif tag in CONTAINERS:
            self.end_item()
            self._container = self._container or tag
            self._depth += 1
        else:
            self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in EMPHASIS:
            self._emphasis[EMPHASIS[tag]] -= 1
        elif tag == "a":
            self._hrefs.pop()
        elif tag in CONTAINERS:
            self.end_item()
            self._depth -= 1
            if not self._depth:
                self._end_container()
        elif tag != "br":
            self._part(tag)

    def end_item(self) -> None:
        """What was read since the last end becomes a paragraph or an item."""
        parts = paragraphs(self._runs, part_at_breaks=self._container not in ("ul", "ol"))
        self._runs = []
        if self._container:
            self._items.extend(parts)
        else:
            self.found.extend(("p", [part]) for part in parts)

    def _end_container(self) -> None:
        if self._items:
            self.found.append((cast("Kind", self._container), self._items))
        self._container, self._items = "", []

    def _part(self, tag: str) -> None:
        if tag in CELLS:
            self._runs.append(Run(" "))
        elif tag == "li" or self._container not in ("ul", "ol"):
            self.end_item()
        else:
            self._runs.append(Run(BREAK))
