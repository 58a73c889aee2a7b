"""The pages of feeds and suggestions: what is shown, what a click does, and a second one."""

from datetime import timedelta

import pytest
from django.test import Client

from newsletter.accounts.models import Role
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories import story_queue
from newsletter.stories.feed_models import Feed, Suggestion
from newsletter.stories.feeds import edit_feed, read_feeds
from newsletter.stories.feeds.fetch_feed import fetch_feed
from newsletter.stories.feeds.parse_feed import parse_feed
from newsletter.stories.models import Story, StoryDraft
from tests.stories.feeds.made_up import item, rss, whole
from tests.support import factories as make
from tests.support.website import Website, body, status
from tests.web.asking import follow, words
from tests.web.conftest import signed_in

FEEDS, NEW = "/publications/morning/feeds/", "/publications/morning/feeds/new/"
LIST = "/desk/morning/suggestions/"
TODAY = f"{clock.now():%a, %d %b %Y} 00:00:00 +0000"
RULES = {"max_suggestions": "20", "max_age_days": "7"}


@pytest.fixture
def ada(publication: Publication) -> Client:
    return signed_in(make.person(Role.ADMIN, "Ada"))


@pytest.fixture
def feed(publication: Publication, site: Website) -> Feed:
    return edit_feed.add_feed(publication, url=site.url("/feed"))


def read(site: Website, *items: str) -> list[Suggestion]:
    site.pages["/feed"] = body(rss(*items))
    Feed.objects.update(try_at=None)
    work(site)
    return list(Suggestion.objects.order_by("-pk"))


def work(site: Website) -> None:
    reach = site.reach()
    read_feeds.read_next(
        now=clock.now(), fetch=lambda url, known: fetch_feed(url, known, policy=reach), parse=parse_feed
    )


