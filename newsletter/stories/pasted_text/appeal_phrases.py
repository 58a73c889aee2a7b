"""Phrases that ask the reader for support, in the languages of a text. Pure."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from newsletter.stories.pasted_text.page_words import LANGUAGES, phrases
from newsletter.stories.pasted_text.page_words.language_words import LanguageWords

MAX_COUNTED = 3_000  # words that decide on the languages of a text
FAIR_SHARE = 0.5  # of the frequent words of the likeliest language: Spanish and Portuguese have many in common
SENTENCE_START = r"(?:^|[.!?:–—।。！？؟]\s*)"
NOT_AN_ORDER = r"(?! (?:for|from|among|has|is)\b)"
QUOTED = re.compile(r"“[^”]*”?|\"[^\"]*\"?|«[^»]*»?|„[^“”]*[“”]?|「[^」]*」?|『[^』]*』?")
FREQUENT = {language.code: frozenset(language.frequent.split()) for language in LANGUAGES}


@dataclass(frozen=True, slots=True)
class AppealPhrases:
    """Compiled phrases of some languages."""

    requests: re.Pattern[str]  # the name of a group is the kind of the request
    orders: re.Pattern[str]  # a sentence that starts with an imperative
    reported: re.Pattern[str]  # words for speech: such a request is somebody else's

    def find_requests(self, text: str) -> list[re.Match[str]]:
        """Return the requests that `text`, in lower case, makes by itself."""
        return [] if self.reported.search(text) else list(self.requests.finditer(text))

    def count_orders(self, text: str) -> int:
        """Return how many sentences start with an imperative."""
        return 0 if self.reported.search(text) else len(self.orders.findall(text))


def find_languages(words: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of the likeliest languages of the words. English is always among them: buttons often are."""
    counts: Counter[str] = Counter()
    for _, word in zip(range(MAX_COUNTED), words, strict=False):
        parts = phrases.IDEOGRAPHS.findall(word) or [word]
        counts.update(code for code, frequent in FREQUENT.items() if not frequent.isdisjoint(parts))
    most = max(counts.values(), default=0)
    return tuple(code for code in FREQUENT if code == "en" or (most and counts[code] >= FAIR_SHARE * most))


@lru_cache(maxsize=64)
def phrases_of(codes: tuple[str, ...]) -> AppealPhrases:
    """Return the phrases of the languages with these codes."""
    languages = [language for language in LANGUAGES if language.code in codes]
    kinds = dict.fromkeys(kind for language in languages for kind, _ in language.requests)
    requests = "|".join(f"(?P<{kind}>{_alternatives(languages, kind)})" for kind in kinds)
    orders = "|".join(word for language in languages for word in language.orders.split())
    return AppealPhrases(
        re.compile(requests),
        re.compile(rf"{SENTENCE_START}({orders}){NOT_AN_ORDER}(?!\w)"),
        re.compile("|".join(_reported(language) for language in languages)),
    )


def _alternatives(languages: Iterable[LanguageWords], kind: str) -> str:
    return "|".join(f"(?:{pattern})" for language in languages for name, pattern in language.requests if name == kind)


def _reported(language: LanguageWords) -> str:
    words = "|".join(map(re.escape, language.reported.split()))
    return words if language.code in ("zh", "ja") else rf"\b(?:{words})\b"
