"""Guess the type of each line of a copied article, with a reason. Pure. A person can overrule the guess."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from newsletter.stories.pasted_text import detect_appeal, detect_byline
from newsletter.stories.pasted_text.line_types import LineType

MAX_HEADING_CHARS = 120  # the limit of an appeal's heading
PAGE_ELEMENTS = {
    "advertisement",
    "advertising",
    "sponsored",
    "share",
    "share this",
    "share this article",
    "print",
    "email",
}
PAGE_ELEMENTS |= {
    "tweet",
    "comments",
    "read more",
    "continue reading",
    "listen",
    "related",
    "related articles",
    "photo",
}


class Guess(NamedTuple):
    """The detected type of a line, and the reason for it."""

    part: LineType
    reason: str


def guess_line_types(
    texts: Sequence[str], *, headline: int | None, known: detect_appeal.KnownAppealLines
) -> list[Guess]:
    """Return one guess per text. `headline` is the index of the presumed headline, if a person did not set it."""
    lines = [detect_appeal.weigh_line(text, known) for text in texts]
    guessed = [_guess_alone(line) for line in lines]
    if headline is not None:
        guessed[headline] = Guess(LineType.HEADLINE, "first line with text")
    signed = (
        n
        for n, text in enumerate(texts)
        if guessed[n].part == LineType.PARAGRAPH and any(detect_byline.parse_byline_line(text))
    )
    if (author := next(signed, None)) is not None:
        guessed[author] = Guess(LineType.BYLINE, "contains only the author's name")

    open_ones = [n for n, guess in enumerate(guessed) if guess.part == LineType.PARAGRAPH]
    spans = detect_appeal.find_appeal_spans([lines[n] for n in open_ones])
    best = max(spans, key=lambda span: span.weight, default=None)
    for span in spans:
        places = open_ones[span.start : span.end]
        if span is best:
            roles = list(_roles([lines[n] for n in places], {n - span.start for n in span.repeats}))
        else:
            roles = [Guess(LineType.IGNORED, "a second appeal; only one is extracted")] * len(places)
        for place, role in zip(places, roles, strict=True):
            guessed[place] = role
    return guessed


def _guess_alone(line: detect_appeal.AppealLine) -> Guess:
    """Guess the type of a line without looking at its neighbours."""
    if line.key in PAGE_ELEMENTS:
        return Guess(LineType.IGNORED, "page element")
    return Guess(
        LineType.PARAGRAPH, f"story text, although it contains “{line.phrase}”" if line.phrase else "story text"
    )


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
