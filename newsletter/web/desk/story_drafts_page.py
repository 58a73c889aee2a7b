"""Data of the drafts on the story queue page: what was read, what is missing, and earlier stories like it."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.editions.models import Edition
from newsletter.publications.models import Publication
from newsletter.stories import duplicate_links
from newsletter.stories.models import Story, StoryDraft
from newsletter.stories.reading.page_story import FIELDS, PageStory
from newsletter.stories.reading.story_drafts import page_story
from newsletter.stories.reading.teaser_fields import teaser_body
from newsletter.stories.similar_stories import find_similar

MAX_SHOWN = 50
NAMED_IF_MISSING = ("headline", "byline", "source_name", "published", "url", "picture_url")


@dataclass(frozen=True, slots=True)
class DraftCard:
    """A draft as its card shows it."""

    draft: StoryDraft
    read: PageStory
    body: str
    earlier: Story | None = None
    reason: str = ""
    edition: Edition | None = None

    @property
    def is_repeat(self) -> bool:
        """Return True if the same page was queued before, so that adding it must be confirmed."""
        return self.reason == "the same link"

    @property
    def link(self) -> str:
        return self.read.value("url") or self.draft.url

    @property
    def missing(self) -> list[str]:
        return [FIELDS[name] for name in NAMED_IF_MISSING if not self.read.value(name)]

    @property
    def lacks_alt(self) -> bool:
        return bool(self.read.value("picture_url")) and not self.read.value("picture_alt")


def draft_cards(publication: Publication, *, now: datetime) -> list[DraftCard]:
    """Return the cards of the publication's open drafts, newest first."""
    return [draft_card(draft, now=now) for draft in publication.drafts.all().open()[:MAX_SHOWN]]


def draft_card(draft: StoryDraft, *, now: datetime) -> DraftCard:
    """Return the card of a draft, with the edition of an earlier story about the same article."""
    read = page_story(draft)
    body = teaser_body(read, draft.publication.teaser_paragraphs)
    keys = {duplicate_links.page_key(url) for url in (draft.url, read.value("url")) if url}
    found = (duplicate_links.find_story_of_page(draft.publication_id, key) for key in sorted(keys))
    earlier, reason = next((story for story in found if story), None), "the same link"
    if earlier is None and read.value("headline"):
        similar = find_similar(draft.publication, headline=read.value("headline"), body=body, now=now)
        earlier, reason = similar or (None, "")
    edition = Edition.objects.filter(placements__story=earlier).order_by("-due_at").first() if earlier else None
    return DraftCard(draft, read, body, earlier, reason if earlier else "", edition)
