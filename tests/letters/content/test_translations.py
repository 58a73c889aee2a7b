from datetime import date

import pytest

from newsletter.letters.content.translations import ENGLISH, TRANSLATIONS, translation_for


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "Tuesday, 1 December 2026"),
        ("ar", "الثلاثاء، 1 ديسمبر 2026"),
        ("he", "יום שלישי, 1 בדצמבר 2026"),
        ("fr", "mardi 1er décembre 2026"),
        ("de", "Dienstag, 1. Dezember 2026"),
        ("es", "martes, 1 de diciembre de 2026"),
    ],
)
def test_a_date_follows_its_language(language: str, written: str) -> None:
    assert translation_for(language).long_date(date(2026, 12, 1)) == written


def test_a_regional_tag_finds_its_language() -> None:
    assert translation_for("fr-CA") is translation_for("FR_ca") is TRANSLATIONS["fr"]


def test_an_unknown_language_gets_phrases_marked_as_english() -> None:
    words = translation_for("xh")
    assert words is ENGLISH
    assert (words.language, words.direction) == ("en", "ltr")


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_language_has_all_phrases(language: str) -> None:
    words = TRANSLATIONS[language]
    assert len(set(words.months)) == 12
    assert len(set(words.weekdays)) == 7
    assert "{publication}" in words.opening
    assert "{publication}" in words.why
    assert "{publication}" in words.from_us
    assert "{credit}" in words.credit
    assert words.byline("Ada", "The Tideline").count("Ada") == 1


def test_a_byline_names_what_is_known() -> None:
    assert ENGLISH.byline("Ada Penrose", "The Tideline") == "By Ada Penrose for The Tideline"
    assert ENGLISH.byline("Ada Penrose", "") == "By Ada Penrose"
    assert ENGLISH.byline("", "The Tideline") == "From The Tideline"
    assert ENGLISH.byline("", "") == ""


def test_braces_in_a_name_are_printed_as_they_are() -> None:
    assert ENGLISH.byline("{source} {0}", "x") == "By {source} {0} for x"
