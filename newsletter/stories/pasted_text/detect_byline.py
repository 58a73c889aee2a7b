"""Find the author and source of an article: "report by NAME for SOURCE" and similar phrases. Pure.

Names are recognised by capital letters in English prose, wherever the names are from. In scripts without capitals this
finds nothing.
"""

import re
from collections.abc import Iterable, Iterator

from newsletter.mail.text_cleaning import visible_text
from newsletter.stories.pasted_text.detect_byline_line import NO_BYLINE, Byline
from newsletter.stories.pasted_text.person_names import (
    LETTERS,
    PUBLISHER_WORDS,
    lower_case,
    name_before,
    read_people,
    read_source,
    split_words,
)

WORKS = "report|reporting|story|article|piece|analysis|dispatch|feature|essay|column|interview|investigation|account"
WRITES = "writes|wrote|argues|explains|chronicles"
TELLS = f"reports|reported|explores|investigates|{WRITES}"
# Before a name, only verbs that do not take a person as object: "the FBI investigates NAME for …" has no author.
WORK_BY = re.compile(rf"\b(?:{WORKS}|written|reported)\s+by\s+|\b(reports|{WRITES})\s+(?={LETTERS})", re.IGNORECASE)
TELLS_FOR = re.compile(rf"\s({TELLS})\s+(for|in)\s+", re.IGNORECASE)
# Characters around "by" or "reports for" that are searched for names. The limit bounds the time for long texts.
MAX_BEFORE, MAX_AFTER = 120, 240


def find_byline(paragraphs: Iterable[str]) -> Byline:
    """Return the first name with a source in `paragraphs`, or `NO_BYLINE`.

    A name alone is not enough: "a visit by Donald Trump" names no author.
    """
    return next((byline for text in paragraphs for byline in _bylines_in(visible_text(text))), NO_BYLINE)


def _bylines_in(text: str) -> Iterator[Byline]:
    for match in WORK_BY.finditer(text):  # report by NAME for SOURCE; writes NAME in SOURCE
        name, rest = read_people(split_words(text[match.end() : match.end() + MAX_AFTER]))
        if name and rest and rest[0] in ("for", "in"):
            source, _ = read_source(rest[1:])
            if source and _is_likely(match[1] or "", rest[0], source):
                yield Byline(name, source)
    for match in TELLS_FOR.finditer(text):  # NAME reports for SOURCE
        name = name_before(split_words(text[max(0, match.start() - MAX_BEFORE) : match.start()]))
        source = read_source(split_words(text[match.end() : match.end() + MAX_AFTER]))[0] if name else ""
        if source and _is_likely(match[1], match[2], source):
            yield Byline(name, source)


def _is_likely(verb: str, preposition: str, source: str) -> bool:
    """Return True if `source` is likely a publisher. After "reports in" it may be a place, so it must look like one."""
    return (
        preposition.lower() == "for"
        or verb.lower() in WRITES.split("|")
        or not PUBLISHER_WORDS.isdisjoint(lower_case(source))
    )
