"""Find stories that are probably about the same article under another address: reprints, updates, other headlines."""

import re
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from rapidfuzz import fuzz, process, utils

from newsletter.publications.models import Publication
from newsletter.stories.models import Story, StoryState
from newsletter.stories.rich_text import rich_text

LOOKED_BACK = timedelta(days=30)
MAX_COMPARED = 500
SAME_HEADLINE, SAME_TEXT = 85, 80  # of 100
MIN_WORDS, MIN_LETTERS = (
    4,
    9,
)  # of a headline with spaces between words, and of one without; shorter ones are alike by chance
TEXT_CHARS = 600
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")  # Thai to Chinese
NUMBER = re.compile(r"\d+")


class Similar(NamedTuple):
    """A story that is likely a repetition, and what is alike."""

    story: Story
    reason: str


class RecentStories:
    """The queued and used stories of a publication's last month, newest first. They are loaded once, when needed."""

    def __init__(self, publication: Publication, *, now: datetime) -> None:
        self._publication, self._since = publication, now - LOOKED_BACK

    def most_similar(self, *, headline: str, body: str) -> Similar | None:
        """Return the story whose headline or text is most like the given ones, if any is."""
        return self._by_headline(headline) or self._by_text(rich_text.plain(body)[:TEXT_CHARS])

    @cached_property
    def _stories(self) -> list[Story]:
        known = self._publication.stories.filter(
            state__in=[StoryState.QUEUED, StoryState.USED], created_at__gte=self._since
        )
        return list(known.order_by("-pk")[:MAX_COMPARED])

    @cached_property
    def _texts(self) -> list[str]:
        return [rich_text.plain(story.body)[:TEXT_CHARS] for story in self._stories]

    def _by_headline(self, headline: str) -> Similar | None:
        is_unspaced = bool(UNSPACED.search(headline))
        if len(headline) < MIN_LETTERS if is_unspaced else len(headline.split()) < MIN_WORDS:
            return None
        # parts of a series differ in a number or a date, and are no repetitions
        numbers = _numbers(headline)
        headlines = {
            place: story.headline for place, story in enumerate(self._stories) if _numbers(story.headline) == numbers
        }
        scorer = fuzz.ratio if is_unspaced else fuzz.token_sort_ratio
        found = process.extractOne(
            headline, headlines, scorer=scorer, processor=utils.default_process, score_cutoff=SAME_HEADLINE
        )
        return Similar(self._stories[found[2]], "a similar headline") if found else None

    def _by_text(self, text: str) -> Similar | None:
        if len(text) < TEXT_CHARS / 2:
            return None
        found = process.extractOne(
            text, self._texts, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=SAME_TEXT
        )
        return Similar(self._stories[found[2]], "a similar text") if found else None


def _numbers(text: str) -> list[str]:
    return sorted(NUMBER.findall(text))
