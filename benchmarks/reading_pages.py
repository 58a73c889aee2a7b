"""How well web pages are read, and what that costs: `make bench ARGS=pages`. The pages are not part of the project.

A folder holds `copied.json.gz`, which maps an id to the `url` of a page and to `want`, the text of its article, and
`html/ID.html.gz`, the page itself. Half of the pages, by a hash of their ids, may be looked at when the code is
changed; the other half only judges. Both halves are printed, and then the pages whose text was read worst.

Text is compared by text_likeness.py. A teaser is the standfirst and the first paragraphs: it is right if it has the
article's first paragraph and nothing from elsewhere.

Fields are compared with what the page itself states (stated_fields.py). A second measure takes the structured data away
from the reader, and compares with what it states.
"""

import gzip
import hashlib
import json
import re
import resource
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from lxml import html

from benchmarks.stated_fields import is_right, states
from benchmarks.table import Line
from benchmarks.text_likeness import text_likeness
from newsletter.stories.reading.comparable_text import letters_of
from newsletter.stories.reading.page_encoding import decode_page
from newsletter.stories.reading.page_story import PageStory
from newsletter.stories.reading.pasted_html import read_pasted_html
from newsletter.stories.reading.read_in_subprocess import read_in_subprocess
from newsletter.stories.reading.read_page import read_page
from newsletter.stories.reading.reading_limits import BOUNDS, MAX_PAGE_BYTES
from newsletter.stories.rich_text import rich_text

PART = "web pages"
LD = re.compile(rb"<script[^>]*application/ld\+json.*?</script>", re.IGNORECASE | re.DOTALL)
FIELDS = {"headline": 0.99, "author": 0.90, "date": 0.95, "picture": 0.90}  # what must be right
ROUNDS = 5  # of all pages, to see whether memory grows
WORST = 10  # pages that are printed
TEASER = 3  # paragraphs after the standfirst


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
    ids = list(known)
    read = {id_: gzip.decompress((folder / "html" / f"{id_}.html.gz").read_bytes()) for id_ in ids}
    return [Page(id_, known[id_]["url"], known[id_]["want"], read[id_]) for id_ in ids]


def measure(folder: Path | None, *, scale: float = 1.0) -> Iterator[Line]:
    """Accuracy of both halves, then processor time and memory. Without pages one line says so."""
    if not (folder and (folder / "copied.json.gz").is_file()):
        yield Line(PART, "pages", 0, note="give the folder of a corpus: --articles FOLDER")
        return
    pages = pages_in(folder)
    pages = pages[: max(2, round(len(pages) * scale))] if scale < 1 else pages
    stories = {page.id: read_page(decode_page(page.data), url=page.url) for page in pages}
    bare = {page.id: read_page(decode_page(LD.sub(b"", page.data)), url=page.url) for page in pages}
    for half in ("first half", "second half"):
        yield from accuracy(half, [page for page in pages if page.half == half], stories, bare)
    yield from accuracy("all", pages, stories, bare)
    yield from pasted(pages)
    yield from costs(pages)
    print(worst(pages, stories), file=sys.stderr)


def accuracy(
    name: str, pages: Sequence[Page], stories: dict[str, PageStory], bare: dict[str, PageStory]
) -> Iterator[Line]:
    part = f"{PART}, {name}"
    yield Line(part, "pages", len(pages))
    f1, precision, recall = text_likeness([(text_of(stories[page.id]), page.want) for page in pages])
    yield Line(part, "text F1", f1, least=0.965)
    yield Line(part, "text precision", precision, least=0.96)
    yield Line(part, "text recall", recall)
    right = [is_teaser_right(stories[page.id], page.want) for page in pages]
    yield Line(part, "teaser right", share(right), note="standfirst and first paragraphs")
    for field, least in FIELDS.items():
        right = [is_right(field, stories[page.id], stated) for page in pages if (stated := states(page.data, field))]
        yield Line(part, f"{field} right", share(right), least=least, note=f"of {len(right)} that state it")
        alone = [
            is_right(field, bare[page.id], stated)
            for page in pages
            if (stated := states(page.data, field, only_data=True))
        ]
        yield Line(part, f"{field} right without the structured data", share(alone), note=f"of {len(alone)}")


