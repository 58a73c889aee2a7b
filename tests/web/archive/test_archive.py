"""The public archive: what was sent, for anybody, with nothing of a reader in it."""

import json
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from newsletter.delivery.dispatches import control_dispatch, open_dispatch
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import correct_story
from newsletter.mail.message import MergeTag
from newsletter.publications.models import Publication
from newsletter.segments import edit_segment
from newsletter.segments.models import Segment
from tests.support import factories as make
from tests.web.asking import words

pytestmark = pytest.mark.django_db
MONDAY = make.MONDAY


@pytest.fixture
def open_archive(publication: Publication) -> Publication:
    publication.archive_open = True
    publication.save()
    return publication


def sent(
    publication: Publication,
    headline: str,
    *,
    day: int = 0,
    send_to: Segment | None = None,
    leave_out: Segment | None = None,
    **said: Any,
) -> Edition:
    """One that was sent, a day after another by its number."""
    due_at = MONDAY + timedelta(days=day)
    make.story(publication, headline=headline, **said)
    edition = make.approved_edition(publication, due_at=due_at, stories=0, send_to=send_to, leave_out=leave_out)
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.DISPATCHED, dispatched_at=due_at)
    edition.refresh_from_db()
    return edition


def test_sent_editions_stand_in_the_archive_newest_first(client: Client, open_archive: Publication) -> None:
    older, newer = sent(open_archive, "Rain"), sent(open_archive, "Snow", day=1)
    page = words(client.get("/a/morning/"))
    assert page.index("Snow") < page.index("Rain")
    assert "The Morning Post" in words(client.get(f"/a/morning/{older.pk}/"))
    assert client.get(f"/a/morning/{newer.pk}/").status_code == 200


def test_what_is_not_sent_is_not_public(client: Client, open_archive: Publication) -> None:
    make.story(open_archive, headline="Secret")
    edition = make.approved_edition(open_archive, stories=0)
    for state in set(EditionState) - {EditionState.DISPATCHED}:
        Edition.objects.filter(pk=edition.pk).update(state=state, reason="why")
        assert "Secret" not in words(client.get("/a/morning/"))
        assert client.get(f"/a/morning/{edition.pk}/").status_code == 404
        assert b"Secret" not in client.get("/a/morning/feed.xml").content


def test_an_edition_that_was_stopped_is_not_public(client: Client, open_archive: Publication) -> None:
    make.rita(open_archive)
    make.story(open_archive, headline="Secret")
    edition = make.approved_edition(open_archive, stories=0)
    dispatch = open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    assert dispatch
    control_dispatch.stop(dispatch, reason="wrong name", now=MONDAY)
    assert "Secret" not in words(client.get("/a/morning/"))
    assert client.get(f"/a/morning/{edition.pk}/").status_code == 404
    for page in ("feed.xml", "feed.json", "sitemap.xml"):
        assert f"/a/morning/{edition.pk}/".encode() not in client.get(f"/a/morning/{page}").content


def test_what_only_a_segment_got_is_not_public(client: Client, open_archive: Publication) -> None:
    definition = {"groups": [{"match": "all", "conditions": [{"kind": "domain", "test": "is", "value": "a.example"}]}]}
    near = edit_segment.add_segment(open_archive, name="Near", definition=definition, now=MONDAY)
    public = sent(open_archive, "Rain", leave_out=near)
    edition = sent(open_archive, "For members", day=1, send_to=near)
    assert client.get(f"/a/morning/{public.pk}/").status_code == 200
    assert "For members" not in words(client.get("/a/morning/"))
    assert client.get(f"/a/morning/{edition.pk}/").status_code == 404
    for page in ("feed.xml", "feed.json", "sitemap.xml"):
        assert f"/a/morning/{edition.pk}/".encode() not in client.get(f"/a/morning/{page}").content


