"""A link becomes a draft, a worker reads it, and a curator adds it to the queue once."""

from datetime import datetime, timedelta

import pytest

from newsletter.lib import clock
from newsletter.lib.claim_rows import claim
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.lib.safe_fetch import Fetched
from newsletter.publications.models import Publication
from newsletter.stories.models import DraftState, Story, StoryDraft
from newsletter.stories.reading import story_drafts
from newsletter.stories.reading.fetch_page import fetch_page
from newsletter.stories.rich_text import rich_text
from tests.stories.reading.pages import TEXT, page
from tests.support import factories as make
from tests.support.website import Website, body, status

pytestmark = pytest.mark.django_db
HTML = page().encode()


@pytest.fixture
def publication() -> Publication:
    return make.publication()


def order(publication: Publication, url: str) -> StoryDraft:
    [draft] = story_drafts.order_links(publication, [url])
    return draft


def work(site: Website, now: datetime | None = None) -> bool:
    return story_drafts.read_next(now=now or clock.now(), fetch=lambda url: fetch_page(url, policy=site.reach()))


def test_a_link_is_read_and_becomes_a_story(publication: Publication, site: Website) -> None:
    site.pages["/harbour"] = body(HTML, Content_Type="text/html")
    draft = order(publication, site.url("/harbour"))
    assert draft.is_waiting
    assert work(site)
    assert not work(site)
    draft.refresh_from_db()
    assert (draft.state, draft.problem) == (DraftState.READ, "")
    story = story_drafts.add_to_queue(draft)
    assert story.headline == "Harbour to be dredged after years of waiting"
    assert (story.byline, story.source_name) == ("Amina Okoye and Jan de Vries", "Harbour Post")
    assert story.url == "https://post.example.org/harbour"
    assert (story.picture_alt, story.picture_credit) == ("A dredger in front of the quay", "Lea Sow")
    lines = [rich_text.plain(block.html) for block in rich_text.blocks(story.body)]
    assert lines[0] == "After the storm of March the basin was too shallow for most ships."
    assert lines[1:] == [rich_text.plain(f"<p>{line}</p>") for line in TEXT[:4]]


def test_the_publication_says_how_many_paragraphs_a_teaser_takes(publication: Publication, site: Website) -> None:
    publication.teaser_paragraphs = 2
    publication.save()
    site.pages["/harbour"] = body(HTML)
    draft = order(publication, site.url("/harbour"))
    work(site)
    draft.refresh_from_db()
    assert len(rich_text.blocks(story_drafts.add_to_queue(draft).body)) == 3


def test_two_clicks_make_one_draft_and_one_story(publication: Publication, site: Website) -> None:
    site.pages["/harbour"] = body(HTML)
    draft = order(publication, site.url("/harbour"))
    assert order(publication, site.url("/harbour?utm_source=x#top")) == draft
    work(site)
    draft.refresh_from_db()
    assert story_drafts.add_to_queue(draft) == story_drafts.add_to_queue(draft)
    assert Story.objects.count() == 1


def test_a_failed_link_that_is_pasted_again_is_read_again(publication: Publication, site: Website) -> None:
    site.pages["/harbour"] = status(404)
    draft = order(publication, site.url("/harbour"))
    work(site)
    site.pages["/harbour"] = body(HTML)
    again = order(publication, site.url("/harbour"))
    assert (again.pk, again.state, again.problem) == (draft.pk, DraftState.WAITING, "")
    assert work(site)
    again.refresh_from_db()
    assert again.state == DraftState.READ


def test_a_draft_whose_worker_was_killed_is_read_later(publication: Publication, site: Website) -> None:
    site.pages["/harbour"] = body(HTML)
    draft, now = order(publication, site.url("/harbour")), clock.now()
    claim(StoryDraft.objects.due(now), now=now, lease=story_drafts.LEASE, max_rows=1, max_tries=9)  # and then kill -9
    assert not work(site, now)
    assert work(site, now + story_drafts.LEASE)
    draft.refresh_from_db()
    assert draft.state == DraftState.READ


def test_a_draft_that_kills_every_worker_is_given_up(publication: Publication, site: Website) -> None:
    draft, now = order(publication, site.url("/harbour")), clock.now()
    for _ in range(story_drafts.MAX_TRIES):
        claim(StoryDraft.objects.due(now), now=now, lease=story_drafts.LEASE, max_rows=1, max_tries=9)
        now += story_drafts.LEASE
    assert work(site, now)
    draft.refresh_from_db()
    assert (draft.state, draft.problem) == (DraftState.FAILED, "Every attempt to read it failed.")
    assert site.asked == []


