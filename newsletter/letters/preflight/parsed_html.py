"""An email's HTML parsed once for all preflight checks. Loads nothing and never raises."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple

from newsletter.letters.preflight.visibility import IN_VIEW, Visibility, is_hidden, visibility_of

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905 — reads better
INLINE = frozenset({"a", "abbr", "b", "bdi", "em", "i", "small", "span", "strong", "sub", "sup", "u"})


@dataclass(slots=True)
class Element:
    """An element with its attributes, its position and its text."""

    tag: str
    attrs: dict[str, str]
    line: int
    children: list["Element"] = field(default_factory=list)
    text: str = ""  # all text inside, in reading order
    own_text: str = ""  # text directly inside, without that of child elements
    visibility: Visibility = IN_VIEW  # of the text directly inside
    source: str = ""  # the start tag as written, so that a person can find it
    start: int = 0  # offsets in characters; an element that is never closed has no length
    end: int = 0

    @property
    def is_hidden(self) -> bool:
        return is_hidden(self.attrs)

    def below(self) -> Iterator["Element"]:
        """Yield all descendants in document order."""
        waiting = self.children[::-1]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += element.children[::-1]


@dataclass(slots=True)
class ParsedHtml:
    """`elements` in document order; `text` is the visible text, with single spaces between words.

    `conditional_elements` stand in conditional comments, which only Outlook for Windows reads.
    """

    elements: list[Element]
    conditional_elements: list[Element]
    text: str
    styles: list[str]
    doctype: str

    def of(self, *tags: str) -> list[Element]:
        """Return all elements with one of these tags."""
        return [element for element in self.elements if element.tag in tags]

    def content(self) -> list[Element]:
        """Return the direct children of the body."""
        return [element for body in self.of("body") for element in body.children]


def parse_html(html: str) -> ParsedHtml:
    """Parse `html` as far as it can be understood."""
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    styles = [element.text for element in reader.elements if element.tag == "style"]
    conditional = [element for line, comment in reader.conditional for element in _elements_in(comment, line)]
    return ParsedHtml(
        reader.elements, conditional, " ".join("".join(reader.visible_text).split()), styles, reader.doctype
    )


def _elements_in(comment: str, line: int) -> list[Element]:
    """Parse a comment that begins on `line`. Comments inside it are not parsed again."""
    reader = _Reader(comment)
    reader.feed(comment)
    reader.close()
    for element in reader.elements:
        element.line += line - 1
    return reader.elements


class _Open(NamedTuple):
    """An element that is not closed yet: where its text starts in `_text`, and the text directly inside it."""

    element: Element
    start: int
    own_text: list[str]


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = [0, *(place + 1 for place, character in enumerate(html) if character == "\n")]
        self.elements: list[Element] = []
        self.conditional: list[tuple[int, str]] = []  # line and text of comments that Outlook for Windows reads
        self.visible_text: list[str] = []
        self.doctype = ""
        self._open: list[_Open] = []
        self._text: list[str] = []  # all text once; that of an element is a slice

    def handle_decl(self, decl: str) -> None:
        self.doctype = self.doctype or decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parent = self._open[-1].element if self._open else None
        given = {name: value or "" for name, value in attrs}
        place = self._place()
        source = self.get_starttag_text() or ""
        visibility = visibility_of(tag, given, parent.visibility if parent else IN_VIEW)
        element = Element(tag, given, self.getpos()[0], visibility=visibility, source=source, start=place, end=place)
        self.elements.append(element)
        if parent:
            parent.children.append(element)
        if tag not in VOID:
            self._open.append(_Open(element, len(self._text), []))
        if tag == "br":
            self._add_text(" ")

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, -1, -1):
            if self._open[depth].element.tag == tag:
                self._open[depth].element.end = self._place()
                self._close_from(depth)
                break
        if tag not in INLINE:
            self._add_text(" ")

    def handle_data(self, data: str) -> None:
        self._add_text(data)

    def handle_comment(self, data: str) -> None:
        if data.startswith("[if"):
            self.conditional.append((self.getpos()[0], data))

    def parse_marked_section(self, i: int, report: bool = True) -> int:  # noqa: ARG002 — the signature of HTMLParser
        """Ignore `<![what]>`, as browsers do; the standard library raises for an unknown section."""
        return self.parse_bogus_comment(i, report=False)

    def close(self) -> None:
        super().close()
        self._close_from(0)

    def _close_from(self, depth: int) -> None:
        """Close all open elements from `depth` on."""
        for element, start, own_text in self._open[depth:]:
            element.text, element.own_text = "".join(self._text[start:]), "".join(own_text)
        del self._open[depth:]

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _add_text(self, data: str) -> None:
        self._text.append(data)
        if self._open:
            self._open[-1].own_text.append(data)
        if not self._open or self._open[-1].element.visibility.is_visible:
            self.visible_text.append(data)