@pytest.mark.parametrize("page", ["", "{id}/", "feed.xml", "feed.json", "sitemap.xml"])
def test_a_closed_archive_is_not_there(client: Client, publication: Publication, page: str) -> None:
    edition = sent(publication, "Rain")
    address = "/a/morning/" + page.format(id=edition.pk)
    assert client.get(address).status_code == 404
    Publication.objects.update(archive_open=True)
    assert client.get(address).status_code == 200
    Publication.objects.update(is_active=False)
    assert client.get(address).status_code == 404


def test_an_edition_of_another_publication_is_not_shown(client: Client, open_archive: Publication) -> None:
    other = make.publication(slug="evening", archive_open=True)
    edition = sent(other, "Rain")
    assert client.get(f"/a/morning/{edition.pk}/").status_code == 404


def test_the_page_of_an_edition_has_nothing_of_a_reader(client: Client, open_archive: Publication) -> None:
    Publication.objects.update(greeting=True)
    open_archive.refresh_from_db()
    page = client.get(f"/a/morning/{sent(open_archive, 'Rain').pk}/").content.decode()
    assert not [tag for tag in MergeTag if tag in page]
    assert "/v/" not in page  # its link to the web version leads to itself


def test_the_link_to_the_web_version_leads_to_the_page_itself_below_a_path_too(
    client: Client, open_archive: Publication, settings: Settings
) -> None:
    settings.BASE_URL = "https://post.example.org/newsletters"
    edition = sent(open_archive, "Rain")
    settings.BASE_URL = "https://www.example.org/newsletters"  # moved since
    page = client.get(f"/a/morning/{edition.pk}/").content.decode()
    assert f'href="https://www.example.org/newsletters/a/morning/{edition.pk}/"' in page.partition("<main")[2]
    assert "/newsletters/newsletters/" not in page


def test_the_page_of_an_edition_tells_search_engines_what_it_is(client: Client, open_archive: Publication) -> None:
    edition = sent(open_archive, 'Rain & "snow"')
    page = client.get(f"/a/morning/{edition.pk}/").content.decode()
    address = f"{settings.BASE_URL}/a/morning/{edition.pk}/"
    assert f'<link rel="canonical" href="{address}">' in page
    assert '<meta property="og:title" content="Rain &amp; &#34;snow&#34;">' in page
    assert page.count("<main>") == page.count("</main>") == 1
    assert page.index("<main>") < page.index("<h1") < page.index("</main>")
    assert "noindex" not in page
    assert client.get(f"/a/morning/{edition.pk}/").headers["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("rain", {"Rain in May"}),
        ("MAY", {"Rain in May", "A may bug"}),
        ("may rain", {"Rain in May"}),
        ("100%", set()),
        ("<script>", set()),
        ("   ", {"Rain in May", "A may bug"}),
    ],
)
def test_a_search_finds_editions_with_all_its_words(
    client: Client, open_archive: Publication, query: str, found: set[str]
) -> None:
    sent(open_archive, "Rain in May")
    sent(open_archive, "A may bug", day=1)
    page = client.get("/a/morning/", {"q": query})
    assert {headline for headline in ("Rain in May", "A may bug") if headline in words(page)} == found
    assert b"<script>" not in page.content


def test_a_search_finds_a_headline_below_the_first(client: Client, open_archive: Publication) -> None:
    make.story(open_archive, headline="First")
    sent(open_archive, "The second one")
    assert "First" in words(client.get("/a/morning/", {"q": "second"}))


def test_the_archive_speaks_the_language_of_its_publication(client: Client, db: None) -> None:
    arabic = make.arabic_publication(slug="sabah", archive_open=True)
    page = client.get("/a/sabah/").content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert "لم يُرسَل أي عدد بعد." in page
    assert arabic.name in page


def test_feeds_and_sitemap_list_the_editions(client: Client, open_archive: Publication) -> None:
    edition = sent(open_archive, "Rain <b>& snow</b>")
    address = f"{settings.BASE_URL}/a/morning/{edition.pk}/"
    [item] = ET.fromstring(client.get("/a/morning/feed.xml").content).iter("item")  # noqa: S314 — our own
    assert (item.findtext("title"), item.findtext("link")) == ("Rain <b>& snow</b>", address)
    feed = json.loads(client.get("/a/morning/feed.json").content)
    assert [(one["id"], one["title"]) for one in feed["items"]] == [(address, "Rain <b>& snow</b>")]
    assert address in client.get("/a/morning/sitemap.xml").content.decode()


