"""Parse text copied from a web page into headline, byline, paragraphs and an embedded appeal.

All results are guesses for review: each line comes back with its type and the reason, and a person can overrule them.
classify_lines.py guesses the types, and detect_byline.py finds names.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from newsletter.lib.errors import BadInput
from newsletter.mail.text_cleaning import clean_line, repair_windows_1252, visible_text
from newsletter.stories.pasted_text import detect_appeal, detect_byline
from newsletter.stories.pasted_text.classify_lines import Guess, guess_line_types
from newsletter.stories.pasted_text.detect_byline_line import (
    NO_BYLINE,
    Byline,
    parse_bare_byline,
    parse_byline_line,
    strip_byline_lead,
)
from newsletter.stories.pasted_text.detect_credits import parse_credit
from newsletter.stories.pasted_text.detect_datelines import parse_dateline
from newsletter.stories.pasted_text.line_types import APPEAL_PARTS, LineType
from newsletter.stories.pasted_text.measure_lines import Line, measure_line
from newsletter.stories.rich_text import rich_text

__all__ = ["ClassifiedLine", "LineType", "PastedAppeal", "PastedArticle", "parse"]

MAX_CHARS = 200_000  # a longer text is not one article
MAX_LINES = 1_000  # likewise
MOST_SPACED = 0.8  # of the paragraphs
ONE_OF_EACH = {LineType.BYLINE, LineType.DATE}
INVISIBLE = "\u00a0\u00ad\u200b\u2060\ufeff "  # no-break space, soft hyphen, zero-width space, word joiner
WIDTHS = range(40, 101)  # characters; text whose longest line is in this range may be hard-wrapped


@dataclass(frozen=True, slots=True)
class ClassifiedLine:
    """A line of the input, counted from 1, with its type and a short reason."""

    number: int
    text: str
    part: LineType
    reason: str


@dataclass(frozen=True, slots=True)
class PastedAppeal:
    """An appeal found in the text. Lines of `lead` and `closing` are separated by line breaks.

    `after_paragraph` is the story block before it, counted from 1. An appeal above all paragraphs is placed after the
    first, because an appeal never comes first.
    """

    heading: str
    lead: str
    points: tuple[str, ...]
    closing: str
    after_paragraph: int

    def is_among(self, known_lines: Collection[str]) -> bool:
        """Return True if this is a stored appeal: heading and points match, or all lines of one without points.

        Other lines are ignored if there are points, because pages add their own, such as “Donate now”.
        """
        known = detect_appeal.KnownAppealLines(known_lines)
        lines = [self.heading, *self.points]
        if not (self.heading and self.points):
            lines += [*self.lead.splitlines(), *self.closing.splitlines()]
        return all(detect_appeal.comparison_key(line) in known for line in lines if detect_appeal.comparison_key(line))


@dataclass(frozen=True, slots=True)
class PastedArticle:
    """The parts of the article. `lines` lists every line of the input.

    `starts` are the numbers of the first lines of the paragraphs. `other_headlines` are lines that may be the headline,
    the likeliest first.
    """

    headline: str
    paragraphs: tuple[str, ...]
    byline: str
    source_name: str
    appeal: PastedAppeal | None
    published: str  # the date as it is written
    picture_credit: str
    lines: tuple[ClassifiedLine, ...]
    starts: tuple[int, ...] = ()
    other_headlines: tuple[ClassifiedLine, ...] = ()

    def beyond(self, most: int, chosen: Collection[int]) -> set[int]:
        """Return the first lines of the paragraphs after the first `most`, except those that a person chose.

        Consecutive points are one paragraph, as the list that they become.
        """
        left_out, count, was_point = set(), 0, False
        for number, text in zip(self.starts, self.paragraphs, strict=True):
            is_point = bool(detect_appeal.BULLET.match(text))
            count += not (is_point and was_point)
            was_point = is_point
            if count > most and number not in chosen:
                left_out.add(number)
        return left_out

    def teaser(self, most: int, chosen: Collection[int]) -> str:
        """Return the first `most` paragraphs, and those that a person chose, as a story's rich text."""
        left_out = self.beyond(most, chosen)
        pairs = zip(self.starts, self.paragraphs, strict=True)
        return _body(text for number, text in pairs if number not in left_out)

    @property
    def body(self) -> str:
        """Return the paragraphs as a story's rich text; consecutive bulleted ones become a list."""
        return _body(self.paragraphs)


