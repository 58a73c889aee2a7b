"""What a curator corrects in a story of a site is applied to later stories of the site."""

import pytest

from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories.correction_models import SiteCorrection
from newsletter.stories.models import StoryDraft
from newsletter.stories.pasted_text.line_types import LineType
from newsletter.stories.reading import site_corrections, story_drafts
from newsletter.stories.reading.fetch_page import fetch_page
from newsletter.stories.reading.page_story import FieldOrigin
from newsletter.stories.reading.site_corrections import SiteCorrections, site_of
from newsletter.stories.reading.teaser_fields import teaser_body
from tests.stories.reading.pages import TEXT, page
from tests.support import factories as make
from tests.support.website import Website, body

pytestmark = pytest.mark.django_db
NEWS = "Our members get ten percent off all books in the shop."
WITH_LINE = page().replace(f"<p>{TEXT[1]}", f"<p>{NEWS}</p><p>{TEXT[1]}")


@pytest.fixture
def publication() -> Publication:
    return make.publication()


def read(publication: Publication, site: Website, path: str, html: str) -> StoryDraft:
    named = html.replace("https://post.example.org/harbour", f"https://www.post.example.org{path}")
    site.pages[path] = body(named.encode())
    [draft] = story_drafts.order_links(publication, [site.url(path)])
    story_drafts.read_next(now=clock.now(), fetch=lambda url: fetch_page(url, policy=site.reach()))
    draft.refresh_from_db()
    return draft


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.news.bbc.co.uk/a", "bbc.co.uk"),
        ("https://amp.example.org:8443/a", "example.org"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("http://127.0.0.1/a", "127.0.0.1"),
        ("nothing", ""),
        ("http://[x", ""),
        ("", ""),
    ],
)
def test_a_site_is_its_registrable_domain(url: str, site: str) -> None:
    assert site_of(url) == site


def test_a_wrong_byline_and_publisher_are_right_the_next_time(publication: Publication, site: Website) -> None:
    first = read(publication, site, "/a", page())
    story_drafts.add_to_queue(first, byline="Amina Okoye", source_name="The Harbour Post")
    second = read(publication, site, "/b", page(title="B"))
    found = story_drafts.corrected_story(second)
    assert (found.story.value("byline"), found.story.value("source_name")) == ("Amina Okoye", "The Harbour Post")
    assert found.story.fields["byline"].origin == FieldOrigin.CORRECTED
    assert len(found.applied) == 2
    story = story_drafts.add_to_queue(second, again=True)
    assert (story.byline, story.source_name) == ("Amina Okoye", "The Harbour Post")


def test_a_byline_that_was_cleared_stays_empty_and_another_one_is_kept(publication: Publication, site: Website) -> None:
    story_drafts.add_to_queue(read(publication, site, "/a", page()), byline="")
    assert story_drafts.corrected_story(read(publication, site, "/b", page())).story.value("byline") == ""
    other = read(publication, site, "/c", page().replace("AMINA OKOYE", "Lea Sow"))
    assert story_drafts.corrected_story(other).story.value("byline") == "Lea Sow and Jan de Vries"


def test_what_is_saved_as_it_was_read_forgets_a_correction(publication: Publication, site: Website) -> None:
    first, second = read(publication, site, "/a", page()), read(publication, site, "/b", page())
    story_drafts.add_to_queue(first, byline="Amina Okoye")
    story_drafts.add_to_queue(second, byline="Amina Okoye and Jan de Vries")
    assert not SiteCorrection.objects.exists()


def test_a_line_that_was_taken_out_is_left_out_the_next_time(publication: Publication, site: Website) -> None:
    first = read(publication, site, "/a", WITH_LINE)
    assert any(NEWS in block for block in first.paragraphs)
    shown = teaser_body(story_drafts.page_story(first), publication.teaser_paragraphs)
    story_drafts.add_to_queue(first, body=shown.replace(f"<p>{NEWS}</p>", ""))
    [one] = SiteCorrection.objects.all()
    assert (one.site, one.name, one.text, one.value) == ("example.org", "line", NEWS, LineType.IGNORED)
    second = read(publication, site, "/b", WITH_LINE)
    found = story_drafts.corrected_story(second)
    assert found.applied == [one]
    assert NEWS not in "".join(found.story.paragraphs)
    one.delete()
    assert NEWS in "".join(story_drafts.corrected_story(second).story.paragraphs)


def test_a_text_that_was_written_anew_is_no_correction(publication: Publication, site: Website) -> None:
    story_drafts.add_to_queue(read(publication, site, "/a", WITH_LINE), body="<p>Quite another text.</p>")
    assert not SiteCorrection.objects.exists()


def test_another_site_and_another_publication_are_not_corrected(publication: Publication, site: Website) -> None:
    first = read(publication, site, "/a", page())
    story_drafts.add_to_queue(first, byline="Amina Okoye")
    story, url = story_drafts.page_story(first), "https://post.example.org/x"
    assert SiteCorrections(publication).apply(story, url=url).applied
    assert not SiteCorrections(make.publication(slug="evening")).apply(story, url=url).applied
    elsewhere = page().replace("post.example.org", "post.example.net")
    assert not story_drafts.corrected_story(read(publication, site, "/n", elsewhere)).applied


def test_a_site_remembers_its_newest_corrections(publication: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_corrections, "MAX_CORRECTIONS", 3)
    for number in range(5):
        types = {f"Line {number}": LineType.IGNORED}
        site_corrections.remember_lines(publication, "https://a.example.org/", types)
    assert set(SiteCorrections(publication).line_types("https://b.example.org/")) == {"Line 2", "Line 3", "Line 4"}


def test_long_lines_and_headlines_are_of_one_article(publication: Publication) -> None:
    types = {"x" * 201: LineType.IGNORED, "Harbour to be dredged": LineType.HEADLINE, "": LineType.IGNORED}
    site_corrections.remember_lines(publication, "https://example.org/", types)
    assert not SiteCorrection.objects.exists()
