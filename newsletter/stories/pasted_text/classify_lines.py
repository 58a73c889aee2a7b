"""What each line of a copied article is most likely to be, and why. Pure; a person may overrule it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from newsletter.stories.pasted_text import detect_appeal, detect_byline
from newsletter.stories.pasted_text.line_types import LineType

HEADING = 120  # characters; what an appeal's heading may hold
FURNITURE = {"advertisement", "advertising", "sponsored", "share", "share this", "share this article", "print", "email"}
FURNITURE |= {"tweet", "comments", "read more", "continue reading", "listen", "related", "related articles", "photo"}


class Guess(NamedTuple):
    part: LineType
    reason: str


def guesses(texts: Sequence[str], *, headline: int | None, known: detect_appeal.KnownAppealLines) -> list[Guess]:
    """One guess for each of `texts`; `headline` is the place of the headline among them, when it is a guess."""
    lines = [detect_appeal.weigh_line(text, known) for text in texts]
    guessed = [_alone(line) for line in lines]
    if headline is not None:
        guessed[headline] = Guess(LineType.HEADLINE, "the first line with words")
    signed = (
        n
        for n, text in enumerate(texts)
        if guessed[n].part == LineType.PARAGRAPH and any(detect_byline.parse_byline_line(text))
    )
    if (author := next(signed, None)) is not None:
        guessed[author] = Guess(LineType.BYLINE, "names the author and nothing else")

    open_ones = [n for n, guess in enumerate(guessed) if guess.part == LineType.PARAGRAPH]
    found = detect_appeal.find_appeal_spans([lines[n] for n in open_ones])
    best = max(found, key=lambda span: span.weight, default=None)
    for span in found:
        places = open_ones[span.start : span.end]
        if span is best:
            roles = list(_roles([lines[n] for n in places], {n - span.start for n in span.repeats}))
        else:
            roles = [Guess(LineType.IGNORED, "a second block that asks; only one is offered")] * len(places)
        for place, role in zip(places, roles, strict=True):
            guessed[place] = role
    return guessed


def _alone(line: detect_appeal.Line) -> Guess:
    """What a line is when nothing around it says otherwise."""
    if line.key in FURNITURE:
        return Guess(LineType.IGNORED, "furniture of the page")
    return Guess(LineType.PARAGRAPH, f"running text, though it says “{line.phrase}”" if line.phrase else "running text")


def _roles(block: Sequence[detect_appeal.Line], repeats: set[int]) -> Iterator[Guess]:
    """The part of each line of an asking block: heading, lead, points, closing."""
    points = {n for n, line in enumerate(block) if line.is_point} or _unmarked_points(block, repeats)
    seen: set[str] = set()
    for n, line in enumerate(block):
        why = "a line of a stored appeal" if line.is_known else f"asks: “{line.phrase}”" if line.phrase else ""
        if line.key in seen:
            part = LineType.APPEAL_POINT_REPEATED if n in points else LineType.IGNORED
            yield Guess(part, "said before: the page holds a copy for phones and one for desktops")
        elif n in points:
            yield Guess(LineType.APPEAL_POINT, why or "in the list of the block that asks")
        elif n == 0 and len(line.text) <= HEADING:
            yield Guess(LineType.APPEAL_HEADING, why or "heads the block that asks")
        elif (points and n > min(points)) or (not points and 1 < n == len(block) - 1):
            yield Guess(LineType.APPEAL_CLOSING, why or "closes the block that asks")
        else:
            yield Guess(LineType.APPEAL_LEAD, why or "inside the block that asks")
        seen.add(line.key)


def _unmarked_points(block: Sequence[detect_appeal.Line], repeats: set[int]) -> set[int]:
    """A list whose bullets were lost in copying is known by standing there twice."""
    twice = {block[n].key for n in repeats} - {block[0].key}
    return {n for n, line in enumerate(block) if line.key in twice}
