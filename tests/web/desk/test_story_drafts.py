"""The one box and its drafts: what is ordered, what a card says, and that clicking twice does no harm."""

import pytest
from django.test import Client

from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories import story_queue
from newsletter.stories.correction_models import SiteCorrection
from newsletter.stories.models import DraftState, Story, StoryDraft
from newsletter.stories.reading import story_drafts
from newsletter.stories.reading.fetch_page import fetch_page
from tests.stories.reading.pages import page
from tests.support import factories as make
from tests.support.website import Website, body
from tests.web.asking import follow, words

BOX = "/desk/morning/drafts/"


def read(publication: Publication, site: Website, html: str) -> StoryDraft:
    site.pages["/a"] = body(html.encode())
    [draft] = story_drafts.order_links(publication, [site.url("/a")])
    story_drafts.read_next(now=clock.now(), fetch=lambda url: fetch_page(url, policy=site.reach()))
    return draft


def test_links_are_drafts_at_once_and_two_posts_make_no_more(cora: Client, publication: Publication) -> None:
    for _ in range(2):
        shown = follow(cora.post(BOX, {"text": "https://a.example/1\n https://b.example/2 "}), cora)
    assert "Reading a.example …" in shown
    assert StoryDraft.objects.count() == 2


def test_plain_text_goes_on_to_the_review(cora: Client, publication: Publication) -> None:
    shown = cora.post(
        BOX, {"text": "The harbour gets its light back\nIt was lit on Friday, and many people came to see it."}
    )
    assert "Line by line" in words(shown)
    assert "correction" not in words(shown)  # the link is asked for here
    assert not StoryDraft.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Enter a link or paste an article."),
        ({"text": " "}, "Enter a link or paste an article."),
        ({"text": "https://user:secret@a.example/"}, "contains a user name or password."),
    ],
)
def test_what_cannot_be_ordered_is_said(
    cora: Client, publication: Publication, given: dict[str, str], said: str
) -> None:
    assert said in follow(cora.post(BOX, given), cora)
    assert not StoryDraft.objects.exists()


def test_adding_twice_makes_one_story(cora: Client, publication: Publication, site: Website) -> None:
    draft = read(publication, site, page())
    for _ in range(2):
        assert cora.post(f"/drafts/{draft.pk}/queue/").status_code == 302
    assert Story.objects.count() == 1
    assert cora.get(f"/drafts/{draft.pk}/", headers={"HX-Request": "true"}).content == b""


def test_a_page_that_was_queued_before_is_added_only_when_that_is_confirmed(
    cora: Client, publication: Publication, site: Website
) -> None:
    make.story(publication, url="https://post.example.org/harbour")
    draft = read(publication, site, page())
    assert "This link was queued before" in words(cora.get("/desk/morning/"))
    cora.post(f"/drafts/{draft.pk}/queue/")
    assert Story.objects.count() == 1
    cora.post(f"/drafts/{draft.pk}/queue/", {"again": "on"})
    assert Story.objects.count() == 2


def test_the_card_names_the_edition_of_an_earlier_story(cora: Client, publication: Publication, site: Website) -> None:
    known = make.story(publication, url="https://post.example.org/harbour")
    edition = make.edition(publication)
    edition.placements.create(story=known, position=1)
    read(publication, site, page())
    assert f'href="/editions/{edition.pk}/"' in cora.get("/desk/morning/").content.decode()


def test_a_picture_without_a_description_is_described_or_left_out(
    cora: Client, publication: Publication, site: Website
) -> None:
    bare = page().replace('alt="A dredger in front of the quay"', "").replace("A dredger at work.", "")
    draft = read(publication, site, bare)
    cora.post(f"/drafts/{draft.pk}/queue/")
    assert not Story.objects.exists()
    cora.post(f"/drafts/{draft.pk}/queue/", {"picture": "none"})
    assert Story.objects.get().picture_url == ""


def test_a_draft_is_discarded_and_another_publication_does_not_see_it(
    cora: Client, publication: Publication, site: Website
) -> None:
    draft = read(publication, site, page())
    make.publication(slug="evening")
    assert "Drafts" not in words(cora.get("/desk/evening/"))
    cora.post(f"/drafts/{draft.pk}/discard/")
    draft.refresh_from_db()
    assert draft.state == DraftState.DISCARDED
    assert "Drafts" not in words(cora.get("/desk/morning/"))


def test_hostile_fields_are_shown_as_text(cora: Client, publication: Publication, site: Website) -> None:
    read(
        publication,
        site,
        page(data=None, before="<h1>A &lt;script&gt;alert(1)&lt;/script&gt; b c</h1>", title="A b c d"),
    )
    assert "<script>alert" not in cora.get("/desk/morning/").content.decode()


def test_the_form_of_a_draft_begins_with_what_was_read(cora: Client, publication: Publication, site: Website) -> None:
    draft = read(publication, site, page())
    shown = cora.get(f"/desk/morning/new/?draft={draft.pk}")
    assert 'value="Harbour to be dredged after years of waiting"' in shown.content.decode()
    story_queue.add(publication, headline="X", url="https://x.example/", body="<p>x</p>")
    assert cora.get("/desk/morning/new/?draft=999").status_code == 200


def test_a_correction_is_shown_on_the_next_card_and_forgotten_by_one_click(
    cora: Client, publication: Publication, site: Website
) -> None:
    story_drafts.add_to_queue(read(publication, site, page()), byline="Amina Okoye")
    Story.objects.all().delete()
    StoryDraft.objects.all().delete()
    read(publication, site, page())
    shown = words(cora.get("/desk/morning/"))
    assert "As you corrected before on example.org:" in shown
    assert "the byline is “ Amina Okoye ” and not “ Amina Okoye and Jan de Vries ”" in shown
    [one] = SiteCorrection.objects.all()
    assert "The correction is forgotten." in follow(cora.post(f"/corrections/{one.pk}/forget/"), cora)
    assert cora.post(f"/corrections/{one.pk}/forget/").status_code == 302
    assert "As you corrected before" not in words(cora.get("/desk/morning/"))


def test_many_drafts_are_shown_in_parts_and_none_is_hidden(cora: Client, publication: Publication) -> None:
    made = [
        StoryDraft(publication=publication, url=f"https://a.example/{n}", page_key=str(n), state="failed")
        for n in range(60)
    ]
    StoryDraft.objects.bulk_create(made)
    shown = cora.get("/desk/morning/").content.decode()
    assert shown.count('id="draft-') == 50
    assert "10 older drafts are not shown." in words(cora.get("/desk/morning/"))
    rest = cora.get("/desk/morning/?drafts=100").content.decode()
    assert rest.count('id="draft-') == 60
    assert "older draft" not in rest
    assert cora.get(f"/desk/morning/?drafts={'9' * 30}").status_code == 200
