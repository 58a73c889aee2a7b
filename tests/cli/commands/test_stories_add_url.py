import pytest

from newsletter.cli.commands import stories_add_url
from newsletter.cli.support import datetimes
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication
from newsletter.stories.models import Story, StoryState
from tests.cli.conftest import Command
from tests.stories.reading.pages import page
from tests.support import factories as make
from tests.support.website import Website, body

pytestmark = pytest.mark.django_db


def test_a_link_alone_is_read_and_each_field_is_printed_with_its_origin(
    publication: Publication, site: Website, capsys: pytest.CaptureFixture[str]
) -> None:
    known = make.story(publication, headline="After years of waiting: harbour to be dredged")
    site.pages["/a"] = body(page().encode())
    story, found = stories_add_url.add(
        publication, site.url("/a"), fields={"kicker": "Sea"}, yes=True, policy=site.reach()
    )
    assert (story.headline, story.kicker) == ("Harbour to be dredged after years of waiting", "Sea")
    assert found["fields"]["byline"] == ("Amina Okoye and Jan de Vries", "structured data (JSON-LD)")
    printed = capsys.readouterr().err
    assert "structured data (JSON-LD)" in printed
    assert "has a similar headline and is in the queue" in printed
    assert found["earlier"] == {"story": known.pk, "reason": "a similar headline", "edition": None}


def test_a_page_without_a_story_queues_nothing(publication: Publication, site: Website) -> None:
    site.pages["/a"] = body(b"<title>Just a moment...</title><p>Wait.")
    with pytest.raises(BadInput, match="checks for robots"):
        stories_add_url.add(publication, site.url("/a"), fields={}, yes=True, policy=site.reach())
    assert not Story.objects.exists()


def test_a_picture_without_a_description_is_left_out(publication: Publication, site: Website) -> None:
    site.pages["/a"] = body(
        page().replace('alt="A dredger in front of the quay"', "").replace("A dredger at work.", "").encode()
    )
    story, _ = stories_add_url.add(publication, site.url("/a"), fields={}, yes=True, policy=site.reach())
    assert (story.picture_url, story.picture_alt) == ("", "")


def test_another_picture_does_not_get_the_description_and_credit_of_the_one_in_the_page(
    publication: Publication, site: Website
) -> None:
    site.pages["/a"] = body(page().encode())
    url, policy = site.url("/a"), site.reach()
    given = {"picture_url": "https://a.example/other.jpg"}
    with pytest.raises(BadInput, match="has a picture"):
        stories_add_url.add(publication, url, fields=given, yes=True, policy=policy)
    given["picture_alt"] = "Another picture"
    story, _ = stories_add_url.add(publication, url, fields=given, yes=True, policy=policy)
    assert (story.picture_alt, story.picture_credit) == ("Another picture", "")


def test_the_picture_of_a_page_can_be_marked_as_decorative(publication: Publication, site: Website) -> None:
    site.pages["/a"] = body(page().encode())
    fields = {"picture_decorative": True}
    story, _ = stories_add_url.add(publication, site.url("/a"), fields=fields, yes=True, policy=site.reach())
    assert (story.picture_alt, story.picture_credit) == ("", "Lea Sow")


def test_the_command_never_reads_an_address_inside(newsletter: Command, publication: Publication) -> None:
    result = newsletter("stories", "add", "--url", "http://127.0.0.1/a")
    assert result.status == 1
    assert "private network" in result.err


def test_a_link_that_was_used_is_named_with_its_edition_and_added_only_if_that_is_allowed(
    publication: Publication, site: Website, capsys: pytest.CaptureFixture[str]
) -> None:
    used = make.story(publication, url="https://post.example.org/harbour", state=StoryState.USED)
    edition = make.edition(publication)
    edition.placements.create(story=used, position=1)
    site.pages["/shared"] = body(page().encode())  # its canonical link is that of the used story
    url = site.url("/shared")
    with pytest.raises(InvalidState, match="--allow-duplicate"):
        stories_add_url.add(publication, url, fields={}, yes=True, policy=site.reach())
    day = datetimes.format_local(edition.due_at, publication)
    assert f"Story {used.pk} has the same link and is in the edition of {day}" in capsys.readouterr().err
    assert Story.objects.count() == 1
    stories_add_url.add(publication, url, fields={"again": True}, yes=True, policy=site.reach())
    assert Story.objects.count() == 2
