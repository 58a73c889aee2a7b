import pytest

from newsletter.cli.commands import stories_add_url
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from tests.cli.conftest import Command
from tests.stories.reading.pages import page
from tests.support import factories as make
from tests.support.website import Website, body

pytestmark = pytest.mark.django_db


def test_a_link_alone_is_read_and_each_field_is_printed_with_its_origin(
    publication: Publication, site: Website, capsys: pytest.CaptureFixture[str]
) -> None:
    make.story(publication, headline="After years of waiting: harbour to be dredged")
    site.pages["/a"] = body(page().encode())
    story, found = stories_add_url.add(
        publication, site.url("/a"), fields={"kicker": "Sea"}, yes=True, policy=site.reach()
    )
    assert (story.headline, story.kicker) == ("Harbour to be dredged after years of waiting", "Sea")
    assert found["fields"]["byline"] == ("Amina Okoye and Jan de Vries", "structured data (JSON-LD)")
    printed = capsys.readouterr().err
    assert "structured data (JSON-LD)" in printed
    assert "has a similar headline" in printed


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


def test_the_command_never_reads_an_address_inside(newsletter: Command, publication: Publication) -> None:
    result = newsletter("stories", "add", "--url", "http://127.0.0.1/a")
    assert result.status == 1
    assert "private network" in result.err
