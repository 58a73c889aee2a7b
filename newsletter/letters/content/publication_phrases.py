"""The fixed phrases of a publication's emails: those of its language, with the newsroom's own in place of some."""

from collections.abc import Mapping
from dataclasses import fields, replace
from string import Formatter
from typing import Any

from newsletter.letters.content.translations import Translation, has_translation, translation_for
from newsletter.letters.content.translations.english import ENGLISH
from newsletter.lib.errors import BadInput
from newsletter.lib.locales import locale_of
from newsletter.mail.text_cleaning import clean_line
from newsletter.publications.models import Publication

NOT_PHRASES = ("sign_up", "archive", "language", "marks", "colon", "full_stop", "checked")
PAIRS = ("greeting", "thanks")  # phrases of two parts, which have names of their own here
OPTIONAL_VALUES = frozenset({"publication", "source"})  # a phrase makes sense without them
MAX_CHARACTERS = 300
FIELD = "phrase"


def words_for(publication: Publication, language: str = "") -> Translation:
    """Return the phrases for an email of `publication`, or for a story of it in another `language`.

    Phrases of the newsroom stand in the publication's language only. One that has set all of them needs no translation.
    """
    language = language or publication.language
    words = translation_for(language)
    if not publication.phrases or not _same_language(language, publication.language):
        return words
    if not has_translation(language) and phrases_of(words).keys() <= publication.phrases.keys():
        words = replace(words, language=language)
    return _with_phrases(words, publication.phrases)


def phrases_of(words: Translation) -> dict[str, str]:
    """Return all phrases that a newsroom may change, by name; values are in braces: “Give {amount}”."""
    found = {
        field.name: getattr(words, field.name)
        for field in fields(Translation)
        if field.name not in (*NOT_PHRASES, *PAIRS)
    }
    before, after = words.greeting
    heading, lead = words.thanks
    return {"greeting": f"{before}{{name}}{after}", **found, "thanks_heading": heading, "thanks_lead": lead}


def validate_phrase(name: str, text: str) -> str:
    """Return `text`, cleaned, as the phrase of this name. Raises `BadInput`."""
    defaults = phrases_of(ENGLISH)
    if name not in defaults:
        raise BadInput(FIELD, f"{name!r} is none of the phrases.", "See: newsletter publications phrases show")
    cleaned = clean_line(text)
    if not cleaned or len(cleaned) > MAX_CHARACTERS:
        raise BadInput(FIELD, f"{name} is empty or longer than {MAX_CHARACTERS} characters.", "Write a short phrase.")
    known = sorted(_values(defaults[name]))
    hint = f"Use these values: {', '.join(f'{{{value}}}' for value in known)}." if known else "Use no braces."
    try:
        given = _values(cleaned)
    except ValueError:
        raise BadInput(FIELD, f"{name} has a brace that is not closed.", hint) from None
    if not set(given) <= set(known) or not set(known) - OPTIONAL_VALUES <= set(given) or given.count("name") > 1:
        raise BadInput(FIELD, f"{name} does not have the values of this phrase.", hint)
    return cleaned


def _values(phrase: str) -> list[str]:
    """Return the names in braces. One with more than a name in it, such as `{a.b}` or `{a!r}`, is returned whole."""
    return [
        name + ("!" if conversion else "") + (":" if form else "")
        for _, name, form, conversion in Formatter().parse(phrase)
        if name is not None
    ]


def _with_phrases(words: Translation, own: Mapping[str, str]) -> Translation:
    changes: dict[str, Any] = {name: text for name, text in own.items() if name in phrases_of(words)}
    if greeting := changes.pop("greeting", ""):
        before, _, after = greeting.partition("{name}")
        changes["greeting"] = (before, after)
    heading, lead = words.thanks
    changes["thanks"] = (changes.pop("thanks_heading", heading), changes.pop("thanks_lead", lead))
    return replace(words, **changes)


def _same_language(one: str, other: str) -> bool:
    first, second = locale_of(one), locale_of(other)
    return one == other or bool(first and second and first.language == second.language)
