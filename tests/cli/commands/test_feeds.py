from datetime import timedelta

import pytest

from newsletter.audit.models import Record
from newsletter.cli.commands import feeds
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState
from newsletter.publications.models import Publication
from newsletter.stories.feed_models import Feed
from newsletter.stories.feeds import edit_feed
from newsletter.stories.models import Story
from tests.cli.conftest import Command
from tests.stories.feeds.made_up import rss, whole
from tests.support.website import Website, body

URL = "https://post.example.org/feed"
TODAY = f"{clock.now():%a, %d %b %Y} 00:00:00 +0000"


def test_feeds_are_added_listed_changed_and_removed(newsletter: Command, publication: Publication) -> None:
    made = newsletter("feeds", "add", URL, "--section", "Region", "--json").data
    assert (made["url"], made["section"], made["auto_queue"], made["publication"]) == (
        URL, "Region", False, publication.slug,
    )  # fmt: skip
    assert made["suggestions"] == 0
    changed = newsletter("feeds", "set", made["id"], "max_suggestions=5", "auto_queue=yes", "--json").data
    assert (changed["max_suggestions"], changed["auto_queue"], changed["section"]) == (5, True, "Region")
    assert URL in newsletter("feeds", "list").text
    assert [feed["id"] for feed in newsletter("feeds", "list", "--json").data] == [made["id"]]
    assert "Give --yes." in newsletter("feeds", "remove", made["id"]).err
    assert newsletter("feeds", "remove", made["id"], "--yes").text == f"Removed {URL}."
    assert newsletter("feeds", "list", "--json").data == []
    assert list(Record.objects.order_by("pk").values_list("act", "door")) == [
        (act, "command") for act in ("feed-added", "feed-changed", "feed-removed")
    ]


def test_what_cannot_be_set_is_said(newsletter: Command, publication: Publication) -> None:
    newsletter("feeds", "add", URL)
    [feed] = Feed.objects.all()
    assert "Give one of: url, section" in newsletter("feeds", "set", feed.pk, "tries=0").err
    assert "Enter a number from 1 to 100." in newsletter("feeds", "set", feed.pk, "max_suggestions=0").err
    assert "already has this feed" in newsletter("feeds", "add", URL).err
    assert "no feed 77" in newsletter("feeds", "remove", "77").err


def test_a_feed_is_read_now_and_queues_what_is_new(
    newsletter: Command, publication: Publication, site: Website
) -> None:
    feed = edit_feed.add_feed(publication, url=site.url("/feed"), auto_queue=True)
    site.pages["/feed"] = body(rss())
    feeds.read_now(feed, policy=site.reach())
    assert (feed.title, feed.problem) == ("Harbour Post", "")
    site.pages["/feed"] = body(rss(whole("A", date=TODAY)))
    feeds.read_now(feed, policy=site.reach())
    assert Story.objects.get().headline == "A is dredged after years of waiting"
    Feed.objects.update(held_until=clock.now() + timedelta(minutes=1))
    with pytest.raises(InvalidState, match="is being read now"):
        feeds.read_now(feed, policy=site.reach())


def test_a_feed_that_cannot_be_read_ends_with_an_error(newsletter: Command, publication: Publication) -> None:
    newsletter("feeds", "add", "http://127.0.0.1/feed")
    done = newsletter("feeds", "fetch", Feed.objects.get().pk)
    assert done.status == 1
    assert "private network" in done.out
    assert "private network" in newsletter("feeds", "list").text
