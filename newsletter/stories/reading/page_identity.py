"""Find what a page says about itself: source, language, direction and canonical link."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from newsletter.lib.errors import BadInput
from newsletter.lib.language_tags import language_tag
from newsletter.lib.web_urls import readable_host
from newsletter.mail.text_direction import direction_of, first_strong_direction
from newsletter.stories.reading.json_ld import Node, StructuredData, types_of
from newsletter.stories.reading.page_document import PageDocument, one_line
from newsletter.stories.reading.page_story import FieldOrigin, FieldValue

PUBLISHERS = frozenset({"Organization", "NewsMediaOrganization", "WebSite"})
SITE_METAS = ("og:site_name", "application-name", "apple-mobile-web-app-title", "dc.publisher", "cre")


def source_name(document: PageDocument, data: StructuredData, article: Node) -> Iterator[FieldValue]:
    """Yield the candidates for the name of the publisher, best first."""
    for publisher in data.listed(article.get("publisher")):
        name = publisher.get("name") if isinstance(publisher, dict) else publisher
        yield FieldValue(_name(name), FieldOrigin.JSON_LD)
    yield from (FieldValue(_name(text), FieldOrigin.META) for text in document.metas(*SITE_METAS))
    for node in data.nodes:
        if not PUBLISHERS.isdisjoint(types_of(node)):
            yield FieldValue(_name(node.get("name")), FieldOrigin.JSON_LD)
    if document.url:
        yield FieldValue(readable_host(urlsplit(document.url).hostname or "").removeprefix("www."), FieldOrigin.ADDRESS)


def _name(value: object) -> str:
    name = one_line(value)
    return name if 1 < len(name) <= 80 and "://" not in name else ""


def canonical_link(document: PageDocument, article: Node) -> Iterator[FieldValue]:
    """Yield the candidates for the link to the article, best first.

    A page that names the front page as its canonical address is misconfigured, unless it is the front page.
    """
    main = article.get("mainEntityOfPage")
    stated = [(url, FieldOrigin.MARKUP) for url in document.links("canonical")]
    stated += [(url, FieldOrigin.META) for text in document.metas("og:url") for url in document.absolute(text)]
    for value in (article.get("url"), main.get("@id") if isinstance(main, dict) else main):
        stated += [(url, FieldOrigin.JSON_LD) for url in document.absolute(value)]
    is_deep = not document.url or not is_front_page(document.url)
    yield from (FieldValue(url, origin) for url, origin in stated if not (is_deep and is_front_page(url)))
    yield FieldValue(document.url, FieldOrigin.ADDRESS)


def is_front_page(url: str) -> bool:
    """Return True for an address without a path."""
    parts = urlsplit(url)
    return parts.path.strip("/") == "" and not parts.query


def language(document: PageDocument, article: Node) -> Iterator[FieldValue]:
    """Yield the candidates for the language tag, best first."""
    stated = [(document.root.get("lang") or document.root.get("xml:lang") or "", FieldOrigin.MARKUP)]
    given = article.get("inLanguage")
    stated += [(given, FieldOrigin.JSON_LD)] if isinstance(given, str) else []
    stated += [
        (text, FieldOrigin.META) for text in document.metas("og:locale", "language", "dc.language", "inlanguage")
    ]
    for tag, origin in stated:
        try:
            yield FieldValue(language_tag(tag), origin)
        except BadInput:
            continue


def direction(document: PageDocument, language_: str, text: str) -> Iterator[FieldValue]:
    """Yield the candidates for the direction of writing, best first."""
    bodies = document.root.xpath("//body")
    for element in (document.root, *bodies):
        if (stated := (element.get("dir") or "").lower()) in ("ltr", "rtl"):
            yield FieldValue(stated, FieldOrigin.MARKUP)
    if language_:
        yield FieldValue(direction_of(language_), FieldOrigin.EXTRACTED)
    yield FieldValue(first_strong_direction(text) or "", FieldOrigin.EXTRACTED)
