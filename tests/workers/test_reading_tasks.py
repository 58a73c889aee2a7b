"""The periodic tasks of feeds and links do their work, and reach no private network."""

from datetime import timedelta

import pytest

from newsletter.letters import assemble_edition
from newsletter.lib import clock
from newsletter.links.models import LinkLookup
from newsletter.stories.feed_models import Feed
from newsletter.stories.feeds import edit_feed
from tests.support import factories as make
from workers.tasks import reading

pytestmark = pytest.mark.django_db


def test_due_feeds_are_read_one_after_the_other() -> None:
    publication = make.publication()
    for path in ("a", "b"):
        edit_feed.add_feed(publication, url=f"http://127.0.0.1/{path}")
    reading.read_due_feeds()
    problems = Feed.objects.values_list("problem", flat=True)
    assert list(problems) == ["The address is in a private network."] * 2
    assert not Feed.objects.due(clock.now()).exists()


def test_links_of_waiting_editions_are_ordered_and_looked_up() -> None:
    publication = make.publication()
    make.story(publication, url="https://www.harbourpost.org/ferry")
    edition = make.edition(publication, due_at=clock.now() + timedelta(days=1))
    assemble_edition.assemble(edition.pk, now=clock.now())
    LinkLookup.objects.create(key="0" * 32, url="http://127.0.0.1/a", host="127.0.0.1", ordered_at=clock.now())
    LinkLookup.objects.create(
        key="1" * 32, url="http://10.0.0.1/a", host="10.0.0.1", ordered_at=clock.now(), try_at=clock.now()
    )
    reading.order_link_lookups()
    reading.look_up_due_links()
    private = LinkLookup.objects.filter(key__in=["0" * 32, "1" * 32])
    assert {(row.answer, row.problem) for row in private} == {("unknown", "The address is in a private network.")}
    assert LinkLookup.objects.filter(url="https://www.harbourpost.org/ferry").exists()
