"""An earlier story on the same article, and the edition that it was in."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from newsletter.editions.earlier_stories import SAME_LINK, EarlierStories, EarlierStory
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories.models import StoryState
from tests.support import factories as make

pytestmark = pytest.mark.django_db
HEADLINE = "Harbour to be dredged after years of waiting"


@pytest.fixture
def publication() -> Publication:
    return make.publication()


def find(publication: Publication, *urls: str, headline: str = HEADLINE) -> EarlierStory | None:
    return EarlierStories(publication, now=clock.now()).find(urls=urls, headline=headline, body="<p>A</p>")


def test_the_link_decides_before_the_headline(publication: Publication) -> None:
    linked = make.story(publication, url="https://post.example.org/harbour", headline="Another headline")
    make.story(publication, headline=HEADLINE)
    given = ("", "https://short.example/x", "http://www.post.example.org/harbour/?utm_source=feed")
    found = find(publication, *given)
    assert found == EarlierStory(linked, SAME_LINK, None)
    assert found.is_same_page


def test_the_edition_of_the_story_is_named(publication: Publication) -> None:
    story = make.story(publication, headline=HEADLINE, state=StoryState.USED)
    edition = make.edition(publication)
    edition.placements.create(story=story, position=1)
    found = find(publication, "https://post.example.org/other")
    assert found == EarlierStory(story, "a similar headline", edition)
    assert not found.is_same_page


@pytest.mark.parametrize("urls", [(), ("",), ("https://post.example.org/other",)])
def test_nothing_earlier_is_nothing(publication: Publication, urls: tuple[str, ...]) -> None:
    make.story(publication, headline="Something else altogether happens here")
    assert find(publication, *urls) is None
    assert find(publication, *urls, headline="") is None


def test_many_new_stories_load_the_earlier_ones_once(
    publication: Publication, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        make.story(publication)
    earlier = EarlierStories(publication, now=clock.now())
    new: dict[str, Any] = {"urls": (), "body": "<p>A</p>"}
    with django_assert_num_queries(1):
        for number in range(20):
            earlier.find(headline=f"A headline that is new, of {number} stories", **new)
