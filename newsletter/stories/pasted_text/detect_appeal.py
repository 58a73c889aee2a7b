"""Detect an appeal among the lines of a copied article. Pure.

Three signs distinguish an appeal from the story: lines of a stored appeal; a list that occurs twice, because the page
has one copy for phones and one for desktops; and phrases that ask the reader for support. A story about donations has
such phrases too, but in long paragraphs, in reported speech or in quotation marks, which do not count.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from newsletter.mail.text_cleaning import visible_text
from newsletter.stories.pasted_text.appeal_phrases import QUOTED, AppealPhrases
from newsletter.stories.pasted_text.measure_lines import QUOTE_START
from newsletter.stories.pasted_text.page_words.phrases import IDEOGRAPHS

# Characters. Longer paragraphs belong to the story, unless a stored appeal contains them.
PARAGRAPH_CHARS = 220  # the longest line with an appeal phrase, and the longest bulleted one
SHORT_CHARS = 120  # the longest line without a sign, between two that have one
BRIEF_CHARS = 80  # the longest line without a sign, between a heading and the first line that has one
TITLE_CHARS = 60  # the longest heading without a sign
MIN_WEIGHT = 4  # the weight from which lines are an appeal: two plain requests, or one repeated list
BUTTON_WORDS = 6
IDEOGRAPH_CHARS = 2  # more, that an ideograph is worth
MAX_COPY_DISTANCE = 30  # lines between two copies of a list, at most

BULLET = re.compile(r"\s*(?:[-–—*•·▪‣◦●○■✓✔➤►]|\d{1,2}[.)](?=\s))\s*(?=\S)")

TITLE_END = (".", ",", ";", ":", "…")


@dataclass(frozen=True, slots=True)
class AppealLine:
    """One line or joined paragraph of the text, prepared for comparison."""

    text: str  # as displayed
    is_point: bool
    key: str  # letters and digits only
    phrase: str  # the first appeal phrase
    weight: int  # how much it looks like an appeal
    is_known: bool  # a stored appeal contains it
    length: int  # in characters, of which an ideograph is worth several


@dataclass(frozen=True, slots=True)
class AppealSpan:
    """Lines `start` to `end` (exclusive) are an appeal. `repeats` are its lines that repeat an earlier one."""

    start: int
    end: int
    weight: int
    repeats: frozenset[int]


class KnownAppealLines:
    """Lines of stored appeals. A line is known if it equals one, or is a part of one with at least four words."""

    def __init__(self, lines: Collection[str]) -> None:
        self._keys = {comparison_key(line) for line in lines} - {""}

    def __contains__(self, key: str) -> bool:
        padded = f" {key} "
        return key in self._keys or (key.count(" ") > 2 and any(padded in f" {known} " for known in self._keys))


def comparison_key(text: str) -> str:
    """Return `text` without bullet, case and punctuation, so that copies of one line are equal."""
    plain = unicodedata.normalize("NFKC", BULLET.sub("", visible_text(text), count=1)).casefold()
    return " ".join(re.findall(r"\w+", plain))


def weigh_line(text: str, known: KnownAppealLines, phrases: AppealPhrases) -> AppealLine:
    """Return the line with its appeal phrase and weight."""
    text = visible_text(text)
    flat = QUOTED.sub(" ", text.replace("’", "'")).casefold()
    # "donate today" is a button; inside a longer line it may be news about somebody else's campaign
    requests = [r for r in phrases.find_requests(flat) if r.lastgroup != "now" or len(flat.split()) <= BUTTON_WORDS]
    orders = phrases.count_orders(flat)
    is_known = comparison_key(text) in known
    weight = 2 * len({r.lastgroup for r in requests}) + orders
    if is_known:
        weight += MIN_WEIGHT if comparison_key(text).count(" ") > 2 else 2
    phrase = requests[0][0].strip() if requests else ""
    return AppealLine(text, bool(BULLET.match(text)), comparison_key(text), phrase, weight, is_known, _length(text))


def _length(text: str) -> int:
    return len(text) + IDEOGRAPH_CHARS * len(IDEOGRAPHS.findall(text))


def find_appeal_spans(lines: Sequence[AppealLine]) -> list[AppealSpan]:
    """Return all spans of short lines that ask for support, in order and without overlap."""
    twice = _repeated_lines(lines)
    found: list[AppealSpan] = []
    for start, end in _candidate_spans(lines, twice):
        inside = range(start, end)
        repeats = frozenset(n for n in inside if twice.get(n) in inside)
        weight = sum(lines[n].weight for n in inside if n not in repeats)
        weight += 0 if not repeats else MIN_WEIGHT if len(repeats) > 1 else 2
        weight += sum(lines[n].is_point for n in inside) > 1
        is_asked = repeats or any(lines[n].phrase or lines[n].is_known for n in inside)
        if is_asked and weight >= MIN_WEIGHT:
            floor = found[-1].end if found else 0
            found.append(AppealSpan(*_widen(lines, start, end, twice, floor=floor), weight, repeats))
    return found


def _repeated_lines(lines: Sequence[AppealLine]) -> dict[int, int]:
    """Map each line of a second copy to the line that it repeats.

    A repeated bulleted line is a copy. Lines without bullets are copies only if two or more repeat in the same order,
    directly after the first copy.
    """
    copies: dict[int, int] = {}
    last: dict[str, list[int]] = {}
    for n, here in enumerate(lines):
        for first in [p for p in last.get(here.key, []) if n - p <= MAX_COPY_DISTANCE]:
            length = n - first
            if here.is_point and lines[first].is_point and first not in copies:
                copies.setdefault(n, first)
            elif length > 1 and _keys(lines, first, length) == _keys(lines, n, length) and _is_brief(lines[first:n]):
                copies.update({n + k: first + k for k in range(length) if n + k not in copies})
        if here.length <= PARAGRAPH_CHARS and here.key:
            last.setdefault(here.key, []).append(n)
            del last[here.key][:-MAX_COPY_DISTANCE]
    return copies


def _keys(lines: Sequence[AppealLine], start: int, length: int) -> list[str]:
    return [other.key for other in lines[start : start + length]]


def _candidate_spans(lines: Sequence[AppealLine], twice: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Yield spans from a line with a sign to the last one, with no paragraph and at most two other lines between."""
    sure = {n for n, here in enumerate(lines) if here.is_known or (here.phrase and here.length <= PARAGRAPH_CHARS)}
    sure |= twice.keys() | set(twice.values())
    # an imperative alone may belong to the story: it counts only next to another sign
    orders = {n for n, here in enumerate(lines) if n not in sure and here.weight and here.length <= SHORT_CHARS}
    signs = sure | {n for n in orders if {n - 1, n + 1} & (sure | orders)}
    start: int | None = None
    last = unsigned = 0
    for n, here in enumerate(lines):
        if n in signs:
            start, last, unsigned = n if start is None else start, n, 0
            continue
        unsigned += not here.is_point
        if start is not None and (unsigned > 2 or here.length > (PARAGRAPH_CHARS if here.is_point else SHORT_CHARS)):
            yield start, last + 1
            start = None
    if start is not None:
        yield start, last + 1


