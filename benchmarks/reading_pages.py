"""How well web pages are read, and what that costs. The pages are not part of the project.

A folder holds `copied.json.gz`, which maps an id to the `url` of a page and to `want`, the text of its article, and
`html/ID.html.gz`, the page itself. Half of the pages, by a hash of their ids, may be looked at when the code is
changed; the other half only judges. Both halves are printed.

Text is compared as in the public article extraction benchmark: the multisets of groups of four words that both texts
have in common; the counts of a page are divided by their sum, so that every page has the same weight.

A field is compared with what the page itself states, gathered here without the code that is measured: a heading of
level one, meta tags, structured data. Pages that state nothing about a field do not count for it. A second measure
takes the structured data away from the reader, and compares with what it states.
"""

import gzip
import hashlib
import json
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree, html

from benchmarks.table import Line, plain
from newsletter.stories.reading.page_encoding import decode_page
from newsletter.stories.reading.page_story import PageStory
from newsletter.stories.reading.read_in_subprocess import read_in_subprocess
from newsletter.stories.reading.read_page import read_page
from newsletter.stories.rich_text import rich_text

WORDS = re.compile(r"\w+")
GROUP = 4  # words compared as one
LD = re.compile(rb"<script[^>]*application/ld\+json.*?</script>", re.IGNORECASE | re.DOTALL)
FIELDS = {"headline": 0.99, "author": 0.90, "date": 0.95, "picture": 0.90}  # what must be right
ROUNDS = 5  # of all pages, to see whether memory grows


@dataclass(frozen=True)
class Page:
    id: str
    url: str
    want: str
    data: bytes

    @property
    def half(self) -> str:
        return ("first half", "second half")[hashlib.sha256(self.id.encode()).digest()[0] % 2]


def pages_in(folder: Path) -> list[Page]:
    with gzip.open(folder / "copied.json.gz", "rt", encoding="utf-8") as file:
        known: dict[str, dict[str, str]] = json.load(file)
    read = {id_: gzip.decompress((folder / "html" / f"{id_}.html.gz").read_bytes()) for id_ in known}
    return [Page(id_, page["url"], page["want"], read[id_]) for id_, page in known.items()]


def measure(folder: Path) -> Iterator[Line]:
    """Accuracy of both halves, then processor time and memory."""
    pages = pages_in(folder)
    stories = {page.id: read_page(decode_page(page.data), url=page.url) for page in pages}
    bare = {page.id: read_page(decode_page(LD.sub(b"", page.data)), url=page.url) for page in pages}
    for half in ("first half", "second half"):
        yield from accuracy(half, [page for page in pages if page.half == half], stories, bare)
    yield from accuracy("all", pages, stories, bare)
    yield from costs(pages)


def accuracy(
    name: str, pages: Sequence[Page], stories: dict[str, PageStory], bare: dict[str, PageStory]
) -> Iterator[Line]:
    part = f"web pages, {name}"
    yield Line(part, "pages", len(pages))
    f1, precision, recall = text_likeness([(text_of(stories[page.id]), page.want) for page in pages])
    yield Line(part, "text F1", f1, least=0.965)
    yield Line(part, "text precision", precision, least=0.96)
    yield Line(part, "text recall", recall)
    for field, least in FIELDS.items():
        right = [is_right(field, stories[page.id], stated) for page in pages if (stated := states(page, field))]
        yield Line(part, f"{field} right", share(right), least=least, note=f"of {len(right)} that state it")
        alone = [
            is_right(field, bare[page.id], stated) for page in pages if (stated := states(page, field, only_data=True))
        ]
        yield Line(part, f"{field} right without the structured data", share(alone), note=f"of {len(alone)}")


def costs(pages: Sequence[Page]) -> Iterator[Line]:
    """Processor time of a page with its process, as a worker spends it, and memory over several rounds."""
    seconds, peaks = [], []
    for page in pages:
        before = _children()
        read_in_subprocess(page.data, url=page.url)
        seconds.append(_children() - before)
    for _ in range(ROUNDS):
        for page in pages:
            read_page(decode_page(page.data), url=page.url)
        peaks.append(_resident())
    seconds.sort()
    yield Line("web pages", "CPU of a page with its process, median", seconds[len(seconds) // 2], "s")
    yield Line("web pages", "CPU of a page with its process, 95 %", seconds[int(len(seconds) * 0.95)], "s", most=1.0)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    yield Line("web pages", "peak memory of a page's process", peak, "MB")
    growth = peaks[-1] / peaks[1]
    yield Line("web pages", "memory after 5 rounds in one process / after 2", growth, most=1.1)


def text_of(story: PageStory) -> str:
    return "\n".join(map(rich_text.plain, story.paragraphs))


def text_likeness(pairs: Sequence[tuple[str, str]]) -> tuple[float, float, float]:
    """F1, precision and recall of texts that were read against those that were wanted."""
    both = more = less = 0.0
    for ours, theirs in ((_groups(read), _groups(wanted)) for read, wanted in pairs):
        shared, total = (ours & theirs).total(), (ours | theirs).total() or 1
        both += shared / total
        more += (ours.total() - shared) / total
        less += (theirs.total() - shared) / total
    precision, recall = both / ((both + more) or 1), both / ((both + less) or 1)
    return 2 * precision * recall / ((precision + recall) or 1), precision, recall


def share(right: Sequence[bool]) -> float:
    return sum(right) / len(right) if right else 0.0


# --- what a page states -------------------------------------------------------------------------


def states(page: Page, field: str, *, only_data: bool = False) -> set[str]:
    """Every value that a page states for a field, comparable; empty if it states none."""
    root = html.document_fromstring(page.data, parser=html.HTMLParser(encoding="utf-8"))
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
            from newsletter.stories.reading.published_date import parse_published

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


def _groups(text: str) -> Counter[tuple[str, ...]]:
    words = WORDS.findall(text)
    if 0 < len(words) < GROUP:
        return Counter([tuple(words)])
    return Counter(zip(*(words[start:] for start in range(GROUP)), strict=False))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident() -> float:
    import psutil

    return float(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    started = time.monotonic()
    print(plain(list(measure(Path(sys.argv[1])))))
    print(f"{time.monotonic() - started:.0f} s")
