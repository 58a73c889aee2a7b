"""Read lines that are only a byline: "By Jane Doe | The Times", "Von …, Cottbus", "بقلم: …", "NAME in PLACE". Pure."""

import re
from typing import NamedTuple

from newsletter.mail.text_cleaning import visible_text
from newsletter.stories.pasted_text.agency_names import NAME, is_agency
from newsletter.stories.pasted_text.page_words import phrases
from newsletter.stories.pasted_text.person_names import (
    NO_SOURCE,
    PUBLISHER_WORDS,
    TITLES,
    is_capitalised,
    lower_case,
    read_people,
    read_source,
    split_words,
)

MAX_CHARS = 140
SEPARATORS = frozenset(",|•·—–-/(@;")
# Before the author: a date, or a sign.
BEFORE = re.compile(r"^[^\w\"“«]+")
INNER_BY = re.compile(r"^(?P<date>.{4,50}?)[\s,|•·–-]+(?P<by>by:?\s.+)$", re.IGNORECASE)
AGENCY_AT_END = re.compile(rf"[\s,|/•·(–-]+(?P<agency>{NAME})\)?\s*$")
PLAIN_END = re.compile(r"\s*[,،、，;|•·—–/／(（@\-]\s*|\s+\d|\d{2,}|\s{2,}")
SENTENCE_END = re.compile(r"[.!?…。！？؟।]$")
CASED = re.compile(r"[A-Za-zÀ-ɏΑ-ωА-я]")
MAX_PLAIN_WORDS, MAX_PLAIN_CHARS = 6, 14
MAX_TAIL_WORDS = 9


class Byline(NamedTuple):
    """Author and source. Either may be empty."""

    name: str
    source: str


NO_BYLINE = Byline("", "")


def strip_byline_lead(line: str) -> str:
    """Return the line without what stands before an author's name."""
    line = BEFORE.sub("", visible_text(line))
    lead = phrases.AUTHORS.find(line.casefold())
    return line[len(lead) :].strip(" :：／/|・＝.") if lead else line


def parse_byline_line(line: str) -> Byline:
    """Return name and source of a line that is only a byline, such as "By Jane Doe | The Times"."""
    line = BEFORE.sub("", visible_text(line))
    if len(line) > MAX_CHARS:
        return NO_BYLINE
    lead = phrases.AUTHORS.find(line.casefold())
    if not lead:
        inner = INNER_BY.match(line)
        return parse_byline_line(inner["by"]) if inner and any(map(str.isdigit, inner["date"])) else NO_BYLINE
    rest = line[len(lead) :].strip(" :：／/|・＝")
    if not CASED.search(rest):
        return _read_plain(rest, is_marked=not lead[-1].isalnum() or not rest or line[len(lead)] in ":：／/・＝")
    return _read_cased(rest)


def parse_bare_byline(line: str) -> Byline:
    """Return the name of a line without "by", such as "Jane Doe in Nairobi" or "Jane Doe, Political editor".

    Many other lines look the same, so that the caller has to know that a byline is likely here.
    """
    line = visible_text(line)
    if len(line) > MAX_CHARS or SENTENCE_END.search(line) or ":" in line:
        return NO_BYLINE
    agency = AGENCY_AT_END.search(line)
    name, rest = read_people(split_words(line[: agency.start()] if agency else line))
    if not name:
        return NO_BYLINE
    if agency:
        return NO_BYLINE if rest else Byline(name, agency["agency"])
    in_place = rest[:1] == ["in"] and len(rest) <= 5 and all(map(is_capitalised, rest[1:2]))
    with_role = bool(rest) and not phrases.ROLES.isdisjoint(word.lower() for word in [*rest, *name.split()[2:]])
    name_alone = not rest and len(name.split()) <= 7
    if in_place or (with_role and len(rest) <= 6):
        return Byline(_without_role(name), "")
    return Byline(_without_role(name), "") if name_alone else NO_BYLINE


def has_place_or_role(line: str) -> bool:
    """Return True if a line without "by" says more than a name, so that it is surely a byline."""
    _, rest = read_people(split_words(visible_text(line)))
    return bool(rest)


def _read_cased(text: str) -> Byline:
    agency = AGENCY_AT_END.search(text)
    words = split_words(text[: agency.start()] if agency else text)
    name, rest = read_people(words)
    if not name:
        if is_agency(text):
            return Byline("", text)
        if words[:1] == ["The"]:  # By The Associated Press
            source, rest = read_source(words)
            return Byline("", source) if source and not rest else NO_BYLINE
        return NO_BYLINE
    source = agency["agency"] if agency else ""
    if rest and not source:
        source, rest = _read_publisher(rest)
    if rest and not _may_follow(rest):
        return NO_BYLINE
    return Byline(_without_role(name), source)


def _read_publisher(rest: list[str]) -> tuple[str, list[str]]:
    """Return the publisher after the name; a place or a role is none."""
    mark = rest[0].lower()
    if mark not in SEPARATORS and mark not in ("for", "of", "für", "para", "pour", "per", "voor"):
        return "", rest
    source, after = read_source(rest[1:])
    words = lower_case(source)
    is_publisher = mark not in SEPARATORS or is_agency(source) or not PUBLISHER_WORDS.isdisjoint(words)
    if not source or words & phrases.ROLES or words & TITLES:
        return "", rest
    return (source, after) if is_publisher or (mark == "|" and not words & phrases.TIME_WORDS) else ("", rest)


def _may_follow(rest: list[str]) -> bool:
    """Return True for a date, a role or a place after the name, and for no sentence."""
    if rest[0] in SEPARATORS:
        return len(rest) <= 2 * MAX_TAIL_WORDS
    fitting = phrases.TIME_WORDS | phrases.ROLES | TITLES | NO_SOURCE | frozenset(",.:|")
    return all(word.lower().rstrip(".") in fitting or word[0].isdigit() or word in SEPARATORS for word in rest) or (
        rest[0] == "in" and len(rest) <= 4 and is_capitalised(rest[-1])
    )


def _without_role(name: str) -> str:
    """Return the name without words for the author's work at its end: "Jane Doe Staff Writer"."""
    words = name.split()
    while len(words) > 2 and words[-1].lower() in phrases.ROLES | TITLES | phrases.TIME_WORDS:
        words.pop()
    return " ".join(words)


def _read_plain(text: str, *, is_marked: bool) -> Byline:
    """Read a name in a script without capitals."""
    end = PLAIN_END.search(text)
    name = (text[: end.start()] if end else text).strip(" .:：")
    for role in ("记者", "記者", "編集委員", "論説委員", "特派員", "报道", "報導", "報道"):
        name = name.removesuffix(role).strip()
    is_short = len(name) <= MAX_PLAIN_CHARS if phrases.IDEOGRAPHS.search(name) else len(name) <= 50
    fits = name and is_short and len(name.split()) <= MAX_PLAIN_WORDS and not SENTENCE_END.search(text)
    # without a colon, two to four words are a name and more are a sentence
    return Byline(name, "") if fits and (is_marked or len(name.split()) <= 4) else NO_BYLINE
