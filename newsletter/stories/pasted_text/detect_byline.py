"""Finds who wrote an article and for whom: "report by NAME for SOURCE" and its kin. Pure.

Names are known by their capitals, so this reads English prose with names from anywhere; in
scripts without capitals it finds nothing, and says nothing wrong.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from newsletter.mail.text_cleaning import seen


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


LETTERS = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
WORD = re.compile(rf"(?:[^\W\d_]\.)+|(?:St|Jr|Sr|Dr|Mr|Mrs|Ms)\.|{LETTERS}|&|\d\S*|[^\s\w]")
POSSESSIVE = re.compile(r"['’]s$")
PARTICLES = _words_of("al bin ibn ben bint da de del della den der di do dos du el la le ten ter van von y zu e")
JOINING = _words_of("of the and for & de del la le des du der die di")
# Capitalised before a name or at the start of a sentence, and part of no name.
TITLES = _words_of("correspondent reporter journalist editor columnist analyst writer author professor president")
TITLES |= _words_of("senator minister dr mr mrs ms sir our staff contributor veteran freelance")
OPENERS = _words_of("meanwhile now here today yesterday also and but as in on from this that there when while")
OPENERS |= _words_of("elsewhere finally first then still yet however the a an")
WEEKDAYS = _words_of("monday tuesday wednesday thursday friday saturday sunday")
NO_SOURCE = _words_of("january february march april may june july august september october november december")
NO_SOURCE |= WEEKDAYS | _words_of("arabic hebrew english french german spanish russian chinese last next")
PUBLISHER_WORDS = _words_of("the times post journal news magazine review herald tribune press today weekly line media")

WORKS = "report|reporting|story|article|piece|analysis|dispatch|feature|essay|column|interview|investigation|account"
WRITES = "writes|wrote|argues|explains|chronicles"
TELLS = f"reports|reported|explores|investigates|{WRITES}"
# Turned round, only verbs that take no person as their object: "the FBI investigates NAME for …" names no author.
WORK_BY = re.compile(rf"\b(?:{WORKS}|written|reported)\s+by\s+|\b(reports|{WRITES})\s+(?={LETTERS})", re.IGNORECASE)
TELLS_FOR = re.compile(rf"\s({TELLS})\s+(for|in)\s+", re.IGNORECASE)
LINE = re.compile(r"(?:(?:words|written|story|report|text)\s+)?by[\s:]\s*", re.IGNORECASE)
BESIDE = TITLES | NO_SOURCE | frozenset(",.:|") | _words_of("updated published at am pm min read utc")
PARTING = frozenset(",|•·—–-/(")
# Characters beside "by" or "reports for" in which names are looked for, so that a long text takes no longer for each.
MAX_BEFORE, MAX_AFTER = 120, 240


class Byline(NamedTuple):
    """Either may be empty."""

    name: str
    source: str


NO_BYLINE = Byline("", "")


def parse_byline_line(line: str) -> Byline:
    """Name and source of a line that is a byline and nothing else, such as "By Jane Doe | The Times"."""
    line = seen(line)
    lead = LINE.match(line)
    if not lead or len(line) > 120:
        return NO_BYLINE
    words = _words(line[lead.end() :])
    name, rest = _people(words)
    if not name and words[:1] == ["The"]:  # By The Associated Press
        source, rest = _source(words)
        return Byline("", source) if source and not rest else NO_BYLINE
    if not name:
        return NO_BYLINE
    source = ""
    if rest and (rest[0] in PARTING or rest[0].lower() in ("for", "of")):
        source, rest = _source(rest[1:])
    # a date, a title or a second separator may follow, but no sentence
    goes_on = rest and rest[0] not in PARTING and not all(word.lower() in BESIDE or word[0].isdigit() for word in rest)
    return NO_BYLINE if goes_on else Byline(name, source)


def find_byline(paragraphs: Iterable[str]) -> Byline:
    """The first name told together with its source in `paragraphs`; without one, nobody.

    A name alone is not enough: "a visit by Donald Trump" names no author.
    """
    return next((byline for text in paragraphs for byline in _told(seen(text))), NO_BYLINE)


def _told(text: str) -> Iterator[Byline]:
    for told in WORK_BY.finditer(text):  # report by NAME for SOURCE; writes NAME in SOURCE
        name, rest = _people(_words(text[told.end() : told.end() + MAX_AFTER]))
        if name and rest and rest[0] in ("for", "in"):
            source, _ = _source(rest[1:])
            if source and _is_likely(told[1] or "", rest[0], source):
                yield Byline(name, source)
    for told in TELLS_FOR.finditer(text):  # NAME reports for SOURCE
        name = _name_before(_words(text[max(0, told.start() - MAX_BEFORE) : told.start()]))
        source = _source(_words(text[told.end() : told.end() + MAX_AFTER]))[0] if name else ""
        if source and _is_likely(told[1], told[2], source):
            yield Byline(name, source)


def _is_likely(verb: str, preposition: str, source: str) -> bool:
    """One writes in a paper, but reports in a town: after "in" the name must look like that of a paper."""
    return (
        preposition.lower() == "for"
        or verb.lower() in WRITES.split("|")
        or not PUBLISHER_WORDS.isdisjoint(_lower(source))
    )


def _people(words: list[str]) -> tuple[str, list[str]]:
    """One name, or several of which the last is joined by "and", at the beginning of `words`; and what follows."""
    first, rest = _name(words)
    people, after_people = [first], rest
    names = [first]
    while names[-1] and rest and rest[0] in (",", "and", "&"):
        last = rest[0] != "," or rest[1:2] == ["and"]
        another, rest = _name(rest[2 if rest[:2] == [",", "and"] else 1 :])
        names.append(another)
        if another and last:
            people, after_people = list(names), rest
    return ", ".join(people[:-1]) + (" and " if people[1:] else "") + people[-1], after_people


def _name(words: list[str]) -> tuple[str, list[str]]:
    """A name of two to four capitalised words, particles between them aside; and what follows."""
    while words and words[0].lower().rstrip(".") in TITLES:
        words = words[1:]
    if not words or words[0].lower() in OPENERS | NO_SOURCE:
        return "", words
    end = capitals = 0
    for place, word in enumerate(words):
        if _is_capitalised(word) and not POSSESSIVE.search(word) and word.lower() not in WEEKDAYS and capitals < 4:
            end, capitals = place + 1, capitals + 1
        elif not (end and word.lower() in PARTICLES):
            break
    return (" ".join(words[:end]), words[end:]) if capitals > 1 else ("", words)


def _name_before(words: list[str]) -> str:
    """The name at the end of `words`, without the title or opening word before it."""
    start = len(words)
    while start and (_is_capitalised(words[start - 1]) or words[start - 1].lower() in PARTICLES):
        start -= 1
    own = words[start:]
    while own and (own[0].lower().rstrip(".") in TITLES | OPENERS | NO_SOURCE):
        own = own[1:]
    name, rest = _name(own)
    return "" if rest else name


def _source(words: list[str]) -> tuple[str, list[str]]:
    """The name of a house at the beginning of `words`: capitalised, small joining words within; and what follows."""
    if words[:1] == ["the"]:
        words = words[1:]
    end = 0
    for place, word in enumerate(words[:8]):
        if _is_capitalised(word):
            end = place + 1
            if POSSESSIVE.search(word):
                break
        elif not (end and word in JOINING):
            break
    while end and words[end - 1].lower() in NO_SOURCE | JOINING | {"the"}:
        end -= 1
    return POSSESSIVE.sub("", " ".join(words[:end])), words[end:]


def _words(text: str) -> list[str]:
    return WORD.findall(unicodedata.normalize("NFC", text))


def _lower(source: str) -> set[str]:
    return set(source.lower().split())


def _is_capitalised(word: str) -> bool:
    """Jane, Élodie, O'Neil, al-Shami, J."""
    return any(part[:1].isupper() for part in re.split(r"[-’']", word))
