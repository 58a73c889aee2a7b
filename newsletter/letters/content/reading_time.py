"""How long an email takes to read. Pure."""

import unicodedata
from collections.abc import Iterable

WORDS_PER_MINUTE = 238  # silent reading of non-fiction in English: Brysbaert 2019, a review of 190 studies
CHARACTERS_PER_MINUTE = 500  # of scripts without spaces between words, such as Chinese and Japanese


def minutes_to_read(texts: Iterable[str]) -> int:
    """Return the time in whole minutes, at least 1."""
    words = characters = 0
    for text in texts:
        wide = sum(unicodedata.east_asian_width(character) == "W" for character in text)
        characters += wide
        words += sum(not _is_wide(word) for word in text.split())
    return max(1, round(words / WORDS_PER_MINUTE + characters / CHARACTERS_PER_MINUTE))


def _is_wide(word: str) -> bool:
    return unicodedata.east_asian_width(word[0]) in "WF"
