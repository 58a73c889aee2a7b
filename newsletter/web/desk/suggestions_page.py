"""Data of suggestions: the newest ones, with the earlier stories that they repeat."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.editions.earlier_stories import EarlierStory, edition_of, stories_of_pages
from newsletter.publications.models import Publication
from newsletter.stories.feed_models import Suggestion, SuggestionState
from newsletter.stories.reading.page_story import PageStory
from newsletter.stories.similar_stories import RecentStories

ON_DESK = 3
PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class SuggestionCard:
    """A suggestion as its card shows it."""

    item: Suggestion
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
    items = list(rows[start : start + count])
    same = stories_of_pages(publication, (item.page_key for item in items))
    recent = RecentStories(publication, now=now)
    return [_card(item, same.get(item.page_key), recent) for item in items]


def _card(item: Suggestion, earlier: EarlierStory | None, recent: RecentStories) -> SuggestionCard:
    read = PageStory.from_json({"fields": item.fields, "paragraphs": [], "notice": None})
    if earlier is None and (similar := recent.most_similar(headline=read.value("headline"), body="")):
        earlier = EarlierStory(similar.story, similar.reason, edition_of(similar.story))
    return SuggestionCard(item, read, earlier)
