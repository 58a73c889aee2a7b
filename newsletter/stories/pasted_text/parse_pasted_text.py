"""Takes text copied from a web page apart: headline, byline, paragraphs, and a donation block in their midst.

Everything is a guess that is shown: each line comes back with what it was taken for and why, and
a person's word overrules. Guessing is left to classify_lines.py, finding names to detect_byline.py.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from newsletter.lib.errors import BadInput
from newsletter.mail.text_cleaning import clean_line, meant, seen
from newsletter.stories.pasted_text import detect_appeal, detect_byline
from newsletter.stories.pasted_text.classify_lines import guesses
from newsletter.stories.pasted_text.detect_byline import NO_BYLINE, Byline
from newsletter.stories.pasted_text.line_types import APPEAL_PARTS, LineType
from newsletter.stories.rich_text import rich_text

__all__ = ["ClassifiedLine", "LineType", "PastedAppeal", "PastedArticle", "read"]

LONGEST = 200_000  # characters; a longer text is not one article
MOST_LINES = 1_000  # the same
UNSEEN = "\u00a0\u00ad\u200b\u2060\ufeff "  # no-break space, soft hyphen, zero-width space, word joiner
WIDTHS = range(40, 101)  # characters; text whose longest line lies in between may have been broken to a width


@dataclass(frozen=True, slots=True)
class ClassifiedLine:
    """A line of the input, counted from 1, what it was taken for, and why in a few words."""

    number: int
    text: str
    part: LineType
    reason: str


@dataclass(frozen=True, slots=True)
class PastedAppeal:
    """A donation block found in the text. Lines of `lead` and `closing` are parted by line ends.

    `after_paragraph` is the block of the story it stood behind, counted from 1; a block above
    all paragraphs is put behind the first, because an appeal never stands first.
    """

    heading: str
    lead: str
    points: tuple[str, ...]
    closing: str
    after_paragraph: int

    def is_among(self, known_lines: Collection[str]) -> bool:
        """Does it stand among the lines of a stored appeal: heading and points, or all lines of one without points?

        A page adds lines of its own, such as “Donate now”.
        """
        known = detect_appeal.KnownAppealLines(known_lines)
        lines = [self.heading, *self.points]
        if not (self.heading and self.points):
            lines += [*self.lead.splitlines(), *self.closing.splitlines()]
        return all(detect_appeal.comparison_key(line) in known for line in lines if detect_appeal.comparison_key(line))


@dataclass(frozen=True, slots=True)
class PastedArticle:
    """What was found; `lines` accounts for every line of the input."""

    headline: str
    paragraphs: tuple[str, ...]
    byline: str
    source_name: str
    appeal: PastedAppeal | None
    lines: tuple[ClassifiedLine, ...]

    @property
    def body(self) -> str:
        """The paragraphs as a story's rich text; bulleted ones in a row are a list."""
        return _body(self.paragraphs)


def read(
    text: str, *, known_lines: Collection[str] = (), overrule: Mapping[int, LineType] | None = None
) -> PastedArticle:
    """Take `text` apart.

    `known_lines` are lines of stored appeals, by which their copies are recognised; `overrule`
    says what a line is, by its number, and wins. `BadInput` for a text without words, for one too
    long to be an article, and for an overruled line without words.
    """
    if len(text) > LONGEST:
        raise BadInput("text", f"has {len(text):,} characters.", "Paste one article.")
    given = [_edged(clean_line(line)) for line in meant(text).splitlines()]
    if not any(given):
        raise BadInput("text", "has no words in it.", "Paste an article, its headline first.")
    if sum(map(bool, given)) > MOST_LINES:
        raise BadInput("text", f"has more than {MOST_LINES:,} lines.", "Paste one article.")
    wanted = dict(overrule or {})
    for number in wanted:
        if not 1 <= number <= len(given) or not given[number - 1]:
            raise BadInput("line", f"{number} has no words in it.", f"Choose among the lines 1 to {len(given)}.")

    units = list(_units(given))
    headline = None
    if LineType.HEADLINE not in wanted.values():
        headline = next((n for n, unit in enumerate(units) if unit[0] not in wanted), None)
    texts = [_joined(given[n - 1] for n in unit) for unit in units]
    guessed = guesses(texts, headline=headline, known=detect_appeal.KnownAppealLines(known_lines))
    guess_of = {number: guess for unit, guess in zip(units, guessed, strict=True) for number in unit}
    lines = [
        ClassifiedLine(number, line, wanted[number], "as you said")
        if number in wanted
        else ClassifiedLine(number, line, *guess_of.get(number, (LineType.BLANK, "no words")))
        for number, line in enumerate(given, start=1)
    ]
    return _put_together(lines, units)


