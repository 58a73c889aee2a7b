import re
from datetime import date, time

import pytest
from babel import localedata

from newsletter.letters.content.locale_formats import join_prices, long_date, money, short_date, short_time
from newsletter.letters.content.translations import TRANSLATIONS

DAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "Tuesday, December 1, 2026"),
        ("en-GB", "Tuesday, 1 December 2026"),
        ("ar", "الثلاثاء، 1 ديسمبر 2026"),
        ("he", "יום שלישי, 1 בדצמבר 2026"),
        ("iw", "יום שלישי, 1 בדצמבר 2026"),
        ("fr", "mardi 1er décembre 2026"),
        ("fr-CA", "mardi 1er décembre 2026"),
        ("de", "Dienstag, 1. Dezember 2026"),
        ("es", "martes, 1 de diciembre de 2026"),
        ("pl", "wtorek, 1 grudnia 2026"),
        ("uk", "вівторок, 1 грудня 2026\u202fр."),
        ("tr", "1 Aralık 2026 Salı"),
        ("pt-BR", "terça-feira, 1 de dezembro de 2026"),
        ("zh-Hant-TW", "2026年12月1日 星期二"),
        ("de-CH-1996", "Dienstag, 1. Dezember 2026"),
    ],
)
def test_a_date_follows_its_language(language: str, written: str) -> None:
    assert long_date(DAY, language) == written


def test_only_the_first_day_is_an_ordinal_in_french() -> None:
    assert short_date(DAY, "fr") == "1er décembre"
    assert short_date(date(2026, 12, 11), "fr") == "11 décembre"


def test_days_are_short_in_every_language() -> None:
    assert short_date(date(2026, 11, 22), "de") == "22. November"
    assert short_date(date(2026, 11, 22), "en-US") == "November 22"
    assert short_date(date(2026, 11, 22), "pl") == "22 listopada"


@pytest.mark.parametrize("language", ["ht", "zz", "az-Arab"])
def test_a_language_without_names_of_months_gets_dates_without_words(language: str) -> None:
    assert long_date(DAY, language) == short_date(DAY, language) == "2026-12-01"
    assert short_time(time(23, 59), language) == "23:59"


def test_the_clock_has_twelve_hours_where_people_say_so() -> None:
    assert short_time(time(23, 59), "en-US") == "11:59\u00a0PM"
    assert short_time(time(23, 59), "en-GB") == short_time(time(23, 59), "pl") == "23:59"


@pytest.mark.parametrize(
    ("language", "currency", "written"),
    [
        ("en", "USD", "$41,000"),
        ("en", "CHF", "CHF\u00a041,000"),
        ("en-CA", "CAD", "$41,000"),
        ("de", "EUR", "41.000\u00a0€"),
        ("de-CH", "CHF", "CHF\u00a041'000"),
        ("fr", "EUR", "41\u202f000\u00a0€"),
        ("pl", "PLN", "41\u00a0000\u00a0zł"),
        ("uk", "UAH", "41\u00a0000\u00a0₴"),
        ("tr", "TRY", "₺41.000"),
        ("pt-BR", "BRL", "R$\u00a041.000"),
        ("hi", "INR", "₹41,000"),
        ("he", "ILS", "\u200f41,000\u00a0\u200f₪"),
        ("ar", "USD", "\u200f41,000\u00a0US$\u200e"),
        ("zz", "USD", "$41,000"),
        ("en", "ZZZ", "ZZZ\u00a041,000"),
    ],
)
def test_sums_are_written_as_each_language_writes_them(language: str, currency: str, written: str) -> None:
    assert money(41000, currency, language) == written


def test_a_large_sum_is_grouped_as_in_india() -> None:
    assert money(1_250_000, "INR", "hi") == "₹12,50,000"


@pytest.mark.parametrize(
    ("typed", "joined"),
    [
        ("Give 10 € now", "Give 10\u00a0€ now"),
        ("Just £ 10, once", "Just £\u00a010, once"),
        ("EUR 40 a month", "EUR\u00a040 a month"),
        ("Rs 500 or 1 200,50 zł", "Rs\u00a0500 or 1\u00a0200,50\u00a0zł"),
        ("1 250 000 kr a year", "1\u00a0250\u00a0000\u00a0kr a year"),
        ("In 2026 30 of us gave", "In 2026 30 of us gave"),
        ("1 200 people, 40 krona", "1 200 people, 40 krona"),
        ("", ""),
    ],
)
def test_a_price_that_somebody_typed_does_not_break_from_its_currency(typed: str, joined: str) -> None:
    assert join_prices(typed) == join_prices(joined) == joined


@pytest.mark.long
def test_every_language_that_has_locale_data_has_dates_and_sums_in_plain_digits_that_do_not_break() -> None:
    for language in {*localedata.locale_identifiers(), *TRANSLATIONS}:
        tag = language.replace("_", "-")
        assert "M12" not in long_date(DAY, tag) + short_date(DAY, tag)
        assert "2026" in long_date(DAY, tag)
        for currency in ("USD", "EUR", "CHF", "KES"):
            sum_ = money(9, currency, tag)
            assert "9" in sum_
            assert not re.search(r"[^\W\d]\d|\d[^\W\d]|[ \n]", sum_), (tag, sum_)
