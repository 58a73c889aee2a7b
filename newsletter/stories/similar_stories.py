"""Find stories that are probably about the same article under another address: reprints, updates, other headlines."""

from datetime import datetime, timedelta
from typing import NamedTuple

from rapidfuzz import fuzz, process, utils

from newsletter.publications.models import Publication
from newsletter.stories.models import Story, StoryState
from newsletter.stories.rich_text import rich_text

LOOKED_BACK = timedelta(days=30)
MAX_COMPARED = 500
SAME_HEADLINE, SAME_TEXT = 85, 80  # of 100
MIN_WORDS = 4  # of a headline: shorter ones are alike by chance
TEXT_CHARS = 600


class Similar(NamedTuple):
    """A story that is likely a repetition, and what is alike."""

    story: Story
    reason: str


def find_similar(publication: Publication, *, headline: str, body: str, now: datetime) -> Similar | None:
    """Return the recent story of a publication whose headline or text is most like the given ones, if any is."""
    recent = list(
        publication.stories.filter(
            state__in=[StoryState.QUEUED, StoryState.USED], created_at__gte=now - LOOKED_BACK
        ).order_by("-pk")[:MAX_COMPARED]
    )
    if len(headline.split()) >= MIN_WORDS:
        found = process.extractOne(
            headline,
            [story.headline for story in recent],
            scorer=fuzz.token_sort_ratio,
            processor=utils.default_process,
            score_cutoff=SAME_HEADLINE,
        )
        if found:
            return Similar(recent[found[2]], "a similar headline")
    text = rich_text.plain(body)[:TEXT_CHARS]
    if len(text) < TEXT_CHARS / 2:
        return None
    texts = [rich_text.plain(story.body)[:TEXT_CHARS] for story in recent]
    found = process.extractOne(text, texts, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=SAME_TEXT)
    return Similar(recent[found[2]], "a similar text") if found else None
