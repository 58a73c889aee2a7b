"""Feeds are added, changed and removed by those who may, and each act is recorded."""

import pytest

from newsletter.accounts.models import Role
from newsletter.accounts.permissions import NotPermitted
from newsletter.audit.models import Record
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication
from newsletter.stories.feed_models import Feed
from newsletter.stories.feeds import edit_feed
from tests.support import factories as make

URL = "https://post.example.org/feed"


def acts() -> list[str]:
    return list(Record.objects.order_by("pk").values_list("act", flat=True))


def test_a_feed_is_added_changed_and_removed(publication: Publication) -> None:
    feed = edit_feed.add_feed(publication, url=URL, section=" Region\n")
    assert (feed.section, feed.try_at, feed.is_new) == ("Region", None, True)
    edit_feed.change_feed(feed, auto_queue=True, max_suggestions=5)
    edit_feed.change_feed(feed, auto_queue=True)
    assert (feed.auto_queue, feed.max_suggestions, feed.section) == (True, 5, "Region")
    edit_feed.remove_feed(feed)
    edit_feed.remove_feed(feed)
    assert acts() == ["feed-added", "feed-changed", "feed-removed"]
    assert Record.objects.get(act="feed-changed").details == {"auto_queue": "no → yes", "max_suggestions": "20 → 5"}


def test_a_publication_has_a_feed_once(publication: Publication) -> None:
    edit_feed.add_feed(publication, url=URL)
    with pytest.raises(BadInput, match="already has this feed"):
        edit_feed.add_feed(publication, url=f"{URL}/?utm_source=x")
    edit_feed.add_feed(make.publication(slug="evening"), url=URL)
    assert Feed.objects.count() == 2


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"url": "post.example.org"}, "is not a web address"),
        ({"url": "file:///etc/passwd"}, "is not a web address"),
        ({"url": "https://u:p@a.example/"}, "user name"),
        ({"max_suggestions": 0}, "Enter a number from 1 to 100"),
        ({"max_suggestions": 101}, "Enter a number from 1 to 100"),
        ({"max_age_days": 366}, "Enter a number from 1 to 365"),
        ({"section": "x" * 61}, "has 61 characters"),
    ],
)
def test_what_cannot_be_stored_is_said(publication: Publication, said: dict[str, object], problem: str) -> None:
    with pytest.raises(BadInput, match=problem):
        edit_feed.add_feed(publication, **{"url": URL} | said)  # type: ignore[arg-type]
    feed = edit_feed.add_feed(publication, url=URL)
    with pytest.raises(BadInput, match=problem):
        edit_feed.change_feed(feed, **said)  # type: ignore[arg-type]


def test_there_are_not_too_many(publication: Publication) -> None:
    for number in range(edit_feed.MAX_FEEDS):
        edit_feed.add_feed(publication, url=f"{URL}/{number}")
    with pytest.raises(BadInput, match="Remove one of them first"):
        edit_feed.add_feed(publication, url=URL)


def test_only_those_who_may_configure_change_feeds(publication: Publication) -> None:
    feed = edit_feed.add_feed(publication, url=URL, by=make.person(Role.ADMIN, "Ada"))
    editor = make.eddie()
    for act in (
        lambda: edit_feed.add_feed(publication, url=f"{URL}/2", by=editor),
        lambda: edit_feed.change_feed(feed, section="x", by=editor),
        lambda: edit_feed.remove_feed(feed, by=editor),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert acts() == ["feed-added"]
