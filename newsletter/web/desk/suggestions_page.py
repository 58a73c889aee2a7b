"""Data of suggestions: the newest ones, with the earlier stories that they repeat."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.editions.earlier_stories import EarlierStory, editions_of, stories_of_pages
from newsletter.publications.models import Publication
from newsletter.stories.feed_models import Suggestion, SuggestionState
from newsletter.stories.reading.page_story import PageStory
from newsletter.stories.similar_stories import RecentStories

ON_DESK = 3
PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class SuggestionCard:
    """A suggestion as its card shows it."""

    suggestion: Suggestion
    read: PageStory
    earlier: EarlierStory | None


def on_desk(publication: Publication, *, now: datetime) -> dict[str, Any]:
    """Return the newest suggestions for the desk, and how many there are."""
    cards = suggestion_cards(publication, now=now, count=ON_DESK)
    total = open_suggestions(publication).count() if len(cards) == ON_DESK else len(cards)
    return {"suggestions": cards, "suggestions_total": total, "start": 0}


def open_suggestions(publication: Publication) -> Any:
    """Return the query of the suggestions that no curator has decided about, newest first."""
    return publication.suggestions.filter(state=SuggestionState.OPEN).order_by("-dated_at", "-pk")


def suggestion_cards(publication: Publication, *, now: datetime, count: int, start: int = 0) -> list[SuggestionCard]:
    """Return `count` cards from `start` on, in a constant number of queries."""
    rows = open_suggestions(publication).select_related("feed").defer("paragraphs")
    suggestions = list(rows[start : start + count])
    earlier = stories_of_pages(publication, (suggestion.page_key for suggestion in suggestions))
    reads = {
        suggestion.pk: PageStory.from_json({"fields": suggestion.fields, "paragraphs": [], "notice": None})
        for suggestion in suggestions
    }
    earlier |= _similar_stories(
        publication, (suggestion for suggestion in suggestions if suggestion.page_key not in earlier), reads, now=now
    )
    return [
        SuggestionCard(suggestion, reads[suggestion.pk], earlier.get(suggestion.page_key)) for suggestion in suggestions
    ]


def _similar_stories(
    publication: Publication, suggestions: Iterable[Suggestion], reads: Mapping[int, PageStory], *, now: datetime
) -> dict[str, EarlierStory]:
    """Return the earlier story with a similar headline of each suggestion that has one, by the key of its page."""
    recent = RecentStories(publication, now=now)
    found = {
        suggestion.page_key: recent.most_similar(headline=reads[suggestion.pk].value("headline"), body="")
        for suggestion in suggestions
    }
    similar = {key: one for key, one in found.items() if one}
    editions = editions_of(one.story for one in similar.values())
    return {key: EarlierStory(one.story, one.reason, editions.get(one.story.pk)) for key, one in similar.items()}
