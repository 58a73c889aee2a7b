import re
from dataclasses import asdict

import pytest

from newsletter.letters.content.translations import TRANSLATIONS, Translation, has_translation, translation_for
from newsletter.letters.content.translations.english import ENGLISH
from newsletter.letters.content.translations.french import FRENCH
from newsletter.letters.content.translations.hebrew import HEBREW


def test_a_regional_tag_finds_its_language_and_keeps_its_tag() -> None:
    words = translation_for("fr-CA")
    assert (words.read, words.language, words.direction) == (FRENCH.read, "fr-CA", "ltr")
    assert translation_for("FR_ca").read == FRENCH.read


def test_the_old_tag_of_hebrew_finds_hebrew() -> None:
    words = translation_for("iw-IL")
    assert (words.read, words.language, words.direction) == (HEBREW.read, "iw-IL", "rtl")


def test_an_unknown_language_gets_phrases_marked_as_english() -> None:
    words = translation_for("xh")
    assert words is ENGLISH
    assert (words.language, words.direction) == ("en", "ltr")
    assert not has_translation("xh")
    assert has_translation("en-GB")


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_phrase_fills_in_what_the_english_one_does(language: str) -> None:
    assert filled_in(TRANSLATIONS[language]) == filled_in(ENGLISH)


def filled_in(words: Translation) -> dict[str, list[str]]:
    """The values in braces of each phrase."""
    phrases = asdict(words) | {f"sign_up.{name}": phrase for name, phrase in asdict(words.sign_up).items()}
    return {name: sorted(re.findall(r"\{(\w*)\}", str(phrase))) for name, phrase in phrases.items()}


def test_a_byline_names_what_is_known() -> None:
    assert ENGLISH.byline("Ada Penrose", "The Tideline") == "By Ada Penrose for The Tideline"
    assert ENGLISH.byline("Ada Penrose", "") == "By Ada Penrose"
    assert ENGLISH.byline("", "The Tideline") == "From The Tideline"
    assert ENGLISH.byline("", "") == ""


def test_braces_in_a_name_are_printed_as_they_are() -> None:
    assert ENGLISH.byline("{source} {0}", "x") == "By {source} {0} for x"