def _widen(lines: Sequence[AppealLine], start: int, end: int, twice: dict[int, int], *, floor: int) -> tuple[int, int]:
    """Extend a span by adjacent lines that have no sign but belong to the appeal."""
    has_list = sum(here.is_point for here in lines[start:end]) > 1 or any(n in twice for n in range(start, end))
    if lines[start].is_point or not _is_title(lines[start]):
        start = _heading_above(lines, start, floor=max(floor, start - (3 if has_list else 1)))
    if end - 1 in twice:  # nothing below the list has a sign, so neither has the closing line
        reach = min(len(lines), end + 2)
        while end < reach and not lines[end].is_point and _may_close(lines[end]):
            end += 1
    elif lines[end - 1].text.endswith(":"):
        while end < len(lines) and lines[end].is_point and lines[end].length <= PARAGRAPH_CHARS:
            end += 1
    return start, end


def _heading_above(lines: Sequence[AppealLine], start: int, *, floor: int) -> int:
    """Return the index of the title above `start` if only brief lines are between; otherwise `start`."""
    for n in range(start - 1, floor - 1, -1):
        if lines[n].is_point or lines[n].length > BRIEF_CHARS:
            break
        if _is_title(lines[n]):
            return n
    return start


def _may_close(here: AppealLine) -> bool:
    return here.length <= TITLE_CHARS and not QUOTE_START.match(here.text)


def _is_brief(several: Sequence[AppealLine]) -> bool:
    return all(here.length <= SHORT_CHARS for here in several)


def _is_title(here: AppealLine) -> bool:
    return not here.is_point and here.length <= TITLE_CHARS and not here.text.endswith(TITLE_END)
