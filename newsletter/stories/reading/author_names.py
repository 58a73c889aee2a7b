"""Clean the names of authors, as pages state them. Pure."""

import re
from collections.abc import Iterable, Iterator

from newsletter.stories.pasted_text.detect_byline_line import strip_byline_lead
from newsletter.stories.pasted_text.page_words import phrases

NAME_PARTICLE = re.compile(r"(?i:von|di)\s+(?:\S+$|[a-zà-ÿ])")  # Von Miller, Di Maio: no “by”
SEPARATOR = re.compile(r"\s*(?:;|\||•|·|\n)\s*|\s+(?:and|und|et|y|&|with)\s+", re.IGNORECASE)
WORDS = re.compile(r"\w+")
COMMA = re.compile(r"\s*[,،]\s*")
NOT_A_NAME = re.compile(r"https?:|www\.|@|\.com\b|[<>{}\\=_]|\d{2,}", re.IGNORECASE)
MORE_ROLES = frozenset({"contributing", "analyst", "director", "bureau", "anchor", "intern"})
SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|ph\.?d|m\.?d|esq)\.?$", re.IGNORECASE)
BRACKETS = re.compile(r"\s*[(\[][^)\]]{0,80}[)\]]?")
EMAIL = re.compile(r"\S+@\S+")
NOBODY = frozenset(
    [
        "admin",
        "administrator",
        "staff",
        "editor",
        "author",
        "authors",
        "unknown",
        "none",
        "null",
        "anonymous",
        "guest",
        "user",
        "undefined",
    ]
)
MAX_NAME, MAX_WORDS = 80, 7
MAX_AUTHORS = 12


def clean_names(stated: Iterable[str], *, source: str = "") -> list[str]:
    """Return the names in `stated`, each once. Roles, addresses and the name of the `source` itself are left out."""
    names: dict[str, str] = {}
    for text in stated:
        for name in _split(EMAIL.sub(" ", text)):
            key = name.casefold()
            if key not in names and key not in NOBODY and not _is_source(key, source) and not _is_account(name):
                names[key] = name
    return list(names.values())[:MAX_AUTHORS]


def join_names(names: list[str], *, is_english: bool) -> str:
    """Return names as a byline: “A, B and C” in English, commas elsewhere."""
    if len(names) < 2 or not is_english:
        return ", ".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _split(text: str) -> Iterator[str]:
    line = _without_by(BRACKETS.sub("", " ".join(text.split())))
    for part in SEPARATOR.split(line):
        pieces = [piece for piece in COMMA.split(part) if piece]
        for place, piece in enumerate(pieces):
            name = _tidy(piece)
            if not name or (place and _is_affiliation(name, pieces)):
                continue
            yield name


def _is_source(name: str, source: str) -> bool:
    own = source.casefold()
    return bool(own) and (name == own or (" " in name and name in own))


def _is_account(name: str) -> bool:
    """Return True for the name of a user account, such as jdadmin: one word of small Latin letters and digits."""
    return " " not in name and name.isascii() and name.islower()


def _is_affiliation(name: str, pieces: list[str]) -> bool:
    """Return True for what follows a name after a comma and is no name: a role, an employer, a place."""
    is_short = len(name.split()) == 1 or name.isupper()
    says_role = not (phrases.ROLES | MORE_ROLES).isdisjoint(WORDS.findall(name.lower()))
    return says_role or bool(SUFFIX.match(name)) or (is_short and len(pieces[0].split()) > 1)


def _tidy(piece: str) -> str:
    name = _without_by(piece).strip(" .,:;-–—|/*\"'“”")
    if not name or len(name) > MAX_NAME or len(name.split()) > MAX_WORDS or NOT_A_NAME.search(name):
        return ""
    if not any(character.isalpha() for character in name):
        return ""
    if name.isupper() and " " in name and name.isascii():
        return " ".join(word.title() if len(word) > 2 else word for word in name.split())
    return name


def _without_by(text: str) -> str:
    return text if NAME_PARTICLE.match(text) else strip_byline_lead(text)
