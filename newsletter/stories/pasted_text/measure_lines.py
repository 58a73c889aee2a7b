"""Measure the lines of a copied page: numbers that tell sentences of an article from menus, lists and buttons. Pure.

Nothing here knows a site. Words come from page_words, one module per language.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log2

from newsletter.stories.pasted_text.detect_dates import is_date_line
from newsletter.stories.pasted_text.page_words import phrases

LETTER = r"(?:[^\W_]|[\u0591-\u05c7\u064b-\u0652\u0900-\u0963\u0970-\u097f])"  # also signs above and below letters
WORD = re.compile(rf"{LETTER}+(?:['’.-]{LETTER}+)*")
MAX_MEASURED = 2_000  # characters of a line that are looked at; what follows changes no measure
MAX_SENTENCE_END = 20  # characters
IDEOGRAPHS_PER_WORD = 1.7
SENTENCE_END = re.compile(r"[.!?…。！？؟।॥．｡](?:[\"'”’»)\]」』）]|\s)*$")
INNER_END = re.compile(r"[.!?؟।](?=[\"'”’»)]?\s)|[。！？]")
COMMAS = re.compile(r"[,;،؛、，；]")
QUOTE_START = re.compile(r"[\"“„«‘「『״]")
ADDRESS = re.compile(r"https?://|www\.|\S@\S+\.\w|(?:^|\s)@\w")
SIGNS = re.compile(r"[|»›→▸▶•©®™\[\]{}<>=#*/\\~^]")
BULLET = re.compile(r"\s*(?:[-–—*•·▪‣◦●○■✓✔✗➤►→»›+#]|\d{1,3}(?:[.)]|$))")
REACHES = 3, 8  # lines above and below that are the surroundings
MAX_HEADING_WORDS, BRIEF_WORDS = 9, 14
COMMENTS = re.compile(
    r"^\W*(?:\d+\W*)?(?:(?:top rated |view |leave a |post a |all )?comments?|kommentare?|comentarios?|comentários?"
    r"|commentaires?|commenti|reacties|תגובות|(?:ال)?تعليقات|टिप्पणि\S+|评论|評論|留言|コメント)\b.{0,20}$",
    re.IGNORECASE,
)
MIN_PROSE_ABOVE = 100  # words above a heading of comments: buttons at the top of an article have the same name
LIST_LINES = 8  # below a heading such as "Related articles"
MIN_TOPIC_CHARS = 4

NAMES = (
    "one",
    "size",
    "size_squared",
    "sentence",
    "sentence_size",
    "inner_ends",
    "commas",
    "colon_end",
    "ellipsis_end",
    "frequent",
    "frequent_size",
    "capitals",
    "digits",
    "opening_brief",
    "opening_long",
    "afterwards",
    "date",
    "credit",
    "quote",
    "address",
    "signs",
    "bullet",
    "repeated",
    "gap_both",
    "gap_none",
    "page_prose",
    "page_lines",
    "page_lines_unended",
    "prose_1_above",
    "prose_1_below",
    "prose_3",
    "prose_8",
    "place_early",
    "place_late",
    "below_marker",
    "after_marker",
    "below_comments",
    "topic",
    "topic_size",
)


@dataclass(frozen=True, slots=True)
class Line:
    """What is measured of one line alone."""

    text: str
    key: str  # words only, in lower case
    words: tuple[str, ...]
    size: float  # in words, also in scripts without spaces between words
    frequent: float  # share of words that nearly every sentence has
    is_sentence: bool
    is_label: bool  # a button or a menu of a page
    opening: str  # how it begins, if lines of a page begin so
    is_sign_up: bool  # a line of a box in which readers sign up for an email
    afterwards: str  # it is a heading of what follows an article
    is_date: bool
    is_credit: bool
    has_gap_above: bool
    has_gap_below: bool

    @property
    def prose(self) -> float:
        """How much running text this is, in words."""
        return min(self.size, 60.0) if self.is_sentence and self.size > 5 and self.frequent > 0.12 else 0.0


def measure_line(text: str, *, has_gap_above: bool, has_gap_below: bool) -> Line:
    """Measure one line. Of a very long one, the start and the end are enough."""
    is_sentence = bool(SENTENCE_END.search(text[-MAX_SENTENCE_END:]))
    if len(text) > MAX_MEASURED:
        text = text[:MAX_MEASURED].rpartition(" ")[0] or text[:MAX_MEASURED]
    lower = text.casefold().replace("’", "'").strip()
    words = tuple(WORD.findall(lower))
    key = " ".join(words)
    size, frequent = float(len(words)), float(sum(word in phrases.FREQUENT for word in words))
    if ideographs := phrases.IDEOGRAPHS.findall(text):
        latin = sum(1 for word in words if not phrases.IDEOGRAPHS.search(word))
        size = latin + len(ideographs) / IDEOGRAPHS_PER_WORD
        frequent += sum(character in phrases.FREQUENT_CHARACTERS for character in ideographs)
    # "No." is an answer in an interview, "No" is a button
    is_label = (key in phrases.LABELS or lower in phrases.LABELS) and not text.endswith((".", "?", "。", "।"))
    return Line(
        text=text,
        key=key,
        words=words,
        size=size,
        frequent=frequent / size if size else 0.0,
        is_sentence=is_sentence,
        is_label=is_label,
        opening=lower if is_label else phrases.OPENINGS.find(lower) or phrases.SIGN_UPS.find(lower),
        is_sign_up=bool(phrases.SIGN_UPS.find(lower)),
        afterwards=phrases.AFTERWARDS.find(lower) if size <= MAX_HEADING_WORDS and not is_sentence else "",
        is_date=is_date_line(text),
        is_credit=bool(phrases.CREDITS.find(lower)),
        has_gap_above=has_gap_above,
        has_gap_below=has_gap_below,
    )


def measure_lines(lines: Sequence[Line], topic: Mapping[str, int] | None = None) -> list[list[float]]:
    """Return the measures of each line, in the order of `NAMES`. `topic` counts the words of the presumed article."""
    repeated = Counter(line.key for line in lines)
    around = list(_measure_surroundings(lines))
    return [
        [*_measure_alone(line), float(repeated[line.key] > 1), *surroundings, *_measure_topic(line, topic)]
        for line, surroundings in zip(lines, around, strict=True)
    ]


def _measure_alone(line: Line) -> Iterator[float]:
    size, sentence = log2(1 + line.size), float(line.is_sentence)
    is_brief = line.size <= BRIEF_WORDS
    initials = [word[0] for word in line.text.split() if word[0].isalpha()]
    yield from (1.0, size, size * size / 8, sentence, sentence * size)
    yield min(3.0, float(len(INNER_END.findall(line.text))))
    yield min(4.0, float(len(COMMAS.findall(line.text))))
    yield float(line.text.endswith((":", "：")))
    yield float(line.text.endswith(("...", "…")))
    yield from (line.frequent, line.frequent * size)
    yield sum(map(str.isupper, initials)) / len(initials) if initials else 0.0
    yield sum(map(str.isdigit, line.text)) / (len(line.text) or 1)
    yield float(bool(line.opening) and is_brief)
    yield float(bool(line.opening) and not is_brief)
    yield float(bool(line.afterwards))
    yield float(line.is_date)
    yield float(line.is_credit and is_brief)
    yield float(bool(QUOTE_START.match(line.text)))
    yield float(bool(ADDRESS.search(line.text)))
    yield min(3.0, float(len(SIGNS.findall(line.text))))
    yield float(bool(BULLET.match(line.text)))


def _measure_surroundings(lines: Sequence[Line]) -> Iterator[list[float]]:
    count = len(lines)
    prose = [line.prose for line in lines]
    sums = list(accumulate(prose, initial=0.0))
    page_prose = sums[-1] / (sum(line.size for line in lines) or 1.0)
    page_lines = min(8.0, log2(1 + count))
    is_commented = False
    below: int | None = None  # lines since the last heading of what follows an article
    for n, line in enumerate(lines):
        if line.afterwards:
            below = 0
        is_commented |= line.size <= MAX_HEADING_WORDS and sums[n] > MIN_PROSE_ABOVE and bool(COMMENTS.match(line.text))
        near, far = (
            log2(1 + sums[min(count, n + reach + 1)] - sums[max(0, n - reach)] - prose[n]) for reach in REACHES
        )
        yield [
            float(line.has_gap_above and line.has_gap_below),
            float(not line.has_gap_above and not line.has_gap_below),
            page_prose,
            page_lines,
            page_lines * (not line.is_sentence),
            log2(1 + prose[n - 1]) if n else 0.0,
            log2(1 + prose[n + 1]) if n + 1 < count else 0.0,
            near,
            far,
            float(n < 3),
            n / count,
            float(below is not None and 0 < below <= LIST_LINES),
            float(below is not None),
            float(is_commented),
        ]
        below = None if below is None else below + 1


def _measure_topic(line: Line, topic: Mapping[str, int] | None) -> tuple[float, float]:
    if topic is None:
        return 0.0, 0.0
    words = {word for word in line.words if is_topic_word(word)}
    own = 1 if line.prose else 0  # the line itself was probably counted
    share = (sum(topic.get(word, 0) > own for word in words) + 0.5) / (len(words) + 1)
    return share, share * log2(1 + line.size)


def topic_words(lines: Iterable[Line]) -> Counter[str]:
    """Count in how many of the lines each word occurs that says what a text is about."""
    return Counter(word for line in lines for word in set(line.words) if is_topic_word(word))


def is_topic_word(word: str) -> bool:
    """Return True for a word that is not in nearly every sentence."""
    return len(word) >= MIN_TOPIC_CHARS and word not in phrases.FREQUENT