def _units(given: Sequence[str]) -> Iterator[list[int]]:
    """Numbers of the lines that are one paragraph: mostly one line, several where text was broken to a width.

    The headline stands alone.
    """
    goes_on = _broken(given)
    unit: list[int] = []
    is_first = True
    for number, line in enumerate(given, start=1):
        if unit and (is_first or number not in goes_on):
            yield unit
            unit, is_first = [], False
        if line:
            unit.append(number)
    if unit:
        yield unit


def _broken(given: Sequence[str]) -> set[int]:
    """Numbers of the lines that go on from the line above, in text that was broken to a width; else none.

    A line was broken where the first word of the next one would not have fitted any more. To be
    sure of a width at all, there are blank lines, and at least two lines end in mid-sentence.
    """
    width = max(map(len, given))
    if width not in WIDTHS or "" not in given:
        return set()
    goes_on = {
        number
        for number, (above, line) in enumerate(pairwise(given), start=2)
        if above and line and not detect_appeal.BULLET.match(line) and len(above) + 1 + len(line.split()[0]) > width
    }
    in_mid_sentence = [number for number in goes_on if given[number - 2][-1].isalnum() or given[number - 2][-1] == ","]
    return goes_on if len(in_mid_sentence) > 1 else set()


def _put_together(lines: Sequence[ClassifiedLine], units: Iterable[Sequence[int]]) -> PastedArticle:
    found: list[tuple[int, LineType, str]] = []  # first line, part, words
    for unit in units:
        for part in dict.fromkeys(lines[n - 1].part for n in unit):
            words = [lines[n - 1] for n in unit if lines[n - 1].part == part]
            found.append((words[0].number, part, _joined(line.text for line in words)))

    def of(wanted: LineType, *, before: int | None = None) -> list[str]:
        return [words for number, part, words in found if part == wanted and (before is None or number < before)]

    paragraphs = of(LineType.PARAGRAPH)
    asks = next((number for number, part, _ in found if part in APPEAL_PARTS), None)
    appeal = None
    if asks is not None:
        appeal = PastedAppeal(
            heading=_joined(of(LineType.APPEAL_HEADING)),
            lead="\n".join(of(LineType.APPEAL_LEAD)),
            points=tuple(detect_appeal.BULLET.sub("", point, count=1) for point in of(LineType.APPEAL_POINT)),
            closing="\n".join(of(LineType.APPEAL_CLOSING)),
            after_paragraph=max(1, len(rich_text.blocks(_body(of(LineType.PARAGRAPH, before=asks))))),
        )
    author = _author(of(LineType.BYLINE), paragraphs)
    return PastedArticle(
        _joined(of(LineType.HEADLINE)), tuple(paragraphs), author.name, author.source, appeal, tuple(lines)
    )


def _author(signed: Sequence[str], paragraphs: Sequence[str]) -> Byline:
    """The byline's own line first; what it leaves out may stand in the text."""
    told = detect_byline.find_byline(paragraphs)
    if not signed:
        return told
    own = detect_byline.parse_byline_line(signed[0])
    if own == NO_BYLINE:  # a person said that this line is the byline
        own = Byline(detect_byline.LINE.sub("", signed[0], count=1), "")
    return own if own.source or told.name != own.name else told


def _body(paragraphs: Iterable[str]) -> str:
    return rich_text.from_plain("\n".join(paragraphs))


def _edged(line: str) -> str:
    """Without signs at its ends that are not seen: one of them alone is no line, and none hides a bullet."""
    return line.strip(UNSEEN) if seen(line) else ""


def _joined(texts: Iterable[str]) -> str:
    return " ".join(texts)
