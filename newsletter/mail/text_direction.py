"""Which way a language is written, and which way a piece of text leans. Pure; knows no letters."""

import unicodedata
from typing import Literal

Direction = Literal["ltr", "rtl"]

# ISO 639 codes of languages that are written from right to left unless a script is named.
RIGHT_TO_LEFT = frozenset(
    {"acm", "aeb", "ajp", "apc", "ar", "arc", "ary", "arz", "ckb", "dv", "fa", "glk", "he", "iw", "ji", "khw", "ks"}
    | {"lrc", "mzn", "nqo", "pnb", "prs", "ps", "sd", "syr", "ug", "ur", "yi"}
)
SCRIPTS = frozenset({"adlm", "arab", "aran", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"})
LEFT_TO_RIGHT_MARK, RIGHT_TO_LEFT_MARK = "\u200e", "\u200f"


def direction_of(language: str) -> Direction:
    """The direction of a language tag as in HTML's `lang` (BCP 47): `ar`, `pt-BR`, `az-Arab`.

    A script named in the tag decides (`uz-Arab`, `ar-Latn`); else the language does.
    """
    parts = language.lower().replace("_", "-").split("-")
    script = next((part for part in parts[1:] if len(part) == 4 and part.isalpha()), None)
    if script:
        return "rtl" if script in SCRIPTS else "ltr"
    return "rtl" if parts[0] in RIGHT_TO_LEFT else "ltr"


def direction_of_text(text: str, otherwise: Direction) -> Direction:
    """The direction to set `text` in where `otherwise` is expected.

    That, unless all letters of the text run the other way: an Arabic headline that opens with a
    Latin name is still Arabic, a wholly Latin one is not.
    """
    found = {_strong(character) for character in text} - {None}
    if not found or otherwise in found:
        return otherwise
    return "rtl" if otherwise == "ltr" else "ltr"


def first_strong(text: str) -> Direction | None:
    """The direction of the first letter that has one, by which mail programs set a plain line."""
    return next((way for way in map(_strong, text) if way), None)


def _strong(character: str) -> Direction | None:
    match unicodedata.bidirectional(character):
        case "L":
            return "ltr"
        case "R" | "AL":
            return "rtl"
        case _:
            return None
