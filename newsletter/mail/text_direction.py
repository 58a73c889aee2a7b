"""The writing direction of languages and texts. Pure."""

import re
import unicodedata
from typing import Literal

from newsletter.lib.locales import locale_of

Direction = Literal["ltr", "rtl"]

# languages without locale data
RIGHT_TO_LEFT = frozenset({"acm", "aeb", "arc", "arz", "glk", "khw", "pnb", "prs"})
RIGHT_TO_LEFT_SCRIPTS = frozenset({"adlm", "arab", "aran", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"})
LEFT_TO_RIGHT_MARK, RIGHT_TO_LEFT_MARK = "\u200e", "\u200f"
ISOLATES = {"ltr": "\u2066", "rtl": "\u2067"}  # characters that begin an isolate of this direction
POP_ISOLATE = "\u2069"
EMBEDDINGS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # characters that begin or end an embedding or isolate


def direction_of(language: str) -> Direction:
    """Return the direction of a language tag as in HTML's `lang` (BCP 47): `ar`, `pt-BR`, `az-Arab`.

    A script in the tag (`uz-Arab`, `ar-Latn`) takes precedence over the language.
    """
    parts = language.lower().replace("_", "-").split("-")
    script = next((part for part in parts[1:] if len(part) == 4 and part.isalpha()), None)
    if script:
        return "rtl" if script in RIGHT_TO_LEFT_SCRIPTS else "ltr"
    locale = locale_of(language)
    return "rtl" if parts[0] in RIGHT_TO_LEFT or (locale and locale.text_direction == "rtl") else "ltr"


def direction_of_text(text: str, default: Direction) -> Direction:
    """Return the direction of `text`: `default`, unless all its letters run the other way.

    An Arabic headline that starts with a Latin name is still right to left; an entirely Latin one is not.
    """
    found = {_strong(character) for character in text} - {None}
    if not found or default in found:
        return default
    return "rtl" if default == "ltr" else "ltr"


def isolate(text: str, around: Direction) -> str:
    """Return `text` for a place inside text of the direction `around`, so that neither reorders the other.

    Unicode's isolate characters (UAX 9) stand around a name in another script and, from right to left, around figures:
    “4 Kiln Lane” would read “Kiln Lane 4”. Other text is returned as it is. Applying it twice changes nothing.
    """
    text = EMBEDDINGS.sub("", text)
    turning = {"R", "AL", "AN"} if around == "ltr" else {"L", "EN", "AN"}
    if turning.isdisjoint(map(unicodedata.bidirectional, text)):
        return text
    return f"{ISOLATES[direction_of_text(text, around)]}{text}{POP_ISOLATE}"


def first_strong_direction(text: str) -> Direction | None:
    """Return the direction of the first letter outside isolates. Email clients show a plain line in that direction."""
    depth = 0
    for character in text:
        depth += (character in ISOLATES.values()) - (character == POP_ISOLATE and depth > 0)
        if not depth and (way := _strong(character)):
            return way
    return None


def _strong(character: str) -> Direction | None:
    match unicodedata.bidirectional(character):
        case "L":
            return "ltr"
        case "R" | "AL":
            return "rtl"
        case _:
            return None
