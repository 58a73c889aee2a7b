"""How well articles are read: from copied text, from pasted articles with known fields, and from web pages.

Each kind of input has one function here. `--articles` names a folder of real pages, which are no part of the project:
`copied.json.gz` maps an id to `text` (the page selected whole, copied and pasted) and `want` (the article's text), and
`html/` holds the pages themselves. `--cases` names a folder of JSON files, each a pasted article with the fields that
should be found in it. The project's own cases are always measured.

Text is compared by text_likeness.py.
"""

import gzip
import hashlib
import html
import json
import re
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.table import Line
from benchmarks.text_likeness import text_likeness
from newsletter.lib.errors import BadInput
from newsletter.stories.pasted_text import parse_pasted_text
from newsletter.stories.pasted_text.parse_pasted_text import PastedArticle

OWN_CASES = Path(__file__).parents[1] / "tests" / "stories" / "pasted_text" / "articles"
WORDS = re.compile(r"\w+")
META = re.compile(r"<meta\b[^>]*>")
TITLE_NAME = re.compile(r"""(?:property|name)=["'](?:og|twitter):title["']""")
CONTENT = re.compile(r"""content=(["'])(.*?)\1""", re.DOTALL)
H1 = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")
Read = TypeVar("Read")


def measure(*, articles: Path | None, cases: Path | None) -> Iterator[Line]:
    """Every kind of input, in turn. Kinds without samples are left out."""
    if articles and (articles / "copied.json.gz").exists():
        yield from copied_text(articles)
    for name, folder in (("own", OWN_CASES), ("given", cases)):
        if folder and any(folder.glob("*.json")):
            yield from pasted_cases(name, folder)


def copied_text(folder: Path) -> Iterator[Line]:
    """Pages selected whole, copied and pasted as plain text.

    A hash of the page's id decides whether the weights of the reader were fitted to it.
    """
    with gzip.open(folder / "copied.json.gz", "rt", encoding="utf-8") as file:
        pages: dict[str, dict[str, str]] = json.load(file)
    articles, milliseconds = _timed(_read_copied_text, [page["text"] for page in pages.values()])
    read = dict(zip(pages, articles, strict=True))
    yield Line("copied text", "pages", len(pages))
    for name, ids in (
        ("all", list(pages)),
        ("fitted half", [key for key in pages if is_fitted(key)]),
        ("other half", [key for key in pages if not is_fitted(key)]),
    ):
        found = ["\n".join(article.paragraphs) if (article := read[key]) else "" for key in ids]
        likeness = text_likeness(zip(found, (pages[key]["want"] for key in ids), strict=True))
        yield Line("copied text", f"F1, {name}", likeness.f1, least=0.93, aim=0.96)
        yield Line("copied text", f"precision, {name}", likeness.precision)
        yield Line("copied text", f"recall, {name}", likeness.recall)
        titles = {key: titles for key in ids if (titles := _titles(folder, key, pages[key]["text"]))}
        right = sum((article := read[key]) is not None and _plain(article.headline) in titles[key] for key in titles)
        if titles:
            yield Line("copied text", f"headline right, {name}", right / len(titles), note=f"of {len(titles)}")
    everything = text_likeness((page["text"], page["want"]) for page in pages.values())
    yield Line("copied text", "F1 of keeping every line", everything.f1, note="what reading nothing gives")
    yield Line("copied text", "CPU of a page, median", statistics.median(milliseconds), "ms")
    yield Line("copied text", "CPU of a page, longest", max(milliseconds), "ms")


def is_fitted(key: str) -> bool:
    """Return True if the weights were fitted to the page, False if the page is only measured."""
    return hashlib.sha256(b"half:" + key.encode()).digest()[0] % 2 == 0


def _titles(folder: Path, key: str, text: str) -> set[str]:
    """Return the titles that the page itself names, as far as its copied text has them."""
    file = folder / "html" / f"{key}.html.gz"
    if not file.exists():
        return set()
    page = gzip.decompress(file.read_bytes()).decode(errors="replace")
    named = [tag for tag in META.findall(page) if TITLE_NAME.search(tag)]
    titles = [content[2] for tag in named if (content := CONTENT.search(tag))] + H1.findall(page)
    lines = {_plain(line) for line in text.splitlines()} - {""}
    plain = {_plain(TAG.sub("", title)) for title in titles} - {""}
    # many pages add their name to the title
    return lines & (plain | {line for line in lines for title in plain if len(line) > 20 and title.startswith(line)})


def _plain(text: str) -> str:
    return " ".join(WORDS.findall(html.unescape(text).casefold()))


def pasted_cases(name: str, folder: Path) -> Iterator[Line]:
    """Pasted articles with fields that should be found: headline, byline, appeal, paragraphs, lines left out."""
    held = [right for file in sorted(folder.glob("*.json")) for _, right in check_fields(json.loads(file.read_text()))]
    yield Line("pasted cases", f"fields right, {name} cases", sum(held) / len(held), least=0.95, note=f"of {len(held)}")


def check_fields(case: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield the name of each field that the case has, and whether it was found as it should be."""
    found = parse_pasted_text.parse(case["text"])
    yield "headline", found.headline == case["headline"]
    yield "byline", found.byline == case["byline"]
    yield "source", found.source_name in case["source"]
    yield "appeal heading", (found.appeal.heading if found.appeal else None) == case["appeal_heading"]
    for line in case["not_in_the_story"]:
        yield f"left out: {line}", not any(line in paragraph for paragraph in (*found.paragraphs, found.headline))
    for start in case["paragraphs_begin_with"]:
        yield f"paragraph: {start}", any(paragraph.startswith(start) for paragraph in found.paragraphs)


def _read_copied_text(text: str) -> PastedArticle | None:
    try:
        return parse_pasted_text.parse(text)
    except BadInput:
        return None


def _timed(read: Callable[[str], Read], given: Sequence[str]) -> tuple[list[Read], list[float]]:
    """Return what was read of each, and the milliseconds of CPU that each took."""
    results, milliseconds = [], []
    for one in given:
        before = time.process_time()
        results.append(read(one))
        milliseconds.append((time.process_time() - before) * 1000)
    return results, milliseconds
