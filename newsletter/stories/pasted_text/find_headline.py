"""Find the headline among the lines above the article. Pure.

A headline stands near the first paragraph, often above a date or a byline, has more words than a menu and fewer than a
paragraph, and shares words with the article.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate
from math import log2

from newsletter.stories.pasted_text.detect_datelines import parse_dateline
from newsletter.stories.pasted_text.line_types import LineType
from newsletter.stories.pasted_text.measure_lines import Line, is_topic_word, topic_words
from newsletter.stories.pasted_text.page_parts import PagePart

REACH = 120  # lines above the article that are looked at
OTHERS, MOST_BEHIND = 3, 5.0  # further lines that may be the headline, and how far their score is below the best
NEAR = 12  # lines; dates of several titles so near each other are those of a list
FEW_LINES = 40  # a text of so few lines was probably copied from its headline on
MIN_WORDS, MAX_WORDS = 3.5, 28.0
MIN_STANDFIRST = 8  # words
SIGNED = (LineType.DATE, LineType.BYLINE)
FULL_STOPS = (".", "。", "।")
ADDRESS_LINE = re.compile(r"https?://\S+$")
ADDRESS_WORD = re.compile(r"[^\W_]+")
MOST_NAMED = 0.6  # of the words of a headline, in the address of its page
DATED = re.compile(r"\d[/.-]\d{1,2}[/.-](?:19|20)?\d\d\b|\d:\d\d\b")
BREADCRUMB = re.compile(r"\s[>»›|/]\s|^\[|\]$|^[\d#]+$")

# Fitted like the weights of score_lines.py, to the titles that the pages name themselves.
WEIGHTS = {
    "shared": 2.4,
    "shared_words": 1.05,
    "between": -0.4,
    "signed_below": 2.0,
    "signed_above": -0.75,
    "byline_below": 1.2,
    "dated_list": -1.6,
    "shared_below": 0.12,
    "standfirst_below": 0.2,
    "shared_above": -0.2,
    "in_address": 2.3,  # not fitted: few pages print their own address
    "first": 1.3,
    "first_of_few": 2.3,
    "short": -1.6,
    "long": -3.0,
    "full_stop": -3.6,
    "opening": -1.0,
    "prose_of_article": -2.9,
    "dateline": -2.0,
    "breadcrumb": -1.5,  # also a date in the line, or the text of another line after its own
    "goes_on": -1.6,
    "repeated": -0.4,
    "repeated_shared": 0.25,
    "in_list": 0.0,
    "capitals": -0.4,
    "size": -0.6,
}


def rank_headlines(
    lines: Sequence[Line],
    found: Sequence[PagePart | None],
    chosen: Sequence[bool],
    *,
    barred: frozenset[int],
    asking: frozenset[int],
    listed: frozenset[int],
) -> list[int]:
    """Return the indexes of the likeliest headlines, each text once. Paragraphs are not among those after the first.

    `barred` lines are none, because a person set their type. `asking` lines belong to an appeal, and are one only if
    there is no other. `listed` lines are left out only because they stand below the heading of a list.
    """
    start = _start_of_article(lines, chosen)
    reach = range(max(0, start - REACH), min(start + 1, len(lines)))
    possible = [n for n in reach if n not in barred | asking and (found[n] is None or n in listed) and lines[n].words]
    if not possible:  # there is nothing above the article but menus
        free = [n for n in range(len(lines)) if n not in barred]
        with_words = [n for n in free if lines[n].words and n <= start]
        return [*(n for n in with_words if n not in asking), *with_words, *free][:1]
    measures = measure_candidates(possible, lines, found, chosen, start)
    scores = [sum(weight * value for weight, value in zip(WEIGHTS.values(), row, strict=True)) for row in measures]
    ranked = sorted(zip(scores, possible, strict=True), key=lambda pair: (-pair[0], pair[1]))
    best, first = ranked[0]
    first_of_text = {lines[first].key: first}
    for score, n in ranked[1:]:
        if score >= best - MOST_BEHIND and not (chosen[n] and lines[n].prose):
            first_of_text.setdefault(lines[n].key, n)
    return list(first_of_text.values())[: 1 + OTHERS]


def measure_candidates(
    possible: Sequence[int],
    lines: Sequence[Line],
    found: Sequence[PagePart | None],
    chosen: Sequence[bool],
    start: int,
) -> list[list[float]]:
    """Return the measures of each possible headline, in the order of `WEIGHTS`."""
    topic = topic_words(line for line, is_chosen in zip(lines, chosen, strict=True) if is_chosen and line.prose)
    first = next((n for n, line in enumerate(lines) if line.words and found[n] is None), 0)
    repeated = Counter(line.key for line in lines)
    addresses = [
        set(ADDRESS_WORD.findall(line.text.casefold())) for line in lines[: start + 1] if ADDRESS_LINE.match(line.text)
    ]
    texts = {lines[n].text for n in possible if lines[n].size >= MIN_WORDS}
    few = len(lines) <= FEW_LINES
    free_below = list(accumulate((found[n] is None for n in range(start, -1, -1)), initial=0))
    return [
        [
            *_measure_words(lines[n], topic),
            log2(1 + max(0, free_below[start - n] - 1)),
            *_measure_signature(n, found),
            *_measure_below(n, lines, found, topic),
            min(4.0, _shared(lines[n - 1], topic)) if n and lines[n - 1].key != lines[n].key else 0.0,
            float(any(_names(address, lines[n]) for address in addresses)),
            float(n == first),
            float(n == first and few),
            *_measure_form(lines[n]),
            float(n == start and lines[n].prose > 0),
            float(any(parse_dateline(lines[n].text))),
            float(
                bool(BREADCRUMB.search(lines[n].text) or DATED.search(lines[n].text))
                or any(lines[n].text.endswith(text) and lines[n].text != text for text in texts)
            ),
            float(lines[n].text.endswith((",", ":", "…", "..."))),
            min(2.0, float(repeated[lines[n].key] - 1)),
            min(2.0, float(repeated[lines[n].key] - 1)) * min(4.0, _shared(lines[n], topic)),
            float(_is_in_list(n, lines, found)),
            *_measure_size(lines[n]),
        ]
        for n in possible
    ]


def _shared(line: Line, topic: Mapping[str, int]) -> float:
    return float(sum(word in topic for word in {word for word in line.words if is_topic_word(word)}))


def _names(address: Collection[str], line: Line) -> bool:
    """Return True if the words of an address are those of a headline."""
    words = {word for word in ADDRESS_WORD.findall(line.key) if is_topic_word(word)}
    return len(words) > 1 and sum(word in address for word in words) >= MOST_NAMED * len(words)


def _measure_words(line: Line, topic: Mapping[str, int]) -> tuple[float, float]:
    words = {word for word in line.words if is_topic_word(word)}
    shared = _shared(line, topic)
    return shared / (len(words) + 1), min(4.0, shared)


def _measure_signature(n: int, found: Sequence[PagePart | None]) -> tuple[float, float, float, float]:
    below, above = found[n + 1 : n + 4], found[max(0, n - 3) : n]
    dates = sum(_is_part(here, LineType.DATE) for here in found[max(0, n - NEAR) : n + NEAR])
    return (
        float(any(_is_part(here, *SIGNED) for here in below)),
        float(any(_is_part(here, *SIGNED) for here in above)),
        float(any(_is_part(here, LineType.BYLINE) for here in below)),
        float(max(0, min(4, dates - 2))),
    )


def _is_part(here: PagePart | None, *parts: LineType) -> bool:
    return here is not None and here.part in parts


def _measure_below(
    n: int, lines: Sequence[Line], found: Sequence[PagePart | None], topic: Mapping[str, int]
) -> tuple[float, float]:
    """Measure the next line that is not of the page: a standfirst shares words with the article too."""
    k = next((k for k in range(n + 1, min(n + 6, len(lines))) if found[k] is None), None)
    if k is None:
        return 0.0, 0.0
    return min(4.0, _shared(lines[k], topic)), float(k == n + 1 and lines[k].size > MIN_STANDFIRST)


def _measure_form(line: Line) -> tuple[float, float, float, float]:
    return (
        float(line.size < MIN_WORDS),
        float(line.size > MAX_WORDS),
        float(line.text.endswith(FULL_STOPS)),
        float(bool(line.opening)),
    )


def _measure_size(line: Line) -> tuple[float, float]:
    initials = [word[0] for word in line.text.split() if word[0].isalpha()]
    return sum(map(str.isupper, initials)) / len(initials) if initials else 0.0, min(12.0, line.size) / 12


def _is_in_list(n: int, lines: Sequence[Line], found: Sequence[PagePart | None]) -> bool:
    """Return True if the line stands between two others like it, as in a menu or a list of titles."""
    above, below = lines[n - 1] if n else None, lines[n + 1] if n + 1 < len(lines) else None
    return not (lines[n].has_gap_above or lines[n].has_gap_below) and any(
        other is not None and found[k] is None and not other.is_sentence
        for k, other in ((n - 1, above), (n + 1, below))
    )


def _start_of_article(lines: Sequence[Line], chosen: Sequence[bool]) -> int:
    """Return the index of the first paragraph of the longest part of the article."""
    best = start = 0
    amount = highest = 0.0
    missed = 0
    for n, is_chosen in enumerate(chosen):
        if is_chosen:
            if missed > REACH or not amount:
                amount, start = 0.0, n
            missed = 0
            amount += 1 + lines[n].prose
        else:
            missed += 1
        if amount > highest:
            highest, best = amount, start
    return next((n for n in range(best, len(lines)) if chosen[n] and lines[n].prose), best)
