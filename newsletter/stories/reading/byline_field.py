"""Find the authors of a page."""

from collections.abc import Callable, Iterable, Iterator

from newsletter.stories.reading.author_names import clean_names, join_names
from newsletter.stories.reading.json_ld import Node, StructuredData, types_of
from newsletter.stories.reading.page_document import PageDocument, one_line, text_of
from newsletter.stories.reading.page_story import FieldOrigin, FieldValue

METAS: tuple[str, ...] = ("author", "article:author", "sailthru.author", "parsely-author", "byl", "dc.creator")
METAS += ("dcterms.creator", "citation_author", "article:author_name", "cxenseparse:author")
CARD_LABEL, CARD_VALUE = "twitter:label1", "twitter:data1"  # many sites: “Written by”, and the name
MARKED = (
    "//*[@itemprop='author' or contains(@itemprop, 'author ')]",
    "//*[@rel='author']",
    "//*[contains(concat(' ', normalize-space(@class), ' '), ' author ')]",
    "//*[contains(translate(@class, 'BYLINE', 'byline'), 'byline') or contains(@class, 'author-name')]",
)
MAX_BYLINE = 160  # characters; a longer element is more than a byline
MAX_MARKED = 6
Joined = Callable[[Iterable[str], FieldOrigin], FieldValue]


def byline(
    document: PageDocument, data: StructuredData, article: Node, *, source: str, is_english: bool
) -> Iterator[FieldValue]:
    """Yield the candidates for the byline, best first. Names of persons precede those of organisations."""

    def joined(names: Iterable[str], origin: FieldOrigin) -> FieldValue:
        return FieldValue(join_names(clean_names(names, source=source), is_english=is_english), origin)

    people, organisations = _stated(data, article)
    yield joined(people, FieldOrigin.JSON_LD)
    for name in METAS:
        yield joined(document.metas(name), FieldOrigin.META)
    if any("written by" in label.lower() for label in document.metas(CARD_LABEL)):
        yield joined(document.metas(CARD_VALUE), FieldOrigin.META)
    for xpath in MARKED:
        yield from _marked(document, xpath, joined)
    yield joined(organisations, FieldOrigin.JSON_LD)


def _marked(document: PageDocument, xpath: str, joined: Joined) -> Iterator[FieldValue]:
    marked = document.root.xpath(xpath)
    outer = {ancestor for element in marked[: 4 * MAX_MARKED] for ancestor in element.iterancestors()}
    inner = [element for element in marked if element not in outer]
    for element in inner[:MAX_MARKED]:
        named = element.xpath(".//*[@itemprop='name']") or element.xpath(".//a[contains(@href, 'author')]")
        texts = [text_of(node) for node in named] or [element.get("content") or text_of(element)]
        if all(len(text) <= MAX_BYLINE for text in texts):
            yield joined(texts, FieldOrigin.MARKUP)


def _stated(data: StructuredData, article: Node) -> tuple[list[str], list[str]]:
    people: list[str] = []
    organisations: list[str] = []
    for author in data.listed(article.get("author") or article.get("creator")):
        if isinstance(author, str):
            people.append(author)
        elif isinstance(author, dict):
            names = [one_line(name) for name in data.listed(author.get("name"))]
            is_person = not {"Organization", "NewsMediaOrganization", "Corporation"} & types_of(author)
            (people if is_person else organisations).extend(names)
    return people, organisations
