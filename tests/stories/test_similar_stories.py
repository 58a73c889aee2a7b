"""Which stories are taken for repetitions of one article, and which are not."""

from datetime import timedelta

import pytest

from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories.models import Story, StoryState
from newsletter.stories.similar_stories import RecentStories, Similar
from tests.stories.reading.pages import TEXT
from tests.support import factories as make

pytestmark = pytest.mark.django_db
BODY = "".join(f"<p>{line}</p>" for line in TEXT)
OTHER = "Council decides on new fees for private boats"


def similar(publication: Publication, headline: str, body: str = "<p>A</p>") -> Similar | None:
    return RecentStories(publication, now=clock.now()).most_similar(headline=headline, body=body)


@pytest.mark.parametrize(
    ("known", "given"),
    [
        ("Harbour to be dredged after years of waiting", "After years of waiting, harbour to be dredged"),
        ("Harbour to be dredged after years of waiting", "HARBOUR finally to be dredged after years of waiting!"),
        ("Mayor says the town will build 300 homes", "Town will build 300 homes, mayor says"),
        ("港湾の浚渫が月曜日から始まる", "港湾の浚渫、月曜日から始まる"),
        ("ميناء المدينة القديم سيعاد فتحه يوم الاثنين", "سيعاد فتح ميناء المدينة القديم يوم الاثنين"),
    ],
)
def test_a_version_of_a_headline_is_similar(publication: Publication, known: str, given: str) -> None:
    story = make.story(publication, headline=known)
    assert similar(publication, given) == (story, "a similar headline")


@pytest.mark.parametrize(
    ("known", "given"),
    [
        ("City council approves new budget", "City council rejects new budget"),
        ("Morning briefing: Monday 23 November", "Morning briefing: Monday 30 November"),
        ("The bridge opens, part 1", "The bridge opens, part 2"),
        ("Hospital wards closed for a week", "School closed for a week"),
        ("Live updates", "Live updates"),
        ("", ""),
    ],
)
def test_another_headline_is_not(publication: Publication, known: str, given: str) -> None:
    make.story(publication, headline=known)
    assert similar(publication, given) is None


def test_the_same_text_under_another_headline_is_similar(publication: Publication) -> None:
    story = make.story(publication, headline="Harbour to be dredged", body=BODY)
    reprinted = BODY.replace("The old harbour", "HARBOUR TOWN (AP) — The old harbour")
    assert similar(publication, OTHER, reprinted) == (story, "a similar text")
    assert similar(publication, OTHER, "<p>Something else.</p>" * 20) is None


def test_dropped_old_and_other_publications_stories_are_not_compared(publication: Publication) -> None:
    make.story(publication, headline=OTHER, state=StoryState.DROPPED)
    make.story(make.publication(slug="evening"), headline=OTHER)
    old = make.story(publication, headline=OTHER)
    Story.objects.filter(pk=old.pk).update(created_at=clock.now() - timedelta(days=31))
    assert similar(publication, OTHER) is None
