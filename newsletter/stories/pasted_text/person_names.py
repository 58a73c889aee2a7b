"""Read names of people and publishers at the start of a list of words. Pure.

Names are recognised by capital letters, wherever the names are from. In scripts without capitals this finds nothing.
"""

import re
import unicodedata


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
AND = ("and", "&", "und", "et", "en")
PUBLISHER_WORDS = _word_set("the times post journal news magazine review herald tribune press today weekly line media")
PUBLISHER_WORDS |= _word_set("telegraph guardian observer tribune gazette chronicle zeitung")


def read_people(words: list[str]) -> tuple[str, list[str]]:
    """Return one name, or several with "and" before the last, from the start of `words`, and the remaining words."""
    first, rest = read_name(words)
    people, after_people = [first], rest
    names = [first]
    joiner = "and"
    while names[-1] and rest and rest[0] in (",", *AND):
        after_comma = rest[1:] if rest[0] == "," else rest
        word = after_comma[0] if after_comma and after_comma[0] in AND else ""
        another, rest = read_name(after_comma[1:] if word else after_comma)
        names.append(another)
        if another and word:
            people, after_people, joiner = list(names), rest, "and" if word == "&" else word
    joined = f" {joiner} " if people[1:] else ""
    return ", ".join(people[:-1]) + joined + people[-1], after_people


def read_name(words: list[str]) -> tuple[str, list[str]]:
    """Return a name of two to four capitalised words, not counting particles, and the remaining words."""
    while words and words[0].lower().rstrip(".") in TITLES:
        words = words[1:]
    if not words or words[0].lower() in OPENERS | NO_SOURCE:
        return "", words
    end = capitals = 0
    for place, word in enumerate(words):
        if end and word.lower() in ("y", "e"):  # Juan Pérez y Ana López
            capitals = min(capitals, 2)
        if is_capitalised(word) and not POSSESSIVE.search(word) and word.lower() not in WEEKDAYS and capitals < 4:
            end, capitals = place + 1, capitals + 1
        elif not (end and word.lower() in PARTICLES):
            break
    return (" ".join(words[:end]), words[end:]) if capitals > 1 else ("", words)


def name_before(words: list[str]) -> str:
    """Return the name at the end of `words`, without a title or opening word before it."""
    start = len(words)
    while start and (is_capitalised(words[start - 1]) or words[start - 1].lower() in PARTICLES):
        start -= 1
    own = words[start:]
    while own and (own[0].lower().rstrip(".") in TITLES | OPENERS | NO_SOURCE):
        own = own[1:]
    name, rest = read_name(own)
    return "" if rest else name


def read_source(words: list[str]) -> tuple[str, list[str]]:
    """Return the publisher at the start of `words` (capitalised, with lower-case joining words) and the rest."""
    if words[:1] == ["the"]:
        words = words[1:]
    end = 0
    for place, word in enumerate(words[:8]):
        if is_capitalised(word):
            end = place + 1
            if POSSESSIVE.search(word):
                break
        elif not (end and word in JOINING):
            break
    while end and words[end - 1].lower() in NO_SOURCE | JOINING | {"the"}:
        end -= 1
    return POSSESSIVE.sub("", " ".join(words[:end])), words[end:]


def split_words(text: str) -> list[str]:
    """Return the words and signs of `text`, in composed characters."""
    return WORD.findall(unicodedata.normalize("NFC", text))


def lower_case(source: str) -> set[str]:
    """Return the words of a publisher's name in lower case."""
    return set(source.lower().split())


def is_capitalised(word: str) -> bool:
    """Return True for Jane, Élodie, O'Neil, al-Shami, J."""
    return any(part[:1].isupper() for part in re.split(r"[-’']", word))
