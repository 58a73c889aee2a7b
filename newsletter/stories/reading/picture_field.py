"""Find the picture of a page with its description and credit."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree

from newsletter.stories.reading.json_ld import Node, StructuredData, comparable
from newsletter.stories.reading.page_document import PageDocument, one_line, text_of
from newsletter.stories.reading.page_story import FieldOrigin, FieldValue

METAS = (
    "og:image:secure_url",
    "og:image",
    "og:image:url",
    "twitter:image",
    "twitter:image:src",
    "thumbnail",
    "sailthru.image.full",
)
ALT_METAS = ("og:image:alt", "twitter:image:alt")
# Files of a site rather than of an article. Whole words of the file name only.
NO_PICTURE = re.compile(
    r"(?:^|[\W_])(?:logo|logos|placeholder|default|favicon|blank|spacer|sprite|avatar)(?:$|[\W_])", re.IGNORECASE
)
CREDIT = re.compile(
    r"(?:\b(?:photo(?:graph)?|image|picture|credit|foto|bild|courtesy)s?(?:\s+(?:by|credit|courtesy))?\s*"
    r"(?::|/|\bof\b|©)\s*|©\s*|\b(?:photo|image) by\s+)(?P<credit>[^|\n]{2,120})$",
    re.IGNORECASE,
)
CREDITED = (
    "contains(translate(@class, 'CREDIT', 'credit'), 'credit') or contains(@class, 'copyright')"
    " or @itemprop='copyrightHolder'"
)
FIGURES = "(//h1 | //*[@itemprop='headline'])[1]/following::figure[.//img][position() < 4]"
MIN_WIDTH = 200  # pixels, where an image states its width
MAX_CAPTION = 280
MAX_CREDIT_WORDS = 8  # a longer text after “Image:” is a caption
NAME_PART = re.compile(r"[\w-]{8,}")


class PagePicture:
    """The picture of an article and what the page says about it."""

    def __init__(self, document: PageDocument, data: StructuredData, article: Node) -> None:
        self._document, self._data = document, data
        self._nodes = data.listed(article.get("image")) + data.listed(article.get("thumbnailUrl"))
        self.found = next(self._candidates(), None)
        self._element = self._shown()

    def _candidates(self) -> Iterator[FieldValue]:
        logos = {
            comparable(url)
            for node in self._data.nodes
            for logo in self._data.listed(node.get("logo"))
            for url in _urls(logo)
        }
        stated = [(url, FieldOrigin.JSON_LD) for node in self._nodes for url in _urls(node)]
        stated += [(url, FieldOrigin.META) for url in self._document.metas(*METAS)]
        stated += [(url, FieldOrigin.META) for url in self._document.links("image_src")]
        stated += [(url, FieldOrigin.MARKUP) for url in self._figures()]
        for url, origin in stated:
            for absolute in self._document.absolute(url):
                if comparable(absolute) not in logos and not NO_PICTURE.search(_file(absolute)):
                    yield FieldValue(absolute, origin)

    def _figures(self) -> Iterator[str]:
        """Yield the addresses of the pictures in figures after the headline."""
        for figure in self._document.root.xpath(FIGURES):
            image = next(figure.iter("img"))
            width = re.match(r"\d+", image.get("width") or "")
            if not width or int(width[0]) >= MIN_WIDTH:
                yield from (url for name in ("data-src", "src") if (url := image.get(name)))

    def alt(self) -> Iterator[FieldValue]:
        """Yield the candidates for the description, best first."""
        if not self.found:
            return
        yield from (
            FieldValue(text[:300], FieldOrigin.META) for text in self._document.metas(*ALT_METAS) if _describes(text)
        )
        if self._element is not None and _describes(text := one_line(self._element.get("alt"))):
            yield FieldValue(text[:300], FieldOrigin.MARKUP)
        for node in self._nodes:
            if isinstance(node, dict):
                for name in ("caption", "description"):
                    if (
                        _describes(text := CREDIT.sub("", one_line(node.get(name))).strip())
                        and len(text) <= MAX_CAPTION
                    ):
                        yield FieldValue(text, FieldOrigin.JSON_LD)
        caption = self._caption()
        if caption is not None:
            text = CREDIT.sub("", _without_credit(caption)).strip(" -–—|(")
            if _describes(text) and len(text) <= MAX_CAPTION:
                yield FieldValue(text, FieldOrigin.MARKUP)

    def credit(self) -> Iterator[FieldValue]:
        """Yield the candidates for the credit, best first."""
        for node in self._nodes if self.found else ():
            if isinstance(node, dict):
                for name in ("creditText", "copyrightHolder", "creator", "author", "copyrightNotice"):
                    for value in self._data.listed(node.get(name)):
                        yield FieldValue(
                            one_line(value.get("name") if isinstance(value, dict) else value)[:200], FieldOrigin.JSON_LD
                        )
        figure = self._figure()
        if figure is not None:
            for element in figure.xpath(f".//*[{CREDITED}]"):
                text = text_of(element)
                yield FieldValue(
                    (CREDIT.search(text) or {"credit": text})["credit"].strip(" .)(")[:200], FieldOrigin.MARKUP
                )
            caption = self._caption()
            match = CREDIT.search(text_of(caption)) if caption is not None else None
            if match and len(match["credit"].split()) <= MAX_CREDIT_WORDS:
                yield FieldValue(match["credit"].strip(" .)("), FieldOrigin.EXTRACTED)

    def _shown(self) -> etree._Element | None:
        """Return the image element of the page that shows the same file, in whatever size."""
        wanted = _name_parts(self.found.value if self.found else "")
        best, most = None, 0
        for element in self._document.root.iter("img"):
            address = " ".join(element.get(name) or "" for name in ("src", "data-src", "srcset", "data-srcset"))
            common = sum(len(part) for part in wanted if part in address)
            if common > most:
                best, most = element, common
        return best

    def _figure(self) -> etree._Element | None:
        return next(self._element.iterancestors("figure"), None) if self._element is not None else None

    def _caption(self) -> etree._Element | None:
        figure = self._figure()
        return next(figure.iter("figcaption"), None) if figure is not None else None


def _without_credit(caption: etree._Element) -> str:
    text = text_of(caption)
    for element in caption.xpath(f".//*[{CREDITED}]"):
        text = text.replace(text_of(element), "")
    return text.strip()


def _urls(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name in ("url", "contentUrl", "@id"):
            given = value.get(name)
            for url in given if isinstance(given, list) else [given]:
                if isinstance(url, str) and "#" not in url:
                    yield url


def _file(url: str) -> str:
    return urlsplit(url).path.rsplit("/", 1)[-1]


def _name_parts(url: str) -> set[str]:
    """Return the parts of an address that name a file, long enough to be its own."""
    path = urlsplit(url).path
    return set(NAME_PART.findall(path.rsplit("/", 1)[-1].rsplit(".", 1)[0])) or set(NAME_PART.findall(path))


def _describes(text: str) -> bool:
    """Return True if a text describes a picture: more than one word, and no file name."""
    return " " in text and not re.search(r"\.(?:jpe?g|png|gif|webp)\b", text, re.IGNORECASE)
