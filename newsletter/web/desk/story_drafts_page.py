"""Data of the drafts on the story queue page: what was read, what is missing, and earlier stories like it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.editions.earlier_stories import EarlierStories, EarlierStory
from newsletter.publications.models import Publication
from newsletter.stories.correction_models import SiteCorrection
from newsletter.stories.models import StoryDraft
from newsletter.stories.reading import story_drafts
from newsletter.stories.reading.page_story import FIELDS, PageStory
from newsletter.stories.reading.site_corrections import SiteCorrections
from newsletter.stories.reading.teaser_fields import teaser_body
from newsletter.web.shared.parse_numbers import whole_number

PAGE_SIZE = 50  # drafts shown at first, and added at a time
MAX_SHOWN = 1_000
NAMED_IF_MISSING = ("headline", "byline", "source_name", "published", "url", "picture_url")


@dataclass(frozen=True, slots=True)
class DraftCard:
    """A draft as its card shows it."""

    draft: StoryDraft
    read: PageStory
    body: str
    earlier: EarlierStory | None = None
    corrections: Sequence[SiteCorrection] = ()

    @property
    def link(self) -> str:
        return self.read.value("url") or self.draft.url

    @property
    def missing(self) -> list[str]:
        return [FIELDS[name] for name in NAMED_IF_MISSING if not self.read.value(name)]

    @property
    def lacks_alt(self) -> bool:
        return bool(self.read.value("picture_url")) and not self.read.value("picture_alt")


def shown_drafts(values: Mapping[str, str]) -> int:
    """Return how many drafts the request wants to see."""
    return min(max(PAGE_SIZE, whole_number(values.get("drafts", "")) or 0), MAX_SHOWN)


def draft_cards(publication: Publication, *, count: int, now: datetime) -> list[DraftCard]:
    """Return the cards of the publication's first `count` open drafts, newest first."""
    earlier, corrections = EarlierStories(publication, now=now), SiteCorrections(publication)
    return [_card(draft, publication, earlier, corrections) for draft in publication.drafts.all().open()[:count]]


def draft_card(draft: StoryDraft, *, now: datetime) -> DraftCard:
    """Return the card of a draft."""
    publication = draft.publication
    return _card(draft, publication, EarlierStories(publication, now=now), SiteCorrections(publication))


def _card(
    draft: StoryDraft, publication: Publication, earlier: EarlierStories, corrections: SiteCorrections
) -> DraftCard:
    read, applied = story_drafts.corrected_story(draft, corrections)
    body = teaser_body(read, publication.teaser_paragraphs)
    found = earlier.find(urls=(read.value("url"), draft.url), headline=read.value("headline"), body=body)
    return DraftCard(draft, read, body, found, applied)
