"""Recognise lines that are only a date, a time, or a reading or listening time, in any of the languages. Pure."""

import re

from newsletter.stories.pasted_text.page_words import phrases

MAX_DATE_CHARS = 100
TOKEN = re.compile(r"\d+(?:st|nd|rd|th|h|e|er|º|°|ª)?(?=\W|\d|$)|\d+|[\u0900-\u097f]+|[^\W\d_]+(?:['’.][^\W\d_]+)*\.?")
CLOCK = re.compile(r"(?<!\d)(?:[01]?\d|2[0-4])\s?[:.h٫](?:[0-5]\d)(?!\d)|\b\d{1,2}\s?[ap]\.?m\b", re.IGNORECASE)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
NUMERIC = re.compile(r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?!\d)")
IDEOGRAPHIC = re.compile(r"\d{1,4}\s?年|\d{1,2}\s?月\s?\d{1,2}\s?日")
DURATION = re.compile(
    r"\b\d+(?:[-–]\d+)?[\s-]?(?:min(?:\.|s|ute|utes|uti|utos|uten|uut)?|sec|hours?|hrs?|דקות|دقائق|دقيقة|मिनट)\b|\d+\s?(?:分鐘|分钟|分)",
    re.IGNORECASE,
)
MEDIA_WORDS = frozenset(
    ["listen", "watch", "play", "audio", "video", "duration", "length", "minute", "minutes", "download", "transcript"]
)
# "20269:14 AM UTCUpdated": the page shows these apart from each other, and copying joins them.
JOINED = re.compile(r"(?<!\d)(?:19|20)\d\d(?=\d{1,2}[:.h]\d\d)|[A-Z]{3}(?=[A-Z][a-z])|[a-z](?=[A-Z][a-z]{3})")
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९", "0123456789" * 3)
KEYED_TIME = re.compile(
    r"^(?:[01]?\d|2[0-4])[:.h][0-5]\d\s?(?:[ap]\.?m\.?\s?)?(?:GMT|BST|UTC|[ECMP][DS]?T|CET|CEST|Uhr|h)?\b",
    re.IGNORECASE,
)


def is_date_line(text: str) -> bool:
    """Return True if the line has a date, a time or a duration and nothing else but words that go with one."""
    if len(text) > MAX_DATE_CHARS:
        return False
    plain = JOINED.sub(r"\g<0> ", text.translate(DIGITS))
    if not any(character.isdigit() for character in plain):
        return False
    if not (
        CLOCK.search(plain)
        or YEAR.search(plain)
        or NUMERIC.search(plain)
        or IDEOGRAPHIC.search(plain)
        or DURATION.search(plain)
        or _has_month(plain)
        or " ago" in plain
    ):
        return False
    words = [word.casefold().rstrip(".") for word in TOKEN.findall(plain)]
    strange = [word for word in words if not word[0].isdigit() and not _goes_with_a_date(word)]
    return not strange


def _has_month(text: str) -> bool:
    return any(word.casefold().rstrip(".") in phrases.MONTHS for word in TOKEN.findall(text))


def _goes_with_a_date(word: str) -> bool:
    if phrases.IDEOGRAPHS.match(word):
        rest = word
        for known in _IDEOGRAPHIC_WORDS:
            rest = rest.replace(known, "")
        return not rest
    return word in phrases.TIME_WORDS or word in MEDIA_WORDS


_IDEOGRAPHIC_WORDS = sorted(
    (word for word in phrases.TIME_WORDS if phrases.IDEOGRAPHS.match(word)), key=len, reverse=True
)
