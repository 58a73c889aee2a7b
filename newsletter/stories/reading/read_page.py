"""Read the story in a web page: structured data first, then meta tags, then the page's elements and its text.

Runs in a subprocess with limits (read_in_subprocess.py), because a page may be hostile.
"""

import copy
from collections.abc import Iterator

from htmldate import find_date

from newsletter.stories.reading import byline_field, headline_field, page_identity, page_problems
from newsletter.stories.reading.article_text import article_paragraphs
from newsletter.stories.reading.first_paragraph import first_paragraph
from newsletter.stories.reading.json_ld import Node, StructuredData, comparable
from newsletter.stories.reading.page_document import PageDocument, one_line
from newsletter.stories.reading.page_story import FIELDS, FieldOrigin, FieldValue, PageStory, first
from newsletter.stories.reading.picture_field import PagePicture
from newsletter.stories.reading.published_date import parse_published
from newsletter.stories.reading.teaser_text import Standfirsts, below_headline, without_furniture
from newsletter.stories.rich_text import rich_text

DATE_METAS: tuple[str, ...] = ("article:published_time", "og:article:published_time", "datepublished", "date")
DATE_METAS += ("pubdate", "publishdate")
DATE_METAS += ("sailthru.date", "parsely-pub-date", "dc.date", "dc.date.issued", "dcterms.created", "dcterms.date")
DATE_METAS += ("publish-date", "publication_date", "article.published", "cxenseparse:recs:publishtime", "datecreated")
DEK_METAS = ("og:description", "description", "twitter:description", "dc.description", "sailthru.description")
MARKED_DATES = (
    "//*[@itemprop='datePublished']",
    "//time[@pubdate]",
    "//article//time[@datetime]",
    "//time[@datetime]",
    "//time",
)
MAX_MARKED = 8


def read_page(text: str, *, url: str) -> PageStory:
    """Return the story in the HTML `text` of the page at `url`, and what was not found."""
    document = PageDocument(text, url)
    data = StructuredData(document.scripts())
    addresses = frozenset(map(comparable, (url, *document.links("canonical"), *document.metas("og:url"))))
    article = data.article(addresses - {""})
    found: dict[str, FieldValue | None] = {}
    found["source_name"] = first(page_identity.source_name(document, data, article))
    found["language"] = first(page_identity.language(document, article))
    source, language = _value(found["source_name"]), _value(found["language"])
    found["headline"] = first(headline_field.headline(document, article, source=source))
    found["byline"] = first(
        byline_field.byline(document, data, article, source=source, is_english=language.split("-")[0] in ("en", ""))
    )
    found["published"] = first(_published(document, article))
    found["url"] = first(page_identity.canonical_link(document, article))
    picture = PagePicture(document, data, article)
    found["picture_url"] = picture.found
    named = {_value(found["headline"]).casefold(), _value(found["byline"]).casefold()}
    found["picture_alt"] = first(alt for alt in picture.alt() if alt.value.casefold() not in named)
    found["picture_credit"] = first(picture.credit())
    blocks = below_headline(document, article_paragraphs(document), headline=_value(found["headline"]))
    blocks = first_paragraph(document, blocks, document.metas(*DEK_METAS)) + blocks
    blocks = without_furniture(blocks, headline=_value(found["headline"]))
    found["dek"] = first(_dek(document, article, blocks))
    blocks = without_furniture(blocks, headline=_value(found["dek"]))
    plain = "\n\n".join(map(rich_text.plain, blocks))
    found["direction"] = first(page_identity.direction(document, language, plain))
    fields = {name: value for name in FIELDS if (value := found[name])}
    notice = page_problems.find_problem(document, article, fields, plain)
    if notice and notice.is_other_page:
        return PageStory(notice=notice)
    return PageStory(fields, tuple(blocks), notice)


def _value(found: FieldValue | None) -> str:
    return found.value if found else ""


def _published(document: PageDocument, article: Node) -> Iterator[FieldValue]:
    def parsed(stated: object, origin: FieldOrigin) -> FieldValue:
        return FieldValue(parse_published(stated) if isinstance(stated, str) else "", origin)

    yield parsed(article.get("datePublished"), FieldOrigin.JSON_LD)
    yield from (parsed(text, FieldOrigin.META) for text in document.metas(*DATE_METAS))
    yield parsed(article.get("dateCreated"), FieldOrigin.JSON_LD)
    for xpath in MARKED_DATES:
        for element in document.root.xpath(xpath)[:MAX_MARKED]:
            for stated in (element.get("datetime"), element.get("content"), element.text_content()):
                yield parsed(stated, FieldOrigin.MARKUP)
    yield parsed(_detected(document), FieldOrigin.EXTRACTED)


def _detected(document: PageDocument) -> str:
    """Return the date that a page shows in its text, as htmldate finds it."""
    return find_date(copy.deepcopy(document.root), url=document.url or None, original_date=True) or ""


def _dek(document: PageDocument, article: Node, blocks: list[str]) -> Iterator[FieldValue]:
    standfirsts = Standfirsts(document, blocks)
    stated = [(one_line(article.get(name)), FieldOrigin.JSON_LD) for name in ("alternativeHeadline", "description")]
    stated += [(text, FieldOrigin.META) for text in document.metas(*DEK_METAS)]
    yield from (FieldValue(text, origin) for text, origin in stated if standfirsts.has(text))
