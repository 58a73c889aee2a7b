"""The fixed phrases of an email, a module for each language.

An email in any other language gets the English phrases, marked as English so that screen readers pronounce them
correctly.
"""

from dataclasses import replace

from newsletter.letters.content.translations.arabic import ARABIC
from newsletter.letters.content.translations.english import ENGLISH
from newsletter.letters.content.translations.french import FRENCH
from newsletter.letters.content.translations.german import GERMAN
from newsletter.letters.content.translations.hebrew import HEBREW
from newsletter.letters.content.translations.spanish import SPANISH
from newsletter.letters.content.translations.translation import Translation
from newsletter.lib.locales import locale_of

__all__ = ["TRANSLATIONS", "Translation", "has_translation", "translation_for"]

TRANSLATIONS = {
    translation.language: translation
    for translation in (
        ENGLISH,
        ARABIC,
        HEBREW,
        FRENCH,
        GERMAN,
        SPANISH,
    )
}


def has_translation(language: str) -> bool:
    """Return True when the phrases exist in the language of this tag."""
    return _language_code(language) in TRANSLATIONS


def translation_for(language: str) -> Translation:
    """Return the phrases for a language tag such as `pt-BR`, marked with that tag; English if there are none."""
    found = TRANSLATIONS.get(_language_code(language))
    return replace(found, language=language) if found else ENGLISH


def _language_code(language: str) -> str:
    """Return the code under which `TRANSLATIONS` lists a tag's language: `he` for `iw-IL`."""
    locale = locale_of(language)
    return locale.language if locale else ""