def test_an_unchanged_page_is_not_sent_again(client: Client, open_archive: Publication) -> None:
    edition = sent(open_archive, "Rain")
    for address in ("/a/morning/", f"/a/morning/{edition.pk}/", "/a/morning/feed.xml"):
        etag = client.get(address).headers["ETag"]
        assert client.get(address, headers={"If-None-Match": etag}).status_code == 304


def test_queries_do_not_grow_with_the_archive(
    client: Client, open_archive: Publication, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for day in range(4):
        sent(open_archive, f"Rain {day}", day=day)
    for address, queries in (("/a/morning/", 5), ("/a/morning/feed.xml", 4), ("/a/morning/sitemap.xml", 3)):
        with django_assert_num_queries(queries):
            client.get(address)


def test_a_page_number_of_any_kind_is_answered(client: Client, open_archive: Publication) -> None:
    sent(open_archive, "Rain")
    for number in ("0", "-1", "999999999999999999999", "x", ""):
        assert client.get("/a/morning/", {"page": number}).status_code == 200


def test_the_number_of_no_edition_is_not_found(client: Client, open_archive: Publication) -> None:
    for number in (0, 10**17, 2**63, 10**30):
        assert client.get(f"/a/morning/{number}/").status_code == 404


def test_a_feed_reader_shows_headlines_as_lines_and_as_they_are_written(
    client: Client, open_archive: Publication
) -> None:
    make.story(open_archive, headline="Why <b> is & stays")
    sent(open_archive, "The second one")
    [item] = ET.fromstring(client.get("/a/morning/feed.xml").content).iter("item")  # noqa: S314 — our own
    # the text of an item is HTML
    assert item.findtext("description") == "<p>Why &lt;b&gt; is &amp; stays</p><p>The second one</p>"


@pytest.mark.parametrize("query", ["паром", "ПАРОМ", "ёлк", "Ёлка."])
def test_a_search_ignores_case_in_every_alphabet(client: Client, open_archive: Publication, query: str) -> None:
    sent(open_archive, "Паром и Ёлка.")
    assert "Паром и Ёлка." in words(client.get("/a/morning/", {"q": query}))


def test_signs_in_a_search_are_only_signs(client: Client, open_archive: Publication) -> None:
    sent(open_archive, "Rain (at last)")
    assert "(at last)" in words(client.get("/a/morning/", {"q": "(at"}))
    for query in ("R..n", ".*", "[", "\\", "Ra_n", "%"):
        assert "(at last)" not in words(client.get("/a/morning/", {"q": query}))


def test_a_corrected_story_is_corrected_on_every_public_page(client: Client, open_archive: Publication) -> None:
    edition = sent(open_archive, "The bridge opens on Friday")
    story = edition.placements.get().story
    text, headline = "The bridge opens on Saturday, not on Friday.", "The bridge opens on Saturday"
    correct_story.correct_story(story, text=text, headline=headline, by=make.eddie(), now=MONDAY + timedelta(days=9))
    page = client.get(f"/a/morning/{edition.pk}/").content.decode()
    assert f"Corrected on December 2, 2026: {text}" in page
    assert '<meta property="og:title" content="The bridge opens on Saturday">' in page
    for address in ("/a/morning/", "/a/morning/feed.xml", "/a/morning/feed.json"):
        shown = client.get(address).content.decode()
        assert (headline in shown, "on Friday" in shown) == (True, False), address
    [item] = json.loads(client.get("/a/morning/feed.json").content)["items"]
    assert item["date_modified"].startswith("2026-12-02")
    assert "<lastmod>2026-12-02</lastmod>" in client.get("/a/morning/sitemap.xml").content.decode()
