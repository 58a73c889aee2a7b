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
    earlier = stories_of_pages(publication, (item.page_key for item in items))
    reads = {item.pk: PageStory.from_json({"fields": item.fields, "paragraphs": [], "notice": None}) for item in items}
    earlier |= _similar_stories(publication, (item for item in items if item.page_key not in earlier), reads, now=now)
    return [SuggestionCard(item, reads[item.pk], earlier.get(item.page_key)) for item in items]


def _similar_stories(
    publication: Publication, items: Iterable[Suggestion], reads: Mapping[int, PageStory], *, now: datetime
) -> dict[str, EarlierStory]:
    """Return the earlier story with a similar headline of each item that has one, by the key of the item's page."""
    recent = RecentStories(publication, now=now)
    found = {item.page_key: recent.most_similar(headline=reads[item.pk].value("headline"), body="") for item in items}
    similar = {key: one for key, one in found.items() if one}
    editions = editions_of(one.story for one in similar.values())
    return {key: EarlierStory(one.story, one.reason, editions.get(one.story.pk)) for key, one in similar.items()}
