"""A suggestion becomes a story with one click: from its feed's text, or from its link."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.lib.errors import InvalidState
from newsletter.publications.models import Publication
from newsletter.stories import story_queue
from newsletter.stories.feed_models import Feed, Suggestion
from newsletter.stories.feeds import edit_feed, queue_suggestions, read_feeds
from newsletter.stories.feeds.fetch_feed import fetch_feed
from newsletter.stories.feeds.parse_feed import parse_feed
from newsletter.stories.models import DraftState, Story, StoryDraft
from newsletter.stories.reading import story_drafts
from newsletter.stories.reading.fetch_page import fetch_page
from newsletter.stories.rich_text import rich_text
from tests.stories.feeds.made_up import TEXT, item, rss, whole
from tests.stories.reading.pages import page
from tests.support import factories as make
from tests.support.website import Website, body, status

NOW = datetime.fromisoformat("2026-11-21T08:00:00+00:00")
PICTURE = '<img src="https://post.example.org/i.jpg" alt="{}" width="900">'


@pytest.fixture
def feed(publication: Publication, site: Website) -> Feed:
    return edit_feed.add_feed(publication, url=site.url("/feed"), section="Region", kicker="Sea")


def read(site: Website, *items: str, now: datetime = NOW) -> list[Suggestion]:
    site.pages["/feed"] = body(rss(*items))
    reach = site.reach()
    read_feeds.read_next(now=now, fetch=lambda url, known: fetch_feed(url, known, policy=reach), parse=parse_feed)
    return list(Suggestion.objects.order_by("pk"))


def linked(site: Website) -> str:
    """An article whose feed has no text of it, and its page."""
    return item("A", guid="1").replace("https://post.example.org/a", site.url("/a"))


def read_drafts(site: Website, *, now: datetime = NOW) -> None:
    while story_drafts.read_next(now=now, fetch=lambda url: fetch_page(url, policy=site.reach())):
        pass


def test_the_text_of_a_feed_becomes_a_story_at_once(feed: Feed, site: Website, publication: Publication) -> None:
    [one] = read(site, item("A", text=PICTURE.format("A dredger") + "".join(TEXT)))
    done = queue_suggestions.queue_suggestion(one)
    assert done.story
    assert (done.story.headline, done.story.byline) == ("A is dredged after years of waiting", "Amina Okoye")
    assert (done.story.section, done.story.kicker, done.story.picture_alt) == ("Region", "Sea", "A dredger")
    lines = rich_text.plain(done.story.body).split("\n\n")
    assert lines == [rich_text.plain(line) for line in TEXT[: publication.teaser_paragraphs]]
    assert not done.lost_picture
    one.refresh_from_db()
    assert (one.state, one.story, one.paragraphs) == ("taken", done.story, [])


def test_two_clicks_make_one_story(feed: Feed, site: Website) -> None:
    [one] = read(site, whole("A"))
    assert queue_suggestions.queue_suggestion(one).story == queue_suggestions.queue_suggestion(one).story
    assert Story.objects.count() == 1


def test_a_picture_that_the_feed_does_not_describe_is_left_out(feed: Feed, site: Website) -> None:
    [one] = read(site, item("A", text=PICTURE.format("") + "".join(TEXT)))
    done = queue_suggestions.queue_suggestion(one)
    assert done.lost_picture
    assert done.story
    assert not done.story.has_picture


def test_without_a_text_the_link_is_read_and_the_story_is_added_by_itself(feed: Feed, site: Website) -> None:
    site.pages["/a"] = body(page().encode())
    [one] = read(site, linked(site))
    done = queue_suggestions.queue_suggestion(one)
    assert done.story is None
    assert done.draft
    assert done.draft.is_waiting
    read_drafts(site)
    story = Story.objects.get()
    assert (story.headline, story.section) == ("Harbour to be dredged after years of waiting", "Region")
    assert StoryDraft.objects.get().state == DraftState.ADDED


def test_a_story_that_is_added_by_itself_was_added_by_who_ordered_it(feed: Feed, site: Website) -> None:
    site.pages["/a"] = body(page().encode())
    cora = make.cora()
    [one] = read(site, linked(site))
    queue_suggestions.queue_suggestion(one, by=cora)
    read_drafts(site)
    record = Record.objects.get(act=Act.STORY_ADDED)
    assert (record.user, record.who) == (cora, "cora@example.org")


def test_a_worker_that_is_killed_while_it_adds_a_story_has_left_the_order(feed: Feed, site: Website) -> None:
    site.pages["/a"] = body(page().encode())
    [one] = read(site, linked(site))
    queue_suggestions.queue_suggestion(one)

    def kill_before_the_story(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('INSERT INTO "stories_story"'):
            raise SystemExit
        return execute(sql, *rest)

    with connection.execute_wrapper(kill_before_the_story), pytest.raises(SystemExit):
        read_drafts(site)
    assert StoryDraft.objects.get().state == DraftState.WAITING
    read_drafts(site, now=NOW + story_drafts.LEASE)
    assert Story.objects.get().section == "Region"


def test_a_link_that_cannot_be_read_stays_as_a_draft_with_what_the_feed_said(feed: Feed, site: Website) -> None:
    site.pages["/a"] = status(403)
    [one] = read(site, linked(site))
    queue_suggestions.queue_suggestion(one)
    read_drafts(site)
    draft = StoryDraft.objects.get()
    assert (draft.state, draft.section) == (DraftState.FAILED, "Region")
    assert story_drafts.page_story(draft).value("headline") == "A is dredged after years of waiting"
    assert not Story.objects.exists()


def test_a_story_that_cannot_be_added_by_itself_waits_as_a_draft(
    feed: Feed, site: Website, publication: Publication
) -> None:
    site.pages["/a"] = body(page().encode())
    [one] = read(site, linked(site))
    queue_suggestions.queue_suggestion(one)
    story_queue.add(publication, headline="Mine", url="https://post.example.org/harbour", body="<p>One.</p>")
    read_drafts(site)
    draft = StoryDraft.objects.get()
    assert (draft.state, draft.adds_itself) == (DraftState.READ, False)
    assert "This link is already in the queue" in draft.problem


def test_an_open_draft_of_the_page_is_taken_up(feed: Feed, site: Website, publication: Publication) -> None:
    site.pages["/a"] = body(page().encode())
    [draft] = story_drafts.order_links(publication, [site.url("/a")])
    read_drafts(site)
    [one] = read(site, linked(site))
    done = queue_suggestions.queue_suggestion(one)
    assert done.draft == draft
    assert done.story == Story.objects.get()


def test_what_is_queued_already_must_be_confirmed(feed: Feed, site: Website, publication: Publication) -> None:
    for number, text in enumerate(("".join(TEXT), "")):
        name = f"S{number}"
        url = f"https://post.example.org/{name.lower()}"
        story_queue.add(publication, headline="Mine", url=url, body="<p>One.</p>")
        *_, one = read(site, item(name, text=text), now=NOW + number * read_feeds.INTERVAL)
        with pytest.raises(InvalidState, match="already in the queue"):
            queue_suggestions.queue_suggestion(one)
        one.refresh_from_db()
        assert one.state == "open"
        assert queue_suggestions.queue_suggestion(one, again=True)


def test_a_dismissed_suggestion_is_not_queued(feed: Feed, site: Website) -> None:
    [one] = read(site, whole("A"))
    queue_suggestions.dismiss(one)
    with pytest.raises(InvalidState, match="no longer open"):
        queue_suggestions.queue_suggestion(one)
    assert not Story.objects.exists()


def test_a_feed_that_queues_by_itself_begins_with_what_is_new(feed: Feed, site: Website) -> None:
    edit_feed.change_feed(feed, auto_queue=True)
    read(site, whole("A"))
    assert queue_suggestions.add_ordered() == 0
    read(
        site, whole("B"), whole("A"), whole("Old", date="Mon, 02 Nov 2026 06:30:00 +0000"), now=NOW + timedelta(days=1)
    )
    assert queue_suggestions.add_ordered() == 1
    assert queue_suggestions.add_ordered() == 0
    assert [story.headline[0] for story in Story.objects.all()] == ["B"]


def test_a_feed_that_queues_by_itself_from_now_on_leaves_what_it_contains_by_then(feed: Feed, site: Website) -> None:
    read(site, whole("A"))
    edit_feed.change_feed(feed, auto_queue=True)
    read(site, whole("B"), whole("A"), now=NOW + timedelta(hours=1))
    assert queue_suggestions.add_ordered() == 0
    read(site, whole("C"), whole("B"), whole("A"), now=NOW + timedelta(hours=2))
    assert queue_suggestions.add_ordered() == 1
    assert [story.headline[0] for story in Story.objects.all()] == ["C"]


def test_what_cannot_be_queued_by_itself_becomes_a_suggestion_that_says_why(
    feed: Feed, site: Website, publication: Publication
) -> None:
    edit_feed.change_feed(feed, auto_queue=True)
    read(site)
    story_queue.add(publication, headline="Mine", url="https://post.example.org/b", body="<p>One.</p>")
    [one] = read(site, whole("B"), now=NOW + timedelta(days=1))
    queue_suggestions.add_ordered()
    one.refresh_from_db()
    assert one.state == "open"
    assert "already in the queue" in one.problem


def test_a_removed_feed_leaves_its_stories(feed: Feed, site: Website) -> None:
    [one] = read(site, whole("A"))
    queue_suggestions.queue_suggestion(one)
    edit_feed.remove_feed(feed)
    assert Story.objects.count() == 1
    assert not Suggestion.objects.exists()