def pasted(pages: Sequence[Page]) -> Iterator[Line]:
    """The same pages as a clipboard has them when all of a page is copied: its elements, and nothing of its head."""
    stories = {page.id: read_pasted_html(copied(page)) for page in pages}
    part = f"{PART}, pasted"
    f1, precision, recall = text_likeness([(text_of(stories[page.id]), page.want) for page in pages])
    yield Line(part, "text F1", f1)
    yield Line(part, "text precision", precision)
    yield Line(part, "text recall", recall)
    right = [is_teaser_right(stories[page.id], page.want) for page in pages]
    yield Line(part, "teaser right", share(right))
    for field in ("headline", "author"):  # copied elements hardly ever hold a date, and pictures in other sizes
        right = [is_right(field, stories[page.id], stated) for page in pages if (stated := states(page.data, field))]
        yield Line(part, f"{field} right", share(right), note=f"of {len(right)} that state it")


def copied(page: Page) -> str:
    root = html.document_fromstring(decode_page(page.data).encode(), parser=html.HTMLParser(encoding="utf-8"))
    for unseen in list(root.iter("script", "style", "noscript", "template", "head", "meta", "link")):
        unseen.drop_tree()
    return str(html.tostring(root, encoding="unicode"))


def worst(pages: Sequence[Page], stories: dict[str, PageStory]) -> str:
    """The pages whose text was read worst, with F1, precision and recall."""
    scored = sorted((*text_likeness([(text_of(stories[page.id]), page.want)]), page.half, page.url) for page in pages)
    return "\n".join("{:.3f} {:.3f} {:.3f} {} {:.100}".format(*row) for row in scored[:WORST])


def is_teaser_right(story: PageStory, wanted: str) -> bool:
    """True if the teaser has the first paragraph of the wanted text, and each of its paragraphs is part of it."""
    given = [letters_of(rich_text.plain(block)) for block in story.paragraphs[:TEASER]]
    dek, headline, whole = letters_of(story.value("dek")), letters_of(story.value("headline")), letters_of(wanted)
    lines = [line for line in map(letters_of, wanted.splitlines()) if line and line not in headline]
    first = lines[0] if lines else ""
    return first[:60] in dek + "".join(given) and all(paragraph in whole for paragraph in given)


def costs(pages: Sequence[Page]) -> Iterator[Line]:
    """Processor time of a page with its process, as a worker spends it; memory over several rounds; a huge page."""
    seconds, peaks = [], []
    for page in pages:
        before = _children()
        read_in_subprocess(page.data, url=page.url)
        seconds.append(_children() - before)
    yield Line(PART, "peak memory of a page's process", _peak(), "MB")
    for _ in range(ROUNDS):
        for page in pages:
            read_page(decode_page(page.data), url=page.url)
        peaks.append(psutil.Process().memory_info().rss)
    seconds.sort()
    yield Line(PART, "CPU of a page with its process, median", seconds[len(seconds) // 2], "s")
    yield Line(PART, "CPU of a page with its process, 95 %", seconds[int(len(seconds) * 0.95)], "s", most=1.0)
    growth = peaks[-1] / peaks[1]
    yield Line(PART, f"memory after {ROUNDS} rounds in one process / after 2", growth, most=1.1)
    before = _children()
    text = (
        "<article><h1>A long day in five parts</h1>"
        + "<p>Rain fell on the town, and the ferry was late again.</p>" * (MAX_PAGE_BYTES // 60)
    )
    read_in_subprocess(text.encode(), url="https://example.org/long")
    # a process that is stopped by the clock is started once more
    yield Line(PART, "CPU of a page of 10 MB", _children() - before, "s", most=2 * BOUNDS.cpu_seconds + 1)
    yield Line(PART, "peak memory of its process", _peak(), "MB", most=BOUNDS.memory_bytes / 1024**2)


def text_of(story: PageStory) -> str:
    return "\n".join(map(rich_text.plain, story.paragraphs))


def share(right: Sequence[bool]) -> float:
    return sum(right) / len(right) if right else 0.0


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
