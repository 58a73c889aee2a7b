"""A letter's HTML taken apart once, so that preflight can look at its pieces. Opens nothing, never raises."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple

from newsletter.letters.preflight.visibility import IN_VIEW, Sight, is_hidden, sight

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905 — reads better
INLINE = frozenset({"a", "abbr", "b", "bdi", "em", "i", "small", "span", "strong", "sub", "sup", "u"})


@dataclass(slots=True)
class Element:
    """An element with its attributes, its place, and the words directly and further inside it."""

    tag: str
    attrs: dict[str, str]
    line: int
    children: list["Element"] = field(default_factory=list)
    words: str = ""  # all text inside, in reading order
    own: str = ""  # of it, what stands in no element further inside
    sight: Sight = IN_VIEW  # whether an eye meets what stands directly in it
    shown: str = ""  # as it was written, for a person to find it
    start: int = 0  # where it begins and ends, in characters; one that is not closed has no length
    end: int = 0

    @property
    def is_hidden(self) -> bool:
        return is_hidden(self.attrs)

    def below(self) -> Iterator["Element"]:
        """All elements inside this one."""
        waiting = self.children[::-1]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += element.children[::-1]


@dataclass(slots=True)
class ParsedHtml:
    """`elements` in the order of their start; `words` are those a reader sees, parted by single blanks.

    `aside` are the elements that only Outlook for Windows sees, because they stand in conditional comments.
    """

    elements: list[Element]
    aside: list[Element]
    words: str
    styles: list[str]
    doctype: str

    def of(self, *tags: str) -> list[Element]:
        """All elements with one of these tags."""
        return [element for element in self.elements if element.tag in tags]

    def content(self) -> list[Element]:
        """What stands directly in the body."""
        return [element for body in self.of("body") for element in body.children]


def parse_html(html: str) -> ParsedHtml:
    """The anatomy of `html`, as far as it can be made out."""
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    styles = [element.words for element in reader.elements if element.tag == "style"]
    aside = [element for line, comment in reader.conditional for element in _elements_in(comment, line)]
    return ParsedHtml(reader.elements, aside, " ".join("".join(reader.words).split()), styles, reader.doctype)


def _elements_in(comment: str, line: int) -> list[Element]:
    """Those in a comment that begins on this line. It is read once: comments inside it are comments."""
    reader = _Reader(comment)
    reader.feed(comment)
    reader.close()
    for element in reader.elements:
        element.line += line - 1
    return reader.elements


class _Open(NamedTuple):
    """An element that is being read: where its text starts, and what is directly in it."""

    element: Element
    start: int
    own: list[str]


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = [0, *(place + 1 for place, character in enumerate(html) if character == "\n")]
        self.elements: list[Element] = []
        self.conditional: list[tuple[int, str]] = []  # comments that Outlook for Windows reads, with their lines
        self.words: list[str] = []
        self.doctype = ""
        self._open: list[_Open] = []
        self._heard: list[str] = []  # all text, once: an element's is the part from its start to its end

    def handle_decl(self, decl: str) -> None:
        self.doctype = self.doctype or decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parent = self._open[-1].element if self._open else None
        given = {name: value or "" for name, value in attrs}
        place = self._place()
        shown = self.get_starttag_text() or ""
        seen = sight(tag, given, parent.sight if parent else IN_VIEW)
        element = Element(tag, given, self.getpos()[0], sight=seen, shown=shown, start=place, end=place)
        self.elements.append(element)
        if parent:
            parent.children.append(element)
        if tag not in VOID:
            self._open.append(_Open(element, len(self._heard), []))
        if tag == "br":
            self._hear(" ")

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, -1, -1):
            if self._open[depth].element.tag == tag:
                self._open[depth].element.end = self._place()
                self._shut(depth)
                break
        if tag not in INLINE:
            self._hear(" ")

    def handle_data(self, data: str) -> None:
        self._hear(data)

    def handle_comment(self, data: str) -> None:
        if data.startswith("[if"):
            self.conditional.append((self.getpos()[0], data))

    def parse_marked_section(self, i: int, report: bool = True) -> int:  # noqa: ARG002 — the parser's own signature
        """`<![what]>` is passed over, as browsers do; Python's own way raises for what it does not know."""
        return self.parse_bogus_comment(i, report=False)

    def close(self) -> None:
        super().close()
        self._shut(0)

    def _shut(self, depth: int) -> None:
        """What is open from `depth` on is read to its end."""
        for element, start, own in self._open[depth:]:
            element.words, element.own = "".join(self._heard[start:]), "".join(own)
        del self._open[depth:]

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _hear(self, data: str) -> None:
        self._heard.append(data)
        if self._open:
            self._open[-1].own.append(data)
        if not self._open or self._open[-1].element.sight.is_clear:
            self.words.append(data)
