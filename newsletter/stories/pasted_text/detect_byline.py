"""Find the author and source of an article: "report by NAME for SOURCE" and similar phrases. Pure.

Names are recognised by capital letters in English prose, wherever the names are from. In scripts without capitals this
finds nothing.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from newsletter.mail.text_cleaning import visible_text


def _word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


LETTERS = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
WORD = re.compile(rf"(?:[^\W\d_]\.)+|(?:St|Jr|Sr|Dr|Mr|Mrs|Ms)\.|{LETTERS}|&|\d\S*|[^\s\w]")
POSSESSIVE = re.compile(r"['’]s$")
PARTICLES = _word_set("al bin ibn ben bint da de del della den der di do dos du el la le ten ter van von y zu e")
JOINING = _word_set("of the and for & de del la le des du der die di")
# Capitalised before a name or at the start of a sentence, but not part of the name.
TITLES = _word_set("correspondent reporter journalist editor columnist analyst writer author professor president")
TITLES |= _word_set("senator minister dr mr mrs ms sir our staff contributor veteran freelance")
OPENERS = _word_set("meanwhile now here today yesterday also and but as in on from this that there when while")
OPENERS |= _word_set("elsewhere finally first then still yet however the a an")
WEEKDAYS = _word_set("monday tuesday wednesday thursday friday saturday sunday")
NO_SOURCE = _word_set("january february march april may june july august september october november december")
NO_SOURCE |= WEEKDAYS | _word_set("arabic hebrew english french german spanish russian chinese last next")
PUBLISHER_WORDS = _word_set("the times post journal news magazine review herald tribune press today weekly line media")

WORKS = "report|reporting|story|article|piece|analysis|dispatch|feature|essay|column|interview|investigation|account"
WRITES = "writes|wrote|argues|explains|chronicles"
TELLS = f"reports|reported|explores|investigates|{WRITES}"
# Before a name, only verbs that do not take a person as object: "the FBI investigates NAME for …" has no author.
WORK_BY = re.compile(rf"\b(?:{WORKS}|written|reported)\s+by\s+|\b(reports|{WRITES})\s+(?={LETTERS})", re.IGNORECASE)
TELLS_FOR = re.compile(rf"\s({TELLS})\s+(for|in)\s+", re.IGNORECASE)
LINE = re.compile(r"(?:(?:words|written|story|report|text)\s+)?by[\s:]\s*", re.IGNORECASE)
AFTER_BYLINE = TITLES | NO_SOURCE | frozenset(",.:|") | _word_set("updated published at am pm min read utc")
SEPARATORS = frozenset(",|•·—–-/(")
# Characters around "by" or "reports for" that are searched for names. The limit bounds the time for long texts.
MAX_BEFORE, MAX_AFTER = 120, 240


class Byline(NamedTuple):
    """Author and source. Either may be empty."""

    name: str
    source: str


NO_BYLINE = Byline("", "")


def parse_byline_line(line: str) -> Byline:
    """Return name and source of a line that is only a byline, such as "By Jane Doe | The Times"."""
    line = visible_text(line)
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
    if rest and (rest[0] in SEPARATORS or rest[0].lower() in ("for", "of")):
        source, rest = _source(rest[1:])
    # a date, a title or another separator may follow, but not a sentence
    goes_on = (
        rest
        and rest[0] not in SEPARATORS
        and not all(word.lower() in AFTER_BYLINE or word[0].isdigit() for word in rest)
    )
    return NO_BYLINE if goes_on else Byline(name, source)


def find_byline(paragraphs: Iterable[str]) -> Byline:
    """Return the first name with a source in `paragraphs`, or `NO_BYLINE`.

    A name alone is not enough: "a visit by Donald Trump" names no author.
    """
    return next((byline for text in paragraphs for byline in _bylines_in(visible_text(text))), NO_BYLINE)


def _bylines_in(text: str) -> Iterator[Byline]:
    for match in WORK_BY.finditer(text):  # report by NAME for SOURCE; writes NAME in SOURCE
        name, rest = _people(_words(text[match.end() : match.end() + MAX_AFTER]))
        if name and rest and rest[0] in ("for", "in"):
            source, _ = _source(rest[1:])
            if source and _is_likely(match[1] or "", rest[0], source):
                yield Byline(name, source)
    for match in TELLS_FOR.finditer(text):  # NAME reports for SOURCE
        name = _name_before(_words(text[max(0, match.start() - MAX_BEFORE) : match.start()]))
        source = _source(_words(text[match.end() : match.end() + MAX_AFTER]))[0] if name else ""
        if source and _is_likely(match[1], match[2], source):
            yield Byline(name, source)


def _is_likely(verb: str, preposition: str, source: str) -> bool:
    """Return True if `source` is likely a publisher. After "reports in" it may be a place, so it must look like one."""
    return (
        preposition.lower() == "for"
        or verb.lower() in WRITES.split("|")
        or not PUBLISHER_WORDS.isdisjoint(_lower(source))
    )


def _people(words: list[str]) -> tuple[str, list[str]]:
    """Return one name, or several with "and" before the last, from the start of `words`, and the remaining words."""
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
    """Return a name of two to four capitalised words, not counting particles, and the remaining words."""
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
    """Return the name at the end of `words`, without a title or opening word before it."""
    start = len(words)
    while start and (_is_capitalised(words[start - 1]) or words[start - 1].lower() in PARTICLES):
        start -= 1
    own = words[start:]
    while own and (own[0].lower().rstrip(".") in TITLES | OPENERS | NO_SOURCE):
        own = own[1:]
    name, rest = _name(own)
    return "" if rest else name


def _source(words: list[str]) -> tuple[str, list[str]]:
    """Return the publisher at the start of `words` (capitalised, with lower-case joining words) and the rest."""
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
    """Return True for Jane, Élodie, O'Neil, al-Shami, J."""
    return any(part[:1].isupper() for part in re.split(r"[-’']", word))
