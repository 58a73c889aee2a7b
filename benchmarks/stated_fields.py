"""What news pages state about themselves, gathered without the code that is measured.

A heading of level one, meta tags, structured data. A page that states nothing about a field does not count for it.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree, html

from newsletter.stories.reading.page_story import PageStory
from newsletter.stories.reading.published_date import parse_published


def states(page: bytes, field: str, *, only_data: bool = False) -> set[str]:
    """Every value that a page states for a field, comparable; empty if it states none."""
    root = html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8"))
    article = _article(root)
    data = {"headline": ["headline"], "author": ["author"], "date": ["datePublished"], "picture": ["image"]}[field]
    said = {_comparable(field, value) for name in data for value in _flat(article.get(name))}
    if only_data:
        return said - {""}
    metas = {
        "headline": (),
        "author": ("author", "article:author", "sailthru.author", "byl"),
        "date": ("article:published_time", "datepublished", "date", "pubdate", "sailthru.date"),
        "picture": ("og:image", "twitter:image"),
    }[field]
    for element in root.iter("meta"):
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
        if name in metas:
            said.add(_comparable(field, element.get("content") or ""))
    if field == "headline":
        said = _headlines(root, said)
    return said - {""}


def is_right(field: str, story: PageStory, stated: set[str]) -> bool:
    name = {"headline": "headline", "author": "byline", "date": "published", "picture": "picture_url"}[field]
    return _comparable(field, story.value(name)) in stated


def _headlines(root: etree._Element, said: set[str]) -> set[str]:
    """The headings of level one that are most of the title; else what else the page states.

    Titles are often written for search engines. A heading that is a small part of the title is the name of the site.
    """
    shared = [meta.get("content") or "" for meta in root.iter("meta") if meta.get("property") == "og:title"]
    titles = [*(element.text_content() for element in root.iter("title")), *shared]
    keys = [_comparable("headline", title) for title in titles]
    headings = {_comparable("headline", element.text_content()) for element in root.iter("h1")} - {""}
    repeated = {heading for heading in headings if any(_is_most(heading, key) for key in keys if key)}
    titled = {_comparable("headline", re.split(r"\s[|–—-]\s(?!.*\s[|–—-]\s)", title)[0]) for title in shared}
    only = headings if len(headings) == 1 and not any(heading in key for heading in headings for key in keys) else set()
    return repeated or (said | only | titled) - {""} or headings


def _is_most(heading: str, title: str) -> bool:
    return (heading in title and 2 * len(heading) > len(title)) or title in heading


def _comparable(field: str, value: object) -> str:
    text = value if isinstance(value, str) else ""
    match field:
        case "headline":
            return re.sub(r"\W+", "", text.casefold())
        case "author":
            if "://" in text:
                return ""
            words = re.sub(r"^\s*by\s+", "", text.casefold()).split(",")[0]
            return re.sub(r"[\W_]+", "", re.split(r"\s+(?:and|&)\s+", words)[0])
        case "date":
            return parse_published(text)[:10]
        case _:
            return text.split("://")[-1].split("?")[0].split("#")[0].rsplit("/", 1)[-1]


def _flat(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _flat(item)
    elif isinstance(value, dict) and "rganization" not in str(value.get("@type")):
        yield from _flat(value.get("name") or value.get("url"))


def _article(root: etree._Element) -> dict[str, Any]:
    for element in root.iter("script"):
        if "ld+json" in (element.get("type") or ""):
            try:
                said = json.loads(element.text or "", strict=False)
            except ValueError:
                continue
            for node in said if isinstance(said, list) else said.get("@graph", [said]):
                if isinstance(node, dict) and "Article" in str(node.get("@type")):
                    return node
    return {}
