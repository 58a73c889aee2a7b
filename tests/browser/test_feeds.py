"""From a feed to the queue in a real browser: an address, suggestions, one click each."""

import re

from playwright.sync_api import expect

from newsletter.accounts.models import Role
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories.feeds import read_feeds
from newsletter.stories.feeds.fetch_feed import fetch_feed
from newsletter.stories.feeds.parse_feed import parse_feed
from newsletter.stories.models import Story
from newsletter.stories.reading import story_drafts
from newsletter.stories.reading.fetch_page import fetch_page
from tests.browser.opened import Opened
from tests.stories.feeds.made_up import item, rss, whole
from tests.stories.reading.pages import page
from tests.support.website import Website, body

TODAY = f"{clock.now():%a, %d %b %Y} 00:00:00 +0000"
READ = "Harbour to be dredged after years of waiting"


def work(site: Website) -> None:
    reach = site.reach()
    now = clock.now()
    while read_feeds.read_next(
        now=now, fetch=lambda url, known: fetch_feed(url, known, policy=reach), parse=parse_feed
    ):
        pass
    while story_drafts.read_next(now=now, fetch=lambda url: fetch_page(url, policy=reach)):
        pass


def test_a_feed_is_added_and_its_articles_go_to_the_queue(
    opened: Opened, publication: Publication, site: Website
) -> None:
    linked = item("Ferry", date=TODAY).replace("https://post.example.org/ferry", site.url("/ferry"))
    site.pages |= {"/feed": body(rss(whole("Quay", date=TODAY), linked)), "/ferry": body(page().encode())}
    feeds = opened("/publications/morning/feeds/", Role.ADMIN)
    feeds.get_by_role("link", name="Add a feed").first.click()
    feeds.get_by_label("Address").fill(site.url("/feed"))
    feeds.get_by_label("Section").fill("Region")
    feeds.get_by_role("button", name="Add feed").click()
    expect(feeds.get_by_text("Not read yet")).to_be_visible()
    work(site)
    expect(feeds.get_by_role("link", name="Harbour Post", exact=True)).to_be_visible()  # the page polls
    expect(feeds.get_by_text("2 suggestions, at most 20")).to_be_visible()

    desk = opened("/desk/morning/", Role.CURATOR)
    panel = desk.get_by_role("region", name="2 suggestions from feeds")
    panel.get_by_role("button", name=re.compile("Add to queue.*Quay")).click()
    expect(desk.get_by_text("“Quay is dredged after years of waiting” was added to the queue.")).to_be_visible()
    panel = desk.get_by_role("region", name="1 suggestion from feeds")
    panel.get_by_role("button", name=re.compile("Add to queue.*Ferry")).click()
    expect(desk.get_by_text("is being read. Then it is added to the queue by itself.")).to_be_visible()
    work(site)
    expect(desk.get_by_text(f"“{READ}” was added to the queue. Show it")).to_be_visible()
    desk.get_by_role("link", name="Show it").click()
    expect(desk.get_by_role("heading", name=READ)).to_be_visible()
    assert set(Story.objects.values_list("section", flat=True)) == {"Region"}
