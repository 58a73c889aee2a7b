"""Find the article in a page's structured data (JSON-LD with the vocabulary of schema.org). Pure."""

import json
import re
from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]

NEWS = "AnalysisNewsArticle AskPublicNewsArticle BackgroundNewsArticle OpinionNewsArticle ReportageNewsArticle"
ARTICLES = (
    frozenset(f"NewsArticle ReviewNewsArticle LiveBlogPosting {NEWS}".split()),
    frozenset(["Article", "BlogPosting", "Report", "SatiricalArticle", "AdvertiserContentArticle", "TechArticle"])
    | frozenset(["ScholarlyArticle", "MedicalScholarlyArticle", "SocialMediaPosting", "DiscussionForumPosting"]),
    frozenset(["WebPage", "MedicalWebPage", "ItemPage"]),
)
NESTED = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item", "hasPart")
MAX_NODES = 5_000  # of one page
MAX_DEPTH = 6
TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|\]\]>|;)\s*$"
)


class StructuredData:
    """All nodes of a page's JSON-LD."""

    def __init__(self, scripts: Iterator[str]) -> None:
        self.nodes: list[Node] = []
        for script in scripts:
            self.nodes.extend(_nodes(_parse(script)))
            if len(self.nodes) > MAX_NODES:
                del self.nodes[MAX_NODES:]
                break
        self._by_id = {
            node["@id"]: node for node in reversed(self.nodes) if isinstance(node.get("@id"), str) and len(node) > 1
        }

    def article(self, urls: frozenset[str]) -> Node:
        """Return the node of the article itself; empty if there is none.

        Pages also describe other articles: a node that names one of `urls`, the addresses of the page, precedes.
        """
        for types in ARTICLES:
            found = [node for node in self.nodes if not types.isdisjoint(types_of(node))]
            found = [node for node in found if node.get("headline") or node.get("author") or node.get("datePublished")]
            own = [node for node in found if not urls.isdisjoint(_addresses(node))]
            if own or len(found) == 1 or (found and types is not ARTICLES[-1] and not any(map(_addresses, found))):
                return (own or found)[0]
            if found:
                return next((node for node in found if node.get("articleBody")), found[0])
        return {}

    def resolved(self, value: object) -> object:
        """Return the node that `value` refers to by its id, or `value` itself."""
        if isinstance(value, dict) and isinstance(value.get("@id"), str) and not value.keys() - {"@id", "@type"}:
            return self._by_id.get(value["@id"], value)
        return value

    def listed(self, value: object) -> list[object]:
        """Return the resolved items of a value that may be one item or a list."""
        return [self.resolved(item) for item in (value if isinstance(value, list) else [value]) if item]


def types_of(node: Node) -> set[str]:
    """Return the types of a node without their vocabulary."""
    given = node.get("@type")
    names = given if isinstance(given, list) else [given]
    return {name.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1] for name in names if isinstance(name, str)}


def _addresses(node: Node) -> set[str]:
    main = node.get("mainEntityOfPage")
    named = (node.get("url"), node.get("@id"), main.get("@id") if isinstance(main, dict) else main)
    return {comparable(url) for url in named if isinstance(url, str)}


def comparable(url: str) -> str:
    """Return an address without scheme, fragment and final slash, for comparisons inside a page."""
    return url.split("#", maxsplit=1)[0].rsplit("://", maxsplit=1)[-1].removeprefix("www.").rstrip("/")


def _parse(script: str) -> object:
    text = WRAPPING.sub("", WRAPPING.sub("", script)).strip()
    for attempt in (text, TRAILING_COMMA.sub("", text)):
        try:
            return json.loads(attempt, strict=False)  # many pages have line breaks in strings
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(value: object, depth: int = 0) -> Iterator[Node]:
    if isinstance(value, list) and depth < MAX_DEPTH:
        for item in value:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict) and depth < MAX_DEPTH:
        yield value
        for name in NESTED:
            if isinstance(value.get(name), list | dict):
                yield from _nodes(value[name], depth + 1)
