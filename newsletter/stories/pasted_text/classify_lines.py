"""Guess the type of each line of a copied article, with a reason. Pure. A person can overrule the guess.

Lines that are surely no paragraph by their own words, and appeals, come first. The paragraphs are the runs of lines
with the largest sum of scores. The headline is above them, the byline near both.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from newsletter.stories.pasted_text import detect_appeal, find_headline, page_parts
from newsletter.stories.pasted_text.appeal_phrases import find_languages, phrases_of
from newsletter.stories.pasted_text.detect_byline_line import has_place_or_role, parse_bare_byline, parse_byline_line
from newsletter.stories.pasted_text.line_types import LineType
from newsletter.stories.pasted_text.measure_lines import Line
from newsletter.stories.pasted_text.page_parts import PagePart
from newsletter.stories.pasted_text.page_words import phrases
from newsletter.stories.pasted_text.score_lines import choose_paragraphs

MAX_HEADING_CHARS = 120  # the limit of an appeal's heading
AROUND = 12  # lines around the article in which an appeal, a date or a byline belongs to it
MIN_STANDFIRST, MAX_STANDFIRST = 9, 60  # words
SOME_FREQUENT = 0.15  # of its words occur in nearly every sentence
AUTHOR_WORDS = 45  # of the longest note about the author
SEVERAL = re.compile(r", | (?:and|und|et|en|y|e|&) ")
FROM_HEADLINE = 8  # lines below the headline in which a byline may stand


class Guess(NamedTuple):
    """The detected type of a line, and the reason for it."""

    part: LineType
    reason: str


class Guesses(NamedTuple):
    """One guess per line, and the indexes of other lines that may be the headline, the likeliest first."""

    lines: list[Guess]
    other_headlines: list[int]


def guess_line_types(
    lines: Sequence[Line],
    known: detect_appeal.KnownAppealLines,
    *,
    has_headline: bool = False,
    overruled: frozenset[int] = frozenset(),
) -> Guesses:
    """Guess the type of each line. `has_headline`: a person set it. `overruled` lines are no headline."""
    found = [page_parts.find_page_part(line) for line in lines]
    page_parts.find_sign_up_boxes(lines, found)
    listed = page_parts.find_lists_below_headings(lines, found)
    found = [here or listed.get(n) for n, here in enumerate(found)]
    asks = phrases_of(find_languages(word for line in lines for word in line.words))
    weighed = [detect_appeal.weigh_line(line.text, known, asks) for line in lines]
    spans = list(_appeals(weighed, found))
    asking = frozenset(n for places, _ in spans for n in places)
    marked = [bool(here) or n in asking for n, here in enumerate(found)]
    bylines = _bylines(lines, marked)
    for n in bylines:
        found[n] = PagePart(LineType.BYLINE, "contains only the author's name")
    chosen = choose_paragraphs(lines, [bool(here) or n in asking for n, here in enumerate(found)])
    headlines = find_headline.rank_headlines(
        lines, found, chosen, barred=overruled, asking=asking, listed=frozenset(listed)
    )
    headline = None if has_headline or not headlines else headlines.pop(0)
    guessed = list(_guesses(lines, weighed, found, chosen, headline))
    _set_bylines(guessed, lines, bylines, headline)
    _set_dates(guessed, headline)
    _leave_out_authors(guessed, lines)
    inside = [n for n, guess in enumerate(guessed) if guess.part is LineType.PARAGRAPH]
    reach = range(inside[0] - AROUND, inside[-1] + AROUND + 1) if inside else range(len(lines))
    _set_appeals(guessed, weighed, spans, reach)
    return Guesses(guessed, headlines)


def _appeals(
    weighed: Sequence[detect_appeal.AppealLine], found: Sequence[PagePart | None]
) -> Iterator[tuple[list[int], detect_appeal.AppealSpan]]:
    """Yield the places of each appeal, and its span among the lines that may belong to one."""
    open_ones = [n for n, here in enumerate(found) if here is None or weighed[n].weight]
    for span in detect_appeal.find_appeal_spans([weighed[n] for n in open_ones]):
        yield open_ones[span.start : span.end], span


def _bylines(lines: Sequence[Line], marked: Sequence[bool]) -> list[int]:
    """Return the lines that begin like a byline and are nothing else."""
    return [n for n, line in enumerate(lines) if not marked[n] and not line.prose and any(parse_byline_line(line.text))]


def _guesses(
    lines: Sequence[Line],
    weighed: Sequence[detect_appeal.AppealLine],
    found: Sequence[PagePart | None],
    chosen: Sequence[bool],
    headline: int | None,
) -> Iterator[Guess]:
    first = chosen.index(True) if any(chosen) else len(lines)
    last = len(lines) - 1 - list(reversed(chosen)).index(True) if any(chosen) else len(lines)
    for n in range(len(lines)):
        if n == headline:
            yield Guess(LineType.HEADLINE, "line above the article")
        elif here := found[n]:
            yield Guess(*here)
        elif headline is not None and n < headline:
            yield Guess(LineType.IGNORED, "above the headline")
        elif chosen[n]:
            asks = f", although it contains “{weighed[n].phrase}”" if weighed[n].phrase else ""
            yield Guess(LineType.PARAGRAPH, f"story text{asks}")
        elif headline is not None and n == headline + 1 and _is_standfirst(lines[n]):
            yield Guess(LineType.PARAGRAPH, "standfirst below the headline")
        elif n < first:
            yield Guess(LineType.IGNORED, "above the article")
        elif n > last:
            yield Guess(LineType.IGNORED, "below the article")
        else:
            yield Guess(LineType.IGNORED, "unlike the paragraphs around it")


def _is_standfirst(line: Line) -> bool:
    """Return True if the line below the headline says what the article is about."""
    return MIN_STANDFIRST <= line.size <= MAX_STANDFIRST and line.frequent > SOME_FREQUENT


def _set_bylines(guessed: list[Guess], lines: Sequence[Line], bylines: Sequence[int], headline: int | None) -> None:
    """Keep the byline that is nearest to the headline; look for a bare name if there is none."""
    top = headline or 0
    near = [n for n in bylines if guessed[n].part is LineType.BYLINE]
    best = min(near, key=lambda n: (n < top) * 1000 + abs(n - top), default=None)
    if best is None or best > top + FROM_HEADLINE:
        below = range(top + 1, min(top + FROM_HEADLINE, len(lines)))
        bare = next((n for n in below if _is_bare_byline(n, lines, guessed)), None)
        if bare is not None:
            guessed[bare] = Guess(LineType.BYLINE, "an author's name below the headline")
            best = bare
    for n in near:
        if n != best:
            guessed[n] = Guess(LineType.IGNORED, "byline of another article")


def _leave_out_authors(guessed: list[Guess], lines: Sequence[Line]) -> None:
    """Leave out the name of the author alone, and what the author is, below the article."""
    signed = next((n for n, guess in enumerate(guessed) if guess.part is LineType.BYLINE), None)
    if signed is None:
        return
    author = parse_byline_line(lines[signed].text).name or parse_bare_byline(lines[signed].text).name
    names = [name.casefold() for name in SEVERAL.split(author) if " " in name]
    for n in range(signed + 1, len(lines)):
        text = lines[n].text.casefold()
        name = next((name for name in names if text.startswith(name)), "")
        says_role = lines[n].size <= AUTHOR_WORDS and not phrases.ROLES.isdisjoint(lines[n].words)
        if name and guessed[n].part is LineType.PARAGRAPH and (text.strip(" .:") == name or says_role):
            guessed[n] = Guess(LineType.IGNORED, "about the author")


def _is_bare_byline(n: int, lines: Sequence[Line], guessed: Sequence[Guess]) -> bool:
    if guessed[n].part is LineType.DATE or not any(parse_bare_byline(lines[n].text)):
        return False
    beside_date = any(guessed[k].part is LineType.DATE for k in (n - 1, n + 1) if 0 <= k < len(guessed))
    return beside_date or has_place_or_role(lines[n].text)


def _set_dates(guessed: list[Guess], headline: int | None) -> None:
    """Keep the date that is nearest to the headline; others are left out."""
    top = headline or 0
    dates = [n for n, guess in enumerate(guessed) if guess.part is LineType.DATE]
    best = min((n for n in dates if abs(n - top) <= AROUND), key=lambda n: abs(n - top), default=None)
    for n in dates:
        if n != best:
            guessed[n] = Guess(LineType.IGNORED, guessed[n].reason)


def _set_appeals(
    guessed: list[Guess],
    weighed: Sequence[detect_appeal.AppealLine],
    spans: Sequence[tuple[list[int], detect_appeal.AppealSpan]],
    reach: range,
) -> None:
    """Set the lines of the likeliest appeal in or near the article; other appeals are left out."""
    near = [span for places, span in spans if places[0] in reach]
    best = max(near, key=lambda span: span.weight, default=None)
    for places, span in spans:
        if span is best:
            roles = list(_roles([weighed[n] for n in places], {n - span.start for n in span.repeats}))
        elif best:
            roles = [Guess(LineType.IGNORED, "a second appeal; only one is extracted")] * len(places)
        else:
            roles = [Guess(LineType.IGNORED, "an appeal away from the article")] * len(places)
        for place, role in zip(places, roles, strict=True):
            if guessed[place].part is not LineType.HEADLINE:
                guessed[place] = role


def _roles(block: Sequence[detect_appeal.AppealLine], repeats: set[int]) -> Iterator[Guess]:
    """Yield the type of each line of an appeal: heading, lead, points, closing."""
    points = {n for n, line in enumerate(block) if line.is_point} or _unmarked_points(block, repeats)
    seen: set[str] = set()
    for n, line in enumerate(block):
        why = "line of a stored appeal" if line.is_known else f"appeal phrase: “{line.phrase}”" if line.phrase else ""
        if line.key in seen:
            part = LineType.APPEAL_POINT_REPEATED if n in points else LineType.IGNORED
            yield Guess(part, "duplicate: the page has a mobile and a desktop copy")
        elif n in points:
            yield Guess(LineType.APPEAL_POINT, why or "in the list of the appeal")
        elif n == 0 and len(line.text) <= MAX_HEADING_CHARS:
            yield Guess(LineType.APPEAL_HEADING, why or "heading of the appeal")
        elif (points and n > min(points)) or (not points and 1 < n == len(block) - 1):
            yield Guess(LineType.APPEAL_CLOSING, why or "end of the appeal")
        else:
            yield Guess(LineType.APPEAL_LEAD, why or "inside the appeal")
        seen.add(line.key)


def _unmarked_points(block: Sequence[detect_appeal.AppealLine], repeats: set[int]) -> set[int]:
    """Return the lines of a list that lost its bullets in copying.

    Such a list is recognised because it occurs twice.
    """
    twice = {block[n].key for n in repeats} - {block[0].key}
    return {n for n, line in enumerate(block) if line.key in twice}