def test_a_feed_is_added_changed_and_removed(ada: Client) -> None:
    shown = follow(ada.post(NEW, {"url": "https://post.example.org/feed", "section": "Region"} | RULES), ada)
    assert "The feed was added and is being read." in shown
    assert "Not read yet" in shown
    feed = Feed.objects.get()
    page = f"/feeds/{feed.pk}/"
    seen = {"seen-url": feed.url, "seen-section": "Region", "seen-max_suggestions": "20", "seen-max_age_days": "7"}
    same = {"url": feed.url, "section": "Region"} | RULES
    assert "You made no changes" in follow(ada.post(page, seen | same), ada)
    assert "Saved." in follow(ada.post(page, seen | same | {"max_suggestions": "5", "auto_queue": "on"}), ada)
    feed.refresh_from_db()
    assert (feed.max_suggestions, feed.auto_queue, feed.section) == (5, True, "Region")
    assert "will be read within seconds" in follow(ada.post(f"{page}read/"), ada)
    for _ in range(2):
        assert ada.post(f"{page}remove/").status_code == 302
    assert not Feed.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": "nothing"}, "Is not a web address."),
        ({"url": ""}, "This field is required."),
        ({"max_suggestions": "0"}, "Enter a number from 1 to 100."),
        ({"max_age_days": "x"}, "Enter a whole number."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(ada: Client, given: dict[str, str], said: str) -> None:
    shown = ada.post(NEW, {"url": "https://post.example.org/feed"} | RULES | given)
    assert shown.status_code == 422
    assert said in words(shown)
    assert not Feed.objects.exists()


def test_a_feed_that_breaks_says_so(ada: Client, feed: Feed, site: Website) -> None:
    read(site, whole("A", date=TODAY))
    site.pages["/feed"] = status(503)
    Feed.objects.update(try_at=None)
    work(site)
    shown = words(ada.get(FEEDS))
    for part in ("Harbour Post", "Cannot be read", "status 503", "Last success: today", "Next try: ", "1 suggestion,"):
        assert part in shown
    assert "“Harbour Post” cannot be read now." in words(ada.get(LIST))


def test_suggestions_stand_beside_the_queue_and_are_added_with_one_click(
    cora: Client, feed: Feed, site: Website
) -> None:
    [one] = read(site, whole("A", date=TODAY))
    shown = words(cora.get("/desk/morning/"))
    assert "1 suggestion from feeds" in shown
    assert "A is dredged after years of waiting" in shown
    for _ in range(2):
        shown = follow(cora.post(f"/suggestions/{one.pk}/queue/", {"page": "queue"}), cora)
        assert "“A is dredged after years of waiting” was added to the queue." in shown
    assert Story.objects.count() == 1
    assert "from feeds" not in words(cora.get("/desk/morning/"))


def test_an_article_without_text_is_read_from_its_link(cora: Client, feed: Feed, site: Website) -> None:
    [one] = read(site, item("A", date=TODAY))
    shown = follow(cora.post(f"/suggestions/{one.pk}/queue/", {"page": "queue"}), cora)
    assert "is being read. Then it is added to the queue by itself." in shown
    assert "Reading A is dredged after years of waiting … Then it is added to the queue." in shown
    [draft] = StoryDraft.objects.all()
    story = make.story(draft.publication)
    StoryDraft.objects.update(state="added", story=story)
    card = cora.get(f"/drafts/{draft.pk}/", HTTP_HX_REQUEST="true")
    assert f"“{story.headline}” was added to the queue. Show it" in words(card)


def test_where_an_article_was_before_is_said(cora: Client, feed: Feed, site: Website, publication: Publication) -> None:
    def queued(name: str, headline: str = "Mine") -> Story:
        url = f"https://post.example.org/{name}"
        return story_queue.add(publication, headline=headline, url=url, body="<p>One.</p>")

    used = queued("a")
    edition = make.edition(publication, due_at=clock.now() - timedelta(days=1))
    edition.placements.create(story=used, position=1)
    Story.objects.update(state="used")
    queued("b")
    queued("x", "C is dredged after many years of waiting")
    names = ("A", "B", "C")
    read(site, *(whole(name, date=TODAY) for name in names))
    shown = words(cora.get(LIST))
    assert "Used in the edition of yesterday" in shown
    assert "Already in the queue: Mine" in shown
    assert "A story with a similar headline is in the queue" in shown
    one = Suggestion.objects.get(url__endswith="/b")
    refused = follow(cora.post(f"/suggestions/{one.pk}/queue/", {"page": "suggestions"}), cora)
    assert "already in the queue" in refused
    cora.post(f"/suggestions/{one.pk}/queue/", {"page": "suggestions", "again": "on"})
    assert Story.objects.filter(url__endswith="/b").count() == 2


def test_the_list_takes_no_more_queries_for_more_suggestions(
    cora: Client, feed: Feed, site: Website, django_assert_max_num_queries: object
) -> None:
    read(site, *(whole(f"S{n}", date=TODAY) for n in range(20)))
    with django_assert_max_num_queries(17):  # type: ignore[operator]
        assert words(cora.get(LIST)).count("Add to queue") == 20


def test_the_list_takes_no_more_queries_for_suggestions_like_earlier_stories(
    cora: Client, feed: Feed, site: Website, publication: Publication, django_assert_max_num_queries: object
) -> None:
    for one in read(site, *(whole(f"S{n}", date=TODAY) for n in range(20))):
        url = f"https://post.example.org/earlier/{one.pk}"
        story_queue.add(publication, headline=one.headline, url=url, body="<p>One.</p>")
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        assert words(cora.get(LIST)).count("A story with a similar headline is in the queue") == 20


def test_a_dismissed_suggestion_is_gone(cora: Client, feed: Feed, site: Website) -> None:
    [one] = read(site, whole("A", date=TODAY))
    shown = follow(cora.post(f"/suggestions/{one.pk}/dismiss/", {"page": "suggestions"}), cora)
    assert "No suggestions" in shown
    assert "no longer open" in follow(cora.post(f"/suggestions/{one.pk}/queue/"), cora)
    edit_feed.remove_feed(feed)
    assert "its feed was removed" in follow(cora.post(f"/suggestions/{one.pk}/queue/"), cora)


def test_a_long_list_is_shown_in_parts(cora: Client, feed: Feed, site: Website) -> None:
    edit_feed.change_feed(feed, max_suggestions=40)
    read(site, *(item(f"S{n}", date=TODAY) for n in range(35)))
    first, rest = words(cora.get(LIST)), words(cora.get(f"{LIST}?from=30"))
    assert (first.count("Add to queue"), rest.count("Add to queue")) == (30, 5)
    assert "Older" in first
    assert "Newer" in rest
    assert words(cora.get(f"{LIST}?from=999999")).count("Add to queue") == 0
    assert cora.get(f"{LIST}?from=99999999999999999999").status_code == 200


def test_markup_in_a_feed_is_shown_as_text(cora: Client, feed: Feed, site: Website) -> None:
    hostile = "<title>&lt;script&gt;alert(1)&lt;/script&gt; A</title><link>https://post.example.org/h</link>"
    read(site, f"<item>{hostile}</item>")
    assert b"<script>alert" not in cora.get(LIST).content
    assert b"<script>alert" not in cora.get("/desk/morning/").content
