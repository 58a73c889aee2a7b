"""Dates, times and amounts of money as the language of an email writes them, in digits 0 to 9.

A language without locale data gets dates and times as ISO 8601 writes them, which need no words, and amounts as English
writes them.
"""

import re
import unicodedata
from datetime import date, datetime, time

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency, get_currency_symbol, list_currencies

from newsletter.lib.locales import locale_of
from newsletter.mail.text_direction import LEFT_TO_RIGHT_MARK, first_strong_direction

NO_BREAK_SPACE = "\u00a0"
CURRENCY = rf"(?:[$£¥₪₹₽€₴₺₩₱₦]|zł|Kč|Ft|kr\.?|Rs\.?|(?:{'|'.join(sorted(list_currencies()))})\b)"
FIGURES = r"\d[\d.,’'\u00a0\u202f]*(?: \d{3}(?!\d)[\d.,]*)*"
PRICE = re.compile(rf"(?<!\w){CURRENCY} ?{FIGURES}|(?<![\w.,]){FIGURES} {CURRENCY}(?!\w)")


def has_dates(language: str) -> bool:
    """Return True when the names of months are known in this language."""
    return _locale_with_months(language) is not None


def long_date(day: date, language: str) -> str:
    """Return the date with weekday and year, such as “Tuesday, 24 November 2026”."""
    locale = _locale_with_months(language)
    return _first_day(format_date(day, "full", locale=locale), locale) if locale else day.isoformat()


def full_date(day: date, language: str) -> str:
    """Return the date with year and without weekday, such as “24 November 2026”."""
    locale = _locale_with_months(language)
    return _first_day(format_date(day, "long", locale=locale), locale) if locale else day.isoformat()


def short_date(day: date, language: str) -> str:
    """Return the date without weekday and year, such as “24 November”."""
    locale = _locale_with_months(language)
    return _first_day(format_skeleton("MMMMd", day, locale=locale), locale) if locale else day.isoformat()


def short_time(moment: time, language: str) -> str:
    """Return hours and minutes, such as “23:59” or “11:59 PM”."""
    locale = _locale_with_months(language)
    if not locale:
        return f"{moment:%H:%M}"
    # the narrow space before “PM” is missing from many fonts
    return format_time(moment.replace(tzinfo=None), "short", locale=locale).replace("\u202f", NO_BREAK_SPACE)


def zone_name(local: datetime) -> str:
    """Return the abbreviation of the zone of a local time, such as “EST”; “UTC+03:00” for one without."""
    name = f"{local:%Z}"
    offset = f"{local:%z}"
    return name if name.isalpha() else f"UTC{offset[:3]}:{offset[3:5]}"


def money(amount: int, currency: str, language: str) -> str:
    """Format whole units of a currency: “$41,000”, “41.000 €”. The line does not break inside."""
    locale = locale_of(language) or Locale("en")
    symbol = get_currency_symbol(currency, locale)
    pattern = re.sub(r"\.0+", "", locale.currency_formats["standard"].pattern)
    # CLDR separates letters such as CHF from the digits by a space; Babel does not
    if _needs_space(symbol[-1]):
        pattern = re.sub("¤(?=[#0])", f"¤{NO_BREAK_SPACE}", pattern)
    if _needs_space(symbol[0]):
        pattern = pattern.replace("0¤", f"0{NO_BREAK_SPACE}¤")
    if locale.text_direction == "rtl" and first_strong_direction(symbol) == "ltr":  # else “US$” is shown as “$US”
        pattern = pattern.replace("¤", f"¤{LEFT_TO_RIGHT_MARK}")
    written = format_currency(amount, currency, pattern, locale=locale, currency_digits=False)
    return written.replace(" ", NO_BREAK_SPACE)


def join_prices(text: str) -> str:
    """Return `text` with no-break spaces inside its prices: between figures and currency, and between groups of digits.

    A currency is a symbol such as € or a code such as EUR.
    """
    return PRICE.sub(lambda price: price[0].replace(" ", NO_BREAK_SPACE), text)


def _locale_with_months(language: str) -> Locale | None:
    """Return the locale; None if it lacks names of months, as `ht` does, and would write “M12” for December."""
    locale = locale_of(language)
    return locale if locale and locale.months["format"]["wide"][12] != "M12" else None


def _first_day(written: str, locale: Locale) -> str:
    """French writes the first of a month as an ordinal; CLDR has no pattern for that."""
    return re.sub(r"\b1\b", "1er", written, count=1) if locale.language == "fr" else written


def _needs_space(character: str) -> bool:
    return unicodedata.category(character)[0] not in "SZ"