@pytest.mark.parametrize(("number", "said"), [(403, "refuses to be read"), (404, "not found"), (451, "refuses")])
def test_a_page_that_is_refused_stays_as_a_draft_with_its_link_and_the_reason(
    publication: Publication, site: Website, number: int, said: str
) -> None:
    site.pages["/harbour"] = status(number)
    draft = order(publication, site.url("/harbour"))
    work(site)
    draft.refresh_from_db()
    assert (draft.state, draft.url) == (DraftState.FAILED, site.url("/harbour"))
    assert said in draft.problem
    assert str(number) in draft.problem
    assert draft.hint.endswith("paste it here.")


def test_a_busy_site_is_read_again_and_given_up_in_the_end(publication: Publication, site: Website) -> None:
    site.pages["/harbour"] = status(429)
    draft, now = order(publication, site.url("/harbour")), clock.now()
    for pause in story_drafts.RETRY_PAUSES:
        assert work(site, now)
        draft.refresh_from_db()
        assert draft.is_waiting
        assert not work(site, now + pause - timedelta(seconds=1))
        now += pause
    work(site, now)
    draft.refresh_from_db()
    assert draft.state == DraftState.FAILED
    assert "will try again" not in draft.problem + draft.hint  # because nobody does
    site.pages["/harbour"] = body(HTML)
    story_drafts.retry(draft)
    work(site, now)
    draft.refresh_from_db()
    assert draft.state == DraftState.READ


def test_an_address_inside_is_never_read(publication: Publication) -> None:
    draft = order(publication, "http://169.254.169.254/latest/meta-data/")
    assert story_drafts.read_next(now=clock.now())
    draft.refresh_from_db()
    assert (draft.state, draft.problem) == (DraftState.FAILED, "The address is in a private network.")


def test_a_draft_that_was_discarded_while_it_was_read_stays_discarded(publication: Publication, site: Website) -> None:
    draft = order(publication, site.url("/harbour"))
    site.pages["/harbour"] = body(HTML)

    def fetch(url: str) -> Fetched:
        story_drafts.discard(draft)
        return fetch_page(url, policy=site.reach())

    assert story_drafts.read_next(now=clock.now(), fetch=fetch)
    draft.refresh_from_db()
    assert (draft.state, draft.fields) == (DraftState.DISCARDED, {})
    with pytest.raises(InvalidState, match="was discarded"):
        story_drafts.add_to_queue(draft)


def test_pasted_html_keeps_links_and_leaves_an_appeal_out(publication: Publication, site: Website) -> None:
    pasted = (
        '<meta charset="utf-8"><!--StartFragment--><p>Home</p><h1><a href="https://post.example.org/harbour">'
        "Harbour to be dredged after years of waiting</a></h1><p>By Amina Okoye</p>"
        f"<p>{TEXT[0].replace('/topics', 'https://post.example.org/topics')}</p><p>{TEXT[1]}</p>"
        "<p>Give the gift of hope</p><p>We practice what we preach:</p><p>Support Harbour Post. Donate now.</p>"
        f"<p>{TEXT[2]}</p><!--EndFragment-->"
    )
    draft = story_drafts.order_html(publication, pasted)
    assert work(site)
    draft.refresh_from_db()
    assert draft.state == DraftState.READ
    story = story_drafts.add_to_queue(draft)
    assert (story.headline, story.byline) == ("Harbour to be dredged after years of waiting", "Amina Okoye")
    assert story.url == "https://post.example.org/harbour"
    assert '<a href="https://post.example.org/topics/harbour?a=1">Monday on</a>' in story.body
    assert "Home" not in story.body
    assert site.asked == []


def test_a_whole_document_that_is_pasted_is_read_like_its_page(publication: Publication, site: Website) -> None:
    draft = story_drafts.order_html(publication, page())
    work(site)
    draft.refresh_from_db()
    assert story_drafts.add_to_queue(draft).source_name == "Harbour Post"


def test_what_cannot_be_ordered_is_refused(publication: Publication) -> None:
    for urls in (["javascript:x()"], ["https://a.example/"] * 2 + [f"https://a.example/{n}" for n in range(60)]):
        with pytest.raises(BadInput):
            story_drafts.order_links(publication, urls)
    with pytest.raises(BadInput):
        story_drafts.order_html(publication, "x" * 2_000_000)
    assert not StoryDraft.objects.exists()


def test_only_old_drafts_that_were_decided_about_are_deleted(publication: Publication) -> None:
    for state in DraftState.values:
        StoryDraft.objects.create(publication=publication, url=f"https://a.example/{state}", state=state)
    story_drafts.delete_decided(now=clock.now() + story_drafts.KEPT - timedelta(minutes=1))
    assert StoryDraft.objects.count() == 5
    story_drafts.delete_decided(now=clock.now() + story_drafts.KEPT)
    assert set(StoryDraft.objects.values_list("state", flat=True)) == {"waiting", "read", "failed"}
