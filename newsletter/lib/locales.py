"""The locale data of a language tag: names of months, formats of numbers, direction. The data are Unicode CLDR's."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError


@lru_cache(maxsize=256)
def locale_of(language: str) -> Locale | None:
    """Return the closest locale to a tag such as `pt-BR` or `de-CH-1996`; None for a language without locale data."""
    try:
        return Locale.parse(language.replace("_", "-"), sep="-")
    except (ValueError, UnknownLocaleError):
        return None
