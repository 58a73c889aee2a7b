"""How well articles are read: from copied text, from pasted articles with known fields, and from web pages.

Each kind of input has one function here. `--pages` names a folder with real pages, which are not part of the project:
`copied.json.gz` maps an id to `text` (the page selected whole, copied and pasted) and `want` (the article's text), and
`html/` holds the pages themselves. `--cases` names a folder of JSON files, each a pasted article with the fields that
should be found in it. The project's own cases are always measured.

Text is compared as by the public article extraction benchmark: the words of both texts in groups of four; precision
and recall of each page from the groups they share; the mean of each over the pages, and F1 from the two means.
"""

import gzip
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.table import Line
from newsletter.lib.errors import BadInput
from newsletter.stories.pasted_text import parse_pasted_text

OWN_CASES = Path(__file__).parents[1] / "tests" / "stories" / "pasted_text" / "articles"
GROUP = 4  # words compared as one
WORDS = re.compile(r"\w+")


@dataclass(frozen=True)
class Likeness:
    """How much of what was read belongs to the article (precision), and how much of the article was read (recall)."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def measure(*, pages: Path | None, cases: Path | None) -> Iterator[Line]:
    """Every kind of input, in turn. Kinds without samples are left out."""
    if pages and (pages / "copied.json.gz").exists():
        yield from copied_text(pages)
    for name, folder in (("own", OWN_CASES), ("given", cases)):
        if folder and any(folder.glob("*.json")):
            yield from pasted_cases(name, folder)


def copied_text(folder: Path) -> Iterator[Line]:
    """Pages selected whole, copied and pasted as plain text."""
    with gzip.open(folder / "copied.json.gz", "rt", encoding="utf-8") as file:
        pages: dict[str, dict[str, str]] = json.load(file)
    texts, wanted = [page["text"] for page in pages.values()], [page["want"] for page in pages.values()]
    read, milliseconds = _timed(_read_copied_text, texts)
    likeness = compare(read, wanted)
    yield Line("copied text", "pages", len(pages))
    yield Line("copied text", "F1", likeness.f1, least=0.93, aim=0.96)
    yield Line("copied text", "precision", likeness.precision)
    yield Line("copied text", "recall", likeness.recall)
    yield Line("copied text", "F1 of keeping every line", compare(texts, wanted).f1, note="what reading nothing gives")
    yield Line("copied text", "CPU of a page, median", statistics.median(milliseconds), "ms")
    yield Line("copied text", "CPU of a page, longest", max(milliseconds), "ms")


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


def compare(read: Sequence[str], wanted: Sequence[str]) -> Likeness:
    """Return the mean precision and recall of the texts that were read."""
    precisions, recalls = [], []
    for ours, theirs in zip(map(_groups, read), map(_groups, wanted), strict=True):
        shared = (ours & theirs).total()
        if ours:
            precisions.append(shared / ours.total())
        if theirs:
            recalls.append(shared / theirs.total())
    return Likeness(statistics.fmean(precisions or [0]), statistics.fmean(recalls or [0]))


def _groups(text: str) -> Counter[tuple[str, ...]]:
    words = WORDS.findall(text)
    if 0 < len(words) < GROUP:
        return Counter([tuple(words)])
    return Counter(zip(*(words[start:] for start in range(GROUP)), strict=False))


def _read_copied_text(text: str) -> str:
    try:
        return "\n".join(parse_pasted_text.parse(text).paragraphs)
    except BadInput:
        return ""


def _timed(read: Callable[[str], str], given: Sequence[str]) -> tuple[list[str], list[float]]:
    """Return what was read of each, and the milliseconds of CPU that each took."""
    results, milliseconds = [], []
    for one in given:
        before = time.process_time()
        results.append(read(one))
        milliseconds.append((time.process_time() - before) * 1000)
    return results, milliseconds
