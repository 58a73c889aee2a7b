"""The fixed phrases of an email, a module for each language.

An email in any other language gets the English phrases, marked as English so that screen readers pronounce them
correctly.
"""

from dataclasses import replace

from newsletter.letters.content.translations.arabic import ARABIC
from newsletter.letters.content.translations.chinese_simplified import CHINESE_SIMPLIFIED
from newsletter.letters.content.translations.chinese_traditional import CHINESE_TRADITIONAL
from newsletter.letters.content.translations.dutch import DUTCH
from newsletter.letters.content.translations.english import ENGLISH
from newsletter.letters.content.translations.french import FRENCH
from newsletter.letters.content.translations.german import GERMAN
from newsletter.letters.content.translations.hebrew import HEBREW
from newsletter.letters.content.translations.hindi import HINDI
from newsletter.letters.content.translations.italian import ITALIAN
from newsletter.letters.content.translations.japanese import JAPANESE
from newsletter.letters.content.translations.polish import POLISH
from newsletter.letters.content.translations.portuguese import PORTUGUESE
from newsletter.letters.content.translations.russian import RUSSIAN
from newsletter.letters.content.translations.spanish import SPANISH
from newsletter.letters.content.translations.translation import Translation
from newsletter.letters.content.translations.turkish import TURKISH
from newsletter.letters.content.translations.ukrainian import UKRAINIAN
from newsletter.lib.locales import locale_of

__all__ = ["TRANSLATIONS", "Translation", "has_translation", "translation_for"]

TRADITIONAL = ("TW", "HK", "MO")  # where Chinese is written in traditional characters
TRANSLATIONS = {
    translation.language: translation
    for translation in (
        ENGLISH,
        ARABIC,
        CHINESE_SIMPLIFIED,
        CHINESE_TRADITIONAL,
        DUTCH,
        FRENCH,
        GERMAN,
        HEBREW,
        HINDI,
        ITALIAN,
        JAPANESE,
        POLISH,
        PORTUGUESE,
        RUSSIAN,
        SPANISH,
        TURKISH,
        UKRAINIAN,
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
    """Return the code under which `TRANSLATIONS` lists a tag's language: `he` for `iw-IL`, `zh-Hant` for `zh-TW`."""
    locale = locale_of(language)
    if not locale:
        return ""
    if locale.language == "zh" and (locale.script == "Hant" or (not locale.script and locale.territory in TRADITIONAL)):
        return "zh-Hant"
    return locale.language