def parse(
    text: str, *, known_lines: Collection[str] = (), overrule: Mapping[int, LineType] | None = None
) -> PastedArticle:
    """Parse `text`.

    `known_lines` are lines of stored appeals, used to recognise copies of them. `overrule` sets the type of a line by
    its number and takes precedence. Raises `BadInput` for a text that is empty or too long, and for an overruled line
    without text.
    """
    if len(text) > MAX_CHARS:
        raise BadInput("text", f"has {len(text):,} characters.", "Paste one article.")
    given = [_strip_invisible(clean_line(line)) for line in repair_windows_1252(text).splitlines()]
    if not any(given):
        raise BadInput("text", "has no text.", "Paste an article that starts with its headline.")
    if sum(map(bool, given)) > MAX_LINES:
        raise BadInput("text", f"has more than {MAX_LINES:,} lines.", "Paste one article.")
    overruled = dict(overrule or {})
    for number in overruled:
        if not 1 <= number <= len(given) or not given[number - 1]:
            raise BadInput("line", f"{number} has no text.", f"Choose a line with text, from 1 to {len(given)}.")

    units = list(_units(given))
    measured = list(_measure(given, units))
    guessed, other_headlines = guess_line_types(
        measured,
        detect_appeal.KnownAppealLines(known_lines),
        has_headline=LineType.HEADLINE in overruled.values(),
        overruled=frozenset(n for n, unit in enumerate(units) if unit[0] in overruled),
    )
    taken = {*overruled.values()} & ONE_OF_EACH
    guessed = [
        Guess(LineType.IGNORED, f"your correction names another {g.part}") if g.part in taken else g for g in guessed
    ]
    guess_of = {number: guess for unit, guess in zip(units, guessed, strict=True) for number in unit}
    lines = [
        ClassifiedLine(number, line, overruled[number], "your correction")
        if number in overruled
        else ClassifiedLine(number, line, *guess_of.get(number, (LineType.BLANK, "no text")))
        for number, line in enumerate(given, start=1)
    ]
    # of a paragraph of several lines only all of them would be a headline
    others = tuple(lines[units[n][0] - 1] for n in other_headlines if len(units[n]) == 1)
    return replace(_assemble(lines, units), other_headlines=others)


def _measure(given: Sequence[str], units: Sequence[Sequence[int]]) -> Iterator[Line]:
    """Yield the measures of each paragraph. Empty lines around all of them are not a sign of anything."""
    above = [unit[0] > 1 and not given[unit[0] - 2] for unit in units]
    below = [unit[-1] < len(given) and not given[unit[-1]] for unit in units]
    has_gaps = sum(above) <= MOST_SPACED * len(units)
    for unit, has_above, has_below in zip(units, above, below, strict=True):
        text = _join(given[number - 1] for number in unit)
        yield measure_line(text, has_gap_above=has_gaps and has_above, has_gap_below=has_gaps and has_below)


def _units(given: Sequence[str]) -> Iterator[list[int]]:
    """Yield the line numbers of each paragraph: usually one line, several in hard-wrapped text.

    The headline is a paragraph of its own.
    """
    continued = _wrapped_lines(given)
    unit: list[int] = []
    is_first = True
    for number, line in enumerate(given, start=1):
        if unit and (is_first or number not in continued):
            yield unit
            unit, is_first = [], False
        if line:
            unit.append(number)
    if unit:
        yield unit


