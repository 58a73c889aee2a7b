"""A worker reads due feeds: what becomes a suggestion, what is not fetched again, what happens when a feed breaks."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DataError, connection

from newsletter.lib import clock
from newsletter.lib.safe_connection import FetchError
from newsletter.lib.safe_fetch import Fetched, Validators
from newsletter.publications.models import Publication
from newsletter.stories.feed_models import Feed, Suggestion
from newsletter.stories.feeds import edit_feed, read_feeds
from newsletter.stories.feeds.fetch_feed import fetch_feed
from newsletter.stories.feeds.parse_feed import parse_feed
from tests.stories.feeds.made_up import item, rss, whole
from tests.support import factories as make
from tests.support.website import Website, body, status

NOW = datetime.fromisoformat("2026-11-21T08:00:00+00:00")


@pytest.fixture
def feed(publication: Publication, site: Website) -> Feed:
    return edit_feed.add_feed(publication, url=site.url("/feed"))


def work(site: Website, now: datetime = NOW) -> Feed | None:
    reach = site.reach()
    return read_feeds.read_next(
        now=now, fetch=lambda url, known: fetch_feed(url, known, policy=reach), parse=parse_feed
    )


def serve(site: Website, *items: str, **headers: str) -> None:
    site.pages["/feed"] = body(rss(*items), **headers)


def suggested() -> list[str]:
    found = Suggestion.objects.filter(state="open").order_by("-dated_at", "-pk")
    return [one.url.rpartition("/")[2] for one in found]


def test_articles_become_suggestions_once(feed: Feed, site: Website) -> None:
    serve(site, whole("A"), item("B"), item("A", guid="again"))
    assert work(site) == feed
    assert work(site) is None
    assert work(site, NOW + read_feeds.INTERVAL) == feed
    assert sorted(suggested()) == ["a", "b"]
    feed.refresh_from_db()
    assert (feed.title, feed.problem, feed.tries, feed.held_until) == ("Harbour Post", "", 0, None)
    assert (feed.read_at, feed.try_at) == (NOW + read_feeds.INTERVAL, NOW + 2 * read_feeds.INTERVAL)
    [first] = Suggestion.objects.filter(url__endswith="/a")
    assert first.is_whole
    assert first.dated_at == datetime.fromisoformat("2026-11-20T06:30:00+00:00")


def test_a_feed_is_parsed_in_a_subprocess(feed: Feed, site: Website) -> None:
    serve(site, whole("A"), Content_Type="application/rss+xml")
    reach = site.reach()
    assert read_feeds.read_next(now=NOW, fetch=lambda url, known: fetch_feed(url, known, policy=reach)) == feed
    assert suggested() == ["a"]


def test_a_link_that_no_database_holds_costs_only_its_article(feed: Feed, site: Website) -> None:
    articles = [{"id": name, "url": f"https://post.example.org/{name}", "title": name} for name in ("a", "\ud800")]
    feed_of_two = {"version": "https://jsonfeed.org/version/1.1", "title": "Post", "items": articles}
    site.pages["/feed"] = body(json.dumps(feed_of_two).encode())
    work(site)
    assert suggested() == ["a"]


def test_a_feed_that_cannot_be_stored_says_so_and_is_tried_again(feed: Feed, site: Website) -> None:
    serve(site, whole("A"))

    def refuse(execute: Any, sql: str, *rest: Any) -> Any:
        if 'INTO "stories_suggestion"' in sql:
            raise DataError
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        assert work(site) == feed
    feed.refresh_from_db()
    assert (feed.problem, feed.held_until) == ("The feed could not be read.", None)
    work(site, NOW + read_feeds.pause_after(1))
    assert suggested() == ["a"]


def test_a_feed_that_is_unchanged_is_not_sent_again(feed: Feed, site: Website) -> None:
    serve(site, item("A"), ETag='"7"', Last_Modified="Fri, 20 Nov 2026 06:30:00 GMT")
    work(site)
    site.pages["/feed"] = status(304)
    work(site, NOW + read_feeds.INTERVAL)
    headers = site.asked[-1][1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"7"', "Fri, 20 Nov 2026 06:30:00 GMT")
    feed.refresh_from_db()
    assert (feed.problem, feed.read_at, feed.content_at) == ("", NOW + read_feeds.INTERVAL, NOW)
    assert suggested() == ["a"]


def test_a_feed_that_breaks_says_so_and_is_tried_less_and_less_often(feed: Feed, site: Website) -> None:
    serve(site, item("A"))
    work(site)
    site.pages["/feed"] = status(500)
    now, pauses = NOW + read_feeds.INTERVAL, []
    for _ in range(12):
        assert work(site, now)
        feed.refresh_from_db()
        assert feed.try_at
        pauses.append(feed.try_at - now)
        now = feed.try_at
    assert "status 500" in feed.problem
    assert (feed.read_at, feed.tries) == (NOW, 12)
    assert pauses[:4] == [timedelta(minutes=n) for n in (5, 10, 20, 40)]
    assert pauses[-1] == read_feeds.LONGEST_PAUSE
    assert suggested() == ["a"]  # it broke after its last success
    serve(site, item("A"))
    work(site, now)
    feed.refresh_from_db()
    assert (feed.problem, feed.tries, feed.try_at) == ("", 0, now + read_feeds.INTERVAL)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (body(b"<!doctype html><html><p>Hello"), "a web page and not to a feed"),
        (body(b"x" * 5_000_001), "too large"),
        (status(404), "status 404"),
        (status(302, Location="http://10.0.0.1/feed"), "not allowed"),
    ],
)
def test_why_a_feed_cannot_be_read_is_said(feed: Feed, site: Website, answer: object, said: str) -> None:
    site.pages["/feed"] = answer  # type: ignore[assignment]
    work(site)
    feed.refresh_from_db()
    assert said in feed.problem
    assert feed.read_at is None


def test_no_feed_is_read_from_a_private_network(feed: Feed) -> None:
    with pytest.raises(FetchError, match="private network"):
        fetch_feed("http://127.0.0.1/feed", Validators())


def test_two_workers_do_not_read_one_feed(feed: Feed, site: Website) -> None:
    seen: list[object] = []

    def fetch(url: str, known: Validators) -> Fetched:
        edit_feed.read_soon(feed)  # and a person is in a hurry
        seen.append(work(site, NOW + timedelta(seconds=1)))
        return Fetched(url, "", rss(item("A")))

    read_feeds.read_next(now=NOW, fetch=fetch, parse=parse_feed)
    assert seen == [None]
    assert site.asked == []
    assert suggested() == ["a"]


def test_a_feed_whose_worker_was_killed_is_read_later_and_less_often_each_time(feed: Feed, site: Website) -> None:
    class Killed(BaseException):
        pass

    def fetch(url: str, known: Validators) -> Fetched:
        raise Killed

    now, pauses = NOW, []
    for _ in range(4):
        with pytest.raises(Killed):
            read_feeds.read_next(now=now, fetch=fetch)
        feed.refresh_from_db()
        assert feed.try_at
        pauses.append(feed.try_at - now)
        now = feed.try_at
    assert pauses == [timedelta(minutes=n) for n in (5, 10, 20, 40)]
    serve(site, item("A"))
    assert work(site, now) == feed
    assert suggested() == ["a"]


def test_what_a_lost_worker_finds_too_late_is_not_stored(feed: Feed, site: Website) -> None:
    def fetch(url: str, known: Validators) -> Fetched:
        serve(site, item("New"))
        assert work(site, NOW + timedelta(minutes=10))
        return Fetched(url, "", rss(item("Old")))

    read_feeds.read_next(now=NOW, fetch=fetch, parse=parse_feed)
    assert suggested() == ["new"]


def test_what_was_read_at_an_old_address_is_not_stored(feed: Feed, site: Website) -> None:
    def fetch(url: str, known: Validators) -> Fetched:
        edit_feed.change_feed(feed, url="https://other.example/feed")
        return Fetched(url, "", rss(item("Old"), title="Old"))

    read_feeds.read_next(now=NOW, fetch=fetch, parse=parse_feed)
    feed.refresh_from_db()
    assert (suggested(), feed.title, feed.try_at) == ([], "", None)


def test_a_feed_that_was_removed_while_it_was_read_leaves_nothing(feed: Feed, site: Website) -> None:
    def fetch(url: str, known: Validators) -> Fetched:
        edit_feed.remove_feed(feed)
        return Fetched(url, "", rss(item("Old")))

    read_feeds.read_next(now=NOW, fetch=fetch, parse=parse_feed)
    assert not Suggestion.objects.exists()


def test_a_paused_publication_reads_no_feeds(feed: Feed, site: Website) -> None:
    Publication.objects.update(is_active=False)
    assert work(site) is None


def test_old_articles_are_not_suggested_and_suggestions_grow_old(feed: Feed, site: Website) -> None:
    serve(site, item("New"), item("Old", date="Mon, 02 Nov 2026 06:30:00 +0000"), item("Undated", date=""))
    work(site)
    assert suggested() == ["undated", "new"]
    work(site, NOW + timedelta(days=6, hours=12))
    assert suggested() == ["undated"]
    work(site, NOW + timedelta(days=8))
    assert suggested() == []


def test_a_feed_keeps_its_newest_articles_up_to_the_maximum(feed: Feed, site: Website) -> None:
    edit_feed.change_feed(feed, max_suggestions=2)
    days = {n: f"{18 + n} Nov 2026 06:30:00 +0000" for n in range(3)}
    serve(site, *(item(f"S{n}", date=day) for n, day in days.items()))
    work(site)
    assert suggested() == ["s2", "s1"]
    serve(site, item("S3", date="21 Nov 2026 06:30:00 +0000"))
    work(site, NOW + read_feeds.INTERVAL)
    assert suggested() == ["s3", "s2"]
    edit_feed.change_feed(feed, max_suggestions=9)
    serve(site, *(item(f"S{n}", date=day) for n, day in days.items()))
    work(site, NOW + 2 * read_feeds.INTERVAL)
    assert suggested() == ["s3", "s2", "s1", "s0"]


def test_a_date_in_the_future_does_not_stay_on_top_for_ever(feed: Feed, site: Website) -> None:
    serve(site, item("A", date="Fri, 20 Nov 2099 06:30:00 +0000"))
    work(site)
    assert Suggestion.objects.get().dated_at == NOW


def test_a_corrected_headline_is_taken_over_and_a_dismissed_article_does_not_return(feed: Feed, site: Website) -> None:
    serve(site, item("A", guid="1"), item("B", guid="2"))
    work(site)
    Suggestion.objects.filter(url__endswith="/b").update(state="dismissed")
    serve(site, item("A2", guid="1"), item("B2", guid="2"))
    work(site, NOW + read_feeds.INTERVAL)
    assert suggested() == ["a2"]
    assert Suggestion.objects.get(state="open").headline == "A2 is dredged after years of waiting"


def test_one_article_in_two_feeds_is_one_suggestion(feed: Feed, site: Website, publication: Publication) -> None:
    edit_feed.add_feed(publication, url=site.url("/other"))
    other = edit_feed.add_feed(make.publication(slug="evening"), url=site.url("/feed"))
    serve(site, item("A"))
    site.pages["/other"] = body(rss(item("A", guid="another")))
    while work(site):
        pass
    assert Suggestion.objects.filter(publication=publication).count() == 1
    assert other.suggestions.count() == 1


def test_what_left_the_feed_long_ago_is_forgotten(feed: Feed, site: Website) -> None:
    serve(site, item("A"), item("B"))
    work(site)
    Suggestion.objects.update(state="taken")
    serve(site, item("B"))
    work(site, NOW + timedelta(days=1))
    site.pages["/feed"] = status(304)
    Feed.objects.update(etag="7")
    work(site, NOW + timedelta(days=29))
    assert Suggestion.objects.count() == 2
    work(site, NOW + timedelta(days=31))
    assert [one.url[-1] for one in Suggestion.objects.all()] == ["b"]


def test_only_due_feeds_are_looked_up(feed: Feed, django_assert_num_queries: object) -> None:
    Feed.objects.update(try_at=clock.now() + timedelta(days=1))
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert read_feeds.read_next(now=clock.now()) is None
