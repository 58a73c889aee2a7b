"""Parse arbitrary HTML into blocks of text runs: paragraphs, lists and quotations.

nh3 removes dangerous content and balances the tags; this module sorts what remains. rich_text.py writes the blocks as
HTML again, text_styles.py reads text styles, and list_paragraphs.py finds lists written as paragraphs.
"""

import re
from functools import lru_cache
from html.parser import HTMLParser

import nh3

from newsletter.lib.errors import BadInput
from newsletter.lib.web_urls import validate_web_url
from newsletter.mail import text_cleaning
from newsletter.stories.rich_text.list_paragraphs import Kind, Part, join_list_paragraphs, parse_list_mark
from newsletter.stories.rich_text.text_runs import BREAK, TextRun, split_paragraphs
from newsletter.stories.rich_text.text_styles import (
    STRUCK,
    TextStyle,
    parse_style,
    style_inside,
    with_script_characters,
)

CONTAINERS = ("ul", "ol", "blockquote")
EMPHASIS = {"b", "strong", "i", "em"}
INLINE = {*EMPHASIS, *STRUCK, "span", "sup", "sub", "q", "a"}
CELLS = {"td", "th"}
BLOCK_TAGS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "header", "footer", "main", "aside"}
BLOCK_TAGS |= {"figure", "figcaption", "table", "tr", "caption", "dl", "dt", "dd", "pre", "address", "hr", "center"}
BLOCK_TAGS |= {"details", "summary", "nav", "form", "fieldset", "legend", "hgroup", "menu", "dir", "dialog", "search"}
DROPPED_TAGS = {
    "script",
    "style",
    "title",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "select",
    "textarea",
}
DROPPED_TAGS |= {"audio", "video", "canvas"}
CLEANER = nh3.Cleaner(
    tags={*CONTAINERS, *INLINE, *CELLS, *BLOCK_TAGS, "li", "br"},
    clean_content_tags=DROPPED_TAGS,  # removed with their text
    # styles are parsed here and never written: premailer fails on hostile style attributes
    attributes={"a": {"href"}, "ol": {"start"}, "li": {"value"}, "*": {"style"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel=None,
)
MAILBOX = re.compile(r"mailto:(?!.*%0[ad])[^\s<>\"'`\\]+", re.IGNORECASE)
QUOTES = (("“", "”"), ("‘", "’"))  # outer and inner quotation marks
MAX_START = 9_999  # of a numbered list


def parse_blocks(html: str) -> list[Part]:
    """Return the blocks of `html` with their kinds and items; a paragraph has one item. Never raises."""
    return list(_parse(html))


@lru_cache(maxsize=64)  # one email asks four times for the blocks of each of its stories
def _parse(html: str) -> tuple[Part, ...]:
    whole = html.encode("utf-8", "ignore").decode("utf-8")  # drop lone surrogates
    reader = _Reader()
    reader.feed(CLEANER.clean(whole))
    reader.close()
    reader.end_item()
    return tuple(join_list_paragraphs(reader.found))


def _href(value: str) -> str:
    """Return an address that an email may contain, or an empty text: then the text is not linked."""
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
    """Parser that sorts clean, balanced HTML into blocks. Supports one level of lists and quotations."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Part] = []
        self._runs: list[TextRun] = []
        self._items: list[list[TextRun]] = []  # of the open list or quotation
        self._container: Kind | None = None
        self._start = 1
        self._depth = 0
        self._styles = [TextStyle()]
        self._quotes = 0
        self._mark = ""  # of a list item that Word wrote as a paragraph
        self._is_list_paragraph = False

    def handle_data(self, data: str) -> None:
        style = self._styles[-1]
        if style.is_mark:
            self._mark += data
        elif style.is_pre:
            for number, line in enumerate(data.split("\n")):
                self._runs.extend([TextRun(BREAK)] * (number > 0))
                self._add_text(line)
        else:
            self._add_text(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("br", "hr"):  # void elements
            self._break() if tag == "br" else self._part(tag)
            return
        attributes = dict(attrs)
        if tag not in INLINE:
            self._open(tag, attributes)
        style = style_inside(tag, attributes.get("style") or "", self._styles[-1])
        self._styles.append(style._replace(href=_href(attributes.get("href") or "")) if tag == "a" else style)
        if tag == "q":
            self._add_text(QUOTES[self._quotes % 2][0])
            self._quotes += 1
        if tag == "p" and "mso-list" in parse_style(attributes.get("style") or ""):
            self._is_list_paragraph = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "q":
            self._quotes -= 1
            self._add_text(QUOTES[self._quotes % 2][1])
        self._styles.pop()
        if tag in CONTAINERS:
            self.end_item()
            self._depth -= 1
            if not self._depth:
                self._end_container()
        elif tag not in INLINE:
            self._part(tag)

    def end_item(self) -> None:
        """Make a paragraph or list item of the text since the last end."""
        parts = split_paragraphs(self._runs, split_at_breaks=self._container not in ("ul", "ol"))
        self._runs = []
        if self._container:
            self._items.extend(parts)
        elif self._is_list_paragraph and parts:
            kind, number = parse_list_mark(self._mark)
            self.found.append(Part(kind, parts, number, is_list_paragraph=True))
        else:
            self.found.extend(Part("p", [part]) for part in parts)
        self._is_list_paragraph, self._mark = False, ""

    def _add_text(self, text: str) -> None:
        style = self._styles[-1]
        if text and not style.is_dropped:
            self._runs.append(
                TextRun(
                    text_cleaning.remove_unprintable(with_script_characters(text, style.script)),
                    style.href,
                    style.strong,
                    style.em,
                )
            )

    def _break(self) -> None:
        if not self._styles[-1].is_dropped:
            self._runs.append(TextRun(BREAK))

    def _open(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag in CONTAINERS:
            self.end_item()
            if not self._container:
                self._container = "ul" if tag == "ul" else "ol" if tag == "ol" else "blockquote"
                self._start = _number(attributes.get("start")) if tag == "ol" else 1
            self._depth += 1
            return
        self._part(tag)
        if tag == "li" and self._container == "ol" and not self._items and attributes.get("value"):
            self._start = _number(attributes["value"])

    def _end_container(self) -> None:
        if self._items and self._container:
            self.found.append(Part(self._container, self._items, self._start))
        self._container, self._items, self._start = None, [], 1

    def _part(self, tag: str) -> None:
        if tag in CELLS:
            self._runs.append(TextRun(" "))
        elif tag == "li" or self._container not in ("ul", "ol"):
            self.end_item()
        else:
            self._runs.append(TextRun(BREAK))
