from datetime import date

import pytest

from newsletter.letters.content.translations import ENGLISH, WORDS, translation_for


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
def test_a_date_is_written_out_as_its_language_does(language: str, written: str) -> None:
    assert translation_for(language).on(date(2026, 12, 1)) == written


def test_a_regional_tag_finds_its_language() -> None:
    assert translation_for("fr-CA") is translation_for("FR_ca") is WORDS["fr"]


def test_a_language_we_do_not_have_gets_english_that_says_so() -> None:
    words = translation_for("xh")
    assert words is ENGLISH
    assert (words.language, words.direction) == ("en", "ltr")


@pytest.mark.parametrize("language", WORDS)
def test_every_language_has_all_its_words(language: str) -> None:
    words = WORDS[language]
    assert len(set(words.months)) == 12
    assert len(set(words.weekdays)) == 7
    assert "{publication}" in words.opening
    assert "{publication}" in words.why
    assert "{publication}" in words.from_us
    assert "{credit}" in words.credit
    assert words.byline("Ada", "The Tideline").count("Ada") == 1


def test_a_byline_says_as_much_as_is_known() -> None:
    assert ENGLISH.byline("Ada Penrose", "The Tideline") == "By Ada Penrose for The Tideline"
    assert ENGLISH.byline("Ada Penrose", "") == "By Ada Penrose"
    assert ENGLISH.byline("", "The Tideline") == "From The Tideline"
    assert ENGLISH.byline("", "") == ""


def test_braces_in_a_name_are_only_braces() -> None:
    assert ENGLISH.byline("{source} {0}", "x") == "By {source} {0} for x"
