"""Lookups of words and phrases over all languages."""

import re
from collections.abc import Iterable

from newsletter.stories.pasted_text.page_words import LANGUAGES

SEPARATOR = re.compile(r"\s*\|\s*")
# One-character words of Chinese and Japanese are counted by character, in texts of these scripts only.
IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def split_phrases(phrases: str) -> list[str]:
    """Return the phrases of a list as a language module writes it."""
    return [phrase for phrase in SEPARATOR.split(" ".join(phrases.split())) if phrase]


def union(lists: Iterable[str]) -> frozenset[str]:
    """Return the phrases of several lists."""
    return frozenset(phrase for phrases in lists for phrase in split_phrases(phrases))


class Openings:
    """Phrases with which a line may begin; found by one set lookup for each length that a phrase has."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = frozenset(phrases)
        self._lengths = sorted({len(phrase) for phrase in self._phrases}, reverse=True)

    def find(self, text: str) -> str:
        """Return the longest phrase that `text` begins with, as a whole word; otherwise nothing."""
        for length in self._lengths:
            start = text[:length]
            if start in self._phrases and not _goes_on(start, text[length : length + 1]):
                return start
        return ""


def _goes_on(start: str, after: str) -> bool:
    """Return True if the word at the end of `start` goes on. Chinese and Japanese have no spaces between words."""
    return bool(after) and start[-1].isalnum() and after.isalnum() and not IDEOGRAPHS.match(start[-1])


FREQUENT = frozenset(word for language in LANGUAGES for word in language.frequent.split() if not IDEOGRAPHS.match(word))
FREQUENT_CHARACTERS = frozenset(
    word for language in LANGUAGES for word in language.frequent.split() if IDEOGRAPHS.match(word)
)
LABELS = union(language.labels for language in LANGUAGES)
OPENINGS = Openings(union(language.openings for language in LANGUAGES))
SIGN_UPS = Openings(union(language.sign_ups for language in LANGUAGES))
INVITATIONS = re.compile("|".join(language.invitations for language in LANGUAGES))
AFTERWARDS = Openings(union(language.afterwards for language in LANGUAGES))
CREDITS = Openings(union(language.credits for language in LANGUAGES))
AUTHORS = Openings(union(language.authors for language in LANGUAGES))
MONTHS = frozenset(word for language in LANGUAGES for word in language.months.split())
TIME_WORDS = MONTHS | frozenset(word for language in LANGUAGES for word in language.time_words.split())
ROLES = frozenset(word for language in LANGUAGES for word in language.roles.split())
