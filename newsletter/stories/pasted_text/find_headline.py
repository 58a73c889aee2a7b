"""Find the headline among the lines above the article. Pure.

A headline stands near the first paragraph, often above a date or a byline, has more words than a menu and fewer than a
paragraph, and shares words with the article.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import log2

from newsletter.stories.pasted_text.detect_datelines import parse_dateline
from newsletter.stories.pasted_text.line_types import LineType
from newsletter.stories.pasted_text.measure_lines import Line, is_topic_word, topic_words
from newsletter.stories.pasted_text.page_parts import PagePart

REACH = 60  # lines above the article that are looked at
FEW_LINES = 40  # a text of so few lines was probably copied from its headline on
MIN_WORDS, MAX_WORDS = 3.5, 28.0
SIGNED = (LineType.DATE, LineType.BYLINE)
FULL_STOPS = (".", "。", "।")
DATED = re.compile(r"\d[/.-]\d{1,2}[/.-](?:19|20)?\d\d\b|\d:\d\d\b")
BREADCRUMB = re.compile(r"\s[>»›|/]\s|^\[|\]$|^[\d#]+$")

# Fitted like the weights of score_lines.py, to the titles that the pages name themselves.
WEIGHTS = {
    "shared": 2.0,
    "shared_words": 0.9,
    "between": -0.3,
    "signed_below": 2.0,
    "signed_above": -0.5,
    "first": 1.6,
    "first_of_few": 2.5,
    "short": -1.8,
    "long": -2.3,
    "full_stop": -3.0,
    "opening": -1.0,
    "prose_of_article": -2.5,
    "dateline": -2.0,
    "breadcrumb": -2.0,  # also a date in the line
    "goes_on": -1.2,
    "repeated": 0.1,
    "in_list": -0.2,
    "capitals": -0.6,
    "size": -0.7,
}


def find_headline(
    lines: Sequence[Line],
    found: Sequence[PagePart | None],
    chosen: Sequence[bool],
    *,
    barred: frozenset[int],
    asking: frozenset[int],
    listed: frozenset[int],
) -> int | None:
    """Return the index of the headline.

    `barred` lines are none, because a person set their type. `asking` lines belong to an appeal, and are one only if
    there is no other. `listed` lines are left out only because they stand below the heading of a list.
    """
    start = _start_of_article(lines, chosen)
    reach = range(max(0, start - REACH), min(start + 1, len(lines)))
    possible = [n for n in reach if n not in barred | asking and (found[n] is None or n in listed) and lines[n].words]
    if not possible:  # there is nothing above the article but menus
        free = [n for n in range(len(lines)) if n not in barred]
        with_words = [n for n in free if lines[n].words and n <= start]
        return next(iter([*(n for n in with_words if n not in asking), *with_words, *free]), None)
    measures = measure_candidates(possible, lines, found, chosen, start)
    scores = [sum(weight * value for weight, value in zip(WEIGHTS.values(), row, strict=True)) for row in measures]
    return possible[scores.index(max(scores))]


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
    few = len(lines) <= FEW_LINES
    free_below = list(accumulate((found[n] is None for n in range(start, -1, -1)), initial=0))
    return [
        [
            *_measure_words(lines[n], topic),
            log2(1 + max(0, free_below[start - n] - 1)),
            *_measure_signature(n, found),
            float(n == first),
            float(n == first and few),
            *_measure_form(lines[n]),
            float(n == start and lines[n].prose > 0),
            float(any(parse_dateline(lines[n].text))),
            float(bool(BREADCRUMB.search(lines[n].text) or DATED.search(lines[n].text))),
            float(lines[n].text.endswith((",", ":", "…", "..."))),
            min(2.0, float(repeated[lines[n].key] - 1)),
            float(_is_in_list(n, lines, found)),
            *_measure_size(lines[n]),
        ]
        for n in possible
    ]


def _measure_words(line: Line, topic: Mapping[str, int]) -> tuple[float, float]:
    words = {word for word in line.words if is_topic_word(word)}
    shared = sum(word in topic for word in words)
    return shared / (len(words) + 1), min(4.0, float(shared))


def _measure_signature(n: int, found: Sequence[PagePart | None]) -> tuple[float, float]:
    below, above = found[n + 1 : n + 4], found[max(0, n - 3) : n]
    return (
        float(any(here is not None and here.part in SIGNED for here in below)),
        float(any(here is not None and here.part in SIGNED for here in above)),
    )


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
