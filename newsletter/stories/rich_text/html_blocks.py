"""Reads HTML of any kind into blocks of runs: what stands in a paragraph, a list, a quotation.

nh3 throws out what is dangerous and balances the tags; what is left is sorted here. Writing it
out again is left to rich_text.py, how words look to text_styles.py, lists that Word and others wrote as paragraphs
to list_paragraphs.py.
"""

import re
from html.parser import HTMLParser

import nh3

from newsletter.lib.errors import BadInput
from newsletter.lib.web_urls import validate_web_url
from newsletter.mail import text_cleaning
from newsletter.stories.rich_text.list_paragraphs import Kind, Part, as_lists, kind_of_mark
from newsletter.stories.rich_text.text_runs import BREAK, Run, paragraphs
from newsletter.stories.rich_text.text_styles import STRUCK, Look, declared, look_inside, written

CONTAINERS = ("ul", "ol", "blockquote")
EMPHASIS = {"b", "strong", "i", "em"}
INLINE = {*EMPHASIS, *STRUCK, "span", "sup", "sub", "q", "a"}
CELLS = {"td", "th"}
PARTING = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "header", "footer", "main", "aside"}
PARTING |= {"figure", "figcaption", "table", "tr", "caption", "dl", "dt", "dd", "pre", "address", "hr", "center"}
PARTING |= {"details", "summary", "nav", "form", "fieldset", "legend", "hgroup", "menu", "dir", "dialog", "search"}
UNSAID = {"script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math", "select", "textarea"}
UNSAID |= {"audio", "video", "canvas"}
CLEANER = nh3.Cleaner(
    tags={*CONTAINERS, *INLINE, *CELLS, *PARTING, "li", "br"},
    clean_content_tags=UNSAID,  # their text is not for readers
    # a style is read here and never written: premailer stumbles over hostile style attributes
    attributes={"a": {"href"}, "ol": {"start"}, "li": {"value"}, "*": {"style"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel=None,
)
MAILBOX = re.compile(r"mailto:(?!.*%0[ad])[^\s<>\"'`\\]+", re.IGNORECASE)
QUOTES = (("“", "”"), ("‘", "’"))  # of a quotation, and of one inside it
MAX_START = 9_999  # of a numbered list


def read(html: str) -> list[Part]:
    """The blocks of `html` as kinds and items; a paragraph has one item. Never raises."""
    whole = html.encode("utf-8", "ignore").decode("utf-8")  # half a surrogate pair is no letter
    reader = _Reader()
    reader.feed(CLEANER.clean(whole))
    reader.close()
    reader.end_item()
    return as_lists(reader.found)


def _href(value: str) -> str:
    """An address that may stand in a letter, or nothing: the words then stay without a link."""
    address = re.sub(r"[\t\r\n]", "", value).strip().replace(" ", "%20")  # as browsers read it
    if not address.isprintable():
        return ""
    if not MAILBOX.fullmatch(address):
        try:
            address = validate_web_url(address, field="link")
        except BadInput:
            return ""
    return text_cleaning.escape_merge_tags_in_url(address)


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdecimal() and 0 < int(value[:9]) <= MAX_START else 1


class _Reader(HTMLParser):
    """Sorts the words of clean, balanced HTML into blocks. Knows one level of list or quotation."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Part] = []
        self._runs: list[Run] = []
        self._items: list[list[Run]] = []  # of the open list or quotation
        self._container: Kind | None = None
        self._start = 1
        self._depth = 0
        self._looks = [Look()]
        self._quotes = 0
        self._mark = ""  # of a point that Word wrote as a paragraph
        self._is_point = False

    def handle_data(self, data: str) -> None:
        look = self._looks[-1]
        if look.is_mark:
            self._mark += data
        elif look.is_pre:
            for number, line in enumerate(data.split("\n")):
                self._runs.extend([Run(BREAK)] * (number > 0))
                self._say(line)
        else:
            self._say(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("br", "hr"):  # they have no end
            self._break() if tag == "br" else self._part(tag)
            return
        said = dict(attrs)
        if tag not in INLINE:
            self._open(tag, said)
        look = look_inside(tag, said.get("style") or "", self._looks[-1])
        self._looks.append(look._replace(href=_href(said.get("href") or "")) if tag == "a" else look)
        if tag == "q":
            self._say(QUOTES[self._quotes % 2][0])
            self._quotes += 1
        if tag == "p" and "mso-list" in declared(said.get("style") or ""):
            self._is_point = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "q":
            self._quotes -= 1
            self._say(QUOTES[self._quotes % 2][1])
        self._looks.pop()
        if tag in CONTAINERS:
            self.end_item()
            self._depth -= 1
            if not self._depth:
                self._end_container()
        elif tag not in INLINE:
            self._part(tag)

    def end_item(self) -> None:
        """What was read since the last end becomes a paragraph or an item."""
        parts = paragraphs(self._runs, part_at_breaks=self._container not in ("ul", "ol"))
        self._runs = []
        if self._container:
            self._items.extend(parts)
        elif self._is_point and parts:
            kind, number = kind_of_mark(self._mark)
            self.found.append(Part(kind, parts, number, is_point=True))
        else:
            self.found.extend(Part("p", [part]) for part in parts)
        self._is_point, self._mark = False, ""

    def _say(self, text: str) -> None:
        look = self._looks[-1]
        if text and not look.is_unsaid:
            self._runs.append(
                Run(text_cleaning.remove_unprintable(written(text, look.script)), look.href, look.strong, look.em)
            )

    def _break(self) -> None:
        if not self._looks[-1].is_unsaid:
            self._runs.append(Run(BREAK))

    def _open(self, tag: str, said: dict[str, str | None]) -> None:
        if tag in CONTAINERS:
            self.end_item()
            if not self._container:
                self._container = "ul" if tag == "ul" else "ol" if tag == "ol" else "blockquote"
                self._start = _number(said.get("start")) if tag == "ol" else 1
            self._depth += 1
            return
        self._part(tag)
        if tag == "li" and self._container == "ol" and not self._items and said.get("value"):
            self._start = _number(said["value"])

    def _end_container(self) -> None:
        if self._items and self._container:
            self.found.append(Part(self._container, self._items, self._start))
        self._container, self._items, self._start = None, [], 1

    def _part(self, tag: str) -> None:
        if tag in CELLS:
            self._runs.append(Run(" "))
        elif tag == "li" or self._container not in ("ul", "ol"):
            self.end_item()
        else:
            self._runs.append(Run(BREAK))