def _wrapped_lines(given: Sequence[str]) -> set[int]:
    """Return the numbers of the lines that continue the line above in hard-wrapped text; otherwise none.

    A line was wrapped if the first word of the next line would not have fitted. Text counts as hard-wrapped only if it
    has blank lines and at least two lines end in mid-sentence.
    """
    width = max(map(len, given))
    if width not in WIDTHS or "" not in given:
        return set()
    continued = {
        number
        for number, (above, line) in enumerate(pairwise(given), start=2)
        if above and line and not detect_appeal.BULLET.match(line) and len(above) + 1 + len(line.split()[0]) > width
    }
    in_mid_sentence = [
        number for number in continued if given[number - 2][-1].isalnum() or given[number - 2][-1] == ","
    ]
    return continued if len(in_mid_sentence) > 1 else set()


def _assemble(lines: Sequence[ClassifiedLine], units: Iterable[Sequence[int]]) -> PastedArticle:
    found: list[tuple[int, LineType, str]] = []  # first line, type, text
    for unit in units:
        for part in dict.fromkeys(lines[n - 1].part for n in unit):
            same_type = [lines[n - 1] for n in unit if lines[n - 1].part == part]
            found.append((same_type[0].number, part, _join(line.text for line in same_type)))

    def of(overruled: LineType, *, before: int | None = None) -> list[str]:
        return [text for number, part, text in found if part == overruled and (before is None or number < before)]

    paragraphs = of(LineType.PARAGRAPH)
    appeal_line = next((number for number, part, _ in found if part in APPEAL_PARTS), None)
    appeal = None
    if appeal_line is not None:
        appeal = PastedAppeal(
            heading=_join(of(LineType.APPEAL_HEADING)),
            lead="\n".join(of(LineType.APPEAL_LEAD)),
            points=tuple(detect_appeal.BULLET.sub("", point, count=1) for point in of(LineType.APPEAL_POINT)),
            closing="\n".join(of(LineType.APPEAL_CLOSING)),
            after_paragraph=max(1, len(rich_text.blocks(_body(of(LineType.PARAGRAPH, before=appeal_line))))),
        )
    author = _author(of(LineType.BYLINE), paragraphs)
    named = of(LineType.CREDIT)
    return PastedArticle(
        headline=_join(of(LineType.HEADLINE)),
        paragraphs=tuple(paragraphs),
        byline=author.name,
        source_name=author.source,
        appeal=appeal,
        published=_join(of(LineType.DATE)),
        picture_credit=(parse_credit(named[0]) or named[0]) if named else "",
        lines=tuple(lines),
        starts=tuple(number for number, part, _ in found if part == LineType.PARAGRAPH),
    )


def _author(signed: Sequence[str], paragraphs: Sequence[str]) -> Byline:
    """Return the byline from its own line, completed from the text."""
    in_text = detect_byline.find_byline(paragraphs)
    if not signed:
        agency = parse_dateline(paragraphs[0]).agency if paragraphs else ""
        return in_text if any(in_text) else Byline("", agency)
    own = parse_byline_line(signed[0])
    if own == NO_BYLINE:
        own = parse_bare_byline(signed[0])
    if own == NO_BYLINE:  # a person marked this line as the byline
        own = Byline(strip_byline_lead(signed[0]), "")
    if own.source or in_text.name != own.name:
        agency = parse_dateline(paragraphs[0]).agency if paragraphs else ""
        return Byline(own.name, own.source or agency)
    return in_text


def _body(paragraphs: Iterable[str]) -> str:
    return rich_text.from_plain("\n".join(paragraphs))


def _strip_invisible(line: str) -> str:
    """Strip invisible characters. A line of only such characters is empty, and none may hide a bullet."""
    return line.strip(INVISIBLE) if visible_text(line) else ""


def _join(texts: Iterable[str]) -> str:
    return " ".join(texts)
