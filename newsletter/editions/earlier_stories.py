"""Find an earlier story on the same article, and the edition that it was in."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from newsletter.editions.models import Edition, Placement
from newsletter.publications.models import Publication
from newsletter.stories import duplicate_links
from newsletter.stories.models import Story, StoryState
from newsletter.stories.similar_stories import RecentStories

SAME_LINK = "the same link"


class EarlierStory(NamedTuple):
    """A queued or used story, what it has in common with the new one, and its edition if it is in one."""

    story: Story
    reason: str
    edition: Edition | None

    @property
    def is_same_page(self) -> bool:
        """Return True if both link to one page, so that a second story must be confirmed."""
        return self.reason == SAME_LINK


def stories_of_pages(publication: Publication, keys: Iterable[str]) -> dict[str, EarlierStory]:
    """Return the newest queued or used story of each page by the page's key, for many pages at once."""
    known = publication.stories.filter(page_key__in=set(keys), state__in=[StoryState.QUEUED, StoryState.USED])
    stories = {story.page_key: story for story in known.order_by("pk")}
    editions = editions_of(stories.values())
    return {key: EarlierStory(story, SAME_LINK, editions.get(story.pk)) for key, story in stories.items()}


class EarlierStories:
    """The earlier stories of a publication. One object serves many new stories."""

    def __init__(self, publication: Publication, *, now: datetime) -> None:
        self._publication = publication
        self._recent = RecentStories(publication, now=now)

    def find(self, *, urls: Iterable[str], headline: str, body: str) -> EarlierStory | None:
        """Return the story with one of the links, else the recent one with a similar headline, else a similar text."""
        for url in dict.fromkeys(filter(None, urls)):
            key = duplicate_links.page_key(url)
            if story := duplicate_links.find_story_of_page(self._publication.pk, key):
                return EarlierStory(story, SAME_LINK, _edition_of(story))
        if headline and (similar := self._recent.most_similar(headline=headline, body=body)):
            return EarlierStory(similar.story, similar.reason, _edition_of(similar.story))
        return None


def editions_of(stories: Iterable[Story]) -> dict[int, Edition]:
    """Return the editions that stories are in, by story id."""
    placed = Placement.objects.filter(story__in=list(stories)).select_related("edition")
    return {placement.story_id: placement.edition for placement in placed}


def _edition_of(story: Story) -> Edition | None:
    return Edition.objects.filter(placements__story=story).first()
