"""Find the headline among the lines above the article. Pure.

A headline stands near the first paragraph, often above a date or a byline, has more words than a menu and fewer than a
paragraph, and shares words with the article.
"""

from collections.abc import Mapping, Sequence

from newsletter.stories.pasted_text.line_types import LineType
from newsletter.stories.pasted_text.measure_lines import Line, is_topic_word, topic_words
from newsletter.stories.pasted_text.page_parts import PagePart

REACH = 60  # lines above the article that are looked at
FEW_LINES = 40  # a text of so few lines was probably copied from its headline on
MIN_WORDS, MAX_WORDS = 3.5, 28.0
SIGNED = (LineType.DATE, LineType.BYLINE)


def find_headline(
    lines: Sequence[Line], found: Sequence[PagePart | None], chosen: Sequence[bool], *, barred: frozenset[int]
) -> int | None:
    """Return the index of the headline. `barred` lines are none, because a person or an appeal has them."""
    start = _start_of_article(lines, chosen)
    possible = [
        n
        for n in range(max(0, start - REACH), min(start + 1, len(lines)))
        if n not in barred and found[n] is None and lines[n].words
    ]
    if not possible:  # there is nothing above the article but menus
        free = (n for n in range(len(lines)) if n not in barred and lines[n].words and n <= start)
        return next(free, None)
    first = next((n for n, line in enumerate(lines) if n not in barred and line.words and found[n] is None), None)
    topic = topic_words(line for line, is_chosen in zip(lines, chosen, strict=True) if is_chosen and line.prose)
    counts = {n: _score(n, lines, found, topic, start=start, is_first=n == first) for n in possible}
    return max(counts, key=lambda n: (counts[n], -n))


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


def _score(
    n: int,
    lines: Sequence[Line],
    found: Sequence[PagePart | None],
    topic: Mapping[str, int],
    *,
    start: int,
    is_first: bool,
) -> float:
    line = lines[n]
    words = {word for word in line.words if is_topic_word(word)}
    shared = sum(word in topic for word in words) / (len(words) + 1)
    between = sum(1 for k in range(n + 1, start) if found[k] is None)
    followed = any(here is not None and here.part in SIGNED for here in found[n + 1 : n + 4])
    score = 4.0 * shared - 0.2 * min(between, 20)
    score += 1.5 * followed + 0.5 * (line.has_gap_above and line.has_gap_below)
    score += (3.0 if len(lines) <= FEW_LINES else 0.5) * is_first
    score -= 2.5 * (line.size < MIN_WORDS) + 3.0 * (line.size > MAX_WORDS)
    score -= 1.5 * (line.is_sentence and line.text.rstrip().endswith((".", "。", "।")))
    return score - 1.0 * bool(line.opening) - 1.0 * (n == start and line.prose > 0)
