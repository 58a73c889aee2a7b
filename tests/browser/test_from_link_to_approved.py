"""From a link to an approved, scheduled edition: by an editor who follows only the page, in at most twelve clicks."""

from datetime import timedelta

from playwright.sync_api import Locator, expect

from newsletter.accounts.models import Role
from newsletter.editions.models import EditionState
from newsletter.lib import clock
from newsletter.pictures import import_pictures
from newsletter.pictures.fetch_picture import fetch_picture
from newsletter.publications.models import Publication
from newsletter.stories.reading import story_drafts
from newsletter.stories.reading.fetch_page import fetch_page
from tests.browser.opened import Opened
from tests.stories.reading.pages import page as article
from tests.support import factories as make
from tests.support.website import Website, body

HEADLINE = "Harbour to be dredged after years of waiting"
MOST = 12


def test_a_link_becomes_an_approved_edition_in_seven_clicks(
    opened: Opened, publication: Publication, site: Website
) -> None:
    edition = make.edition(publication, due_at=clock.now() + timedelta(hours=5))
    site.pages |= {"/harbour": body(article().encode())}
    clicks: list[str] = []

    def click(what: Locator) -> None:
        clicks.append(what.inner_text() or "the box")
        what.click()

    page = opened("/", Role.EDITOR)
    click(page.get_by_label("Add stories"))
    page.keyboard.insert_text(site.url("/harbour"))
    click(page.get_by_role("button", name="Add", exact=True))
    expect(page.get_by_text("Reading 127.0.0.1 …")).to_be_visible()
    while story_drafts.read_next(now=clock.now(), fetch=lambda url: fetch_page(url, policy=site.reach())):
        pass
    card = page.locator(".draft", has=page.get_by_role("heading", name=HEADLINE))
    click(card.get_by_role("button", name="Add to queue"))
    click(page.get_by_role("button", name=f"Put “{HEADLINE}” into the edition"))
    expect(page.locator(".edition-story:not(.automatic) .edition-headline")).to_have_text(HEADLINE)
    while import_pictures.fetch_next(now=clock.now(), fetch=lambda url: fetch_picture(url, policy=site.reach())):
        pass
    click(page.locator("#next").get_by_role("link", name="Preview email"))
    click(page.get_by_role("button", name="Build preview"))
    expect(page.frame_locator("iframe").get_by_text(HEADLINE).first).to_be_visible()
    click(page.get_by_role("button", name="Approve this email"))
    expect(page.locator("#status")).to_have_text("Approved")
    expect(page.locator(".timeline + p")).to_contain_text("It is sent")
    edition.refresh_from_db()
    assert edition.state == EditionState.APPROVED
    assert len(clicks) == 7 <= MOST, clicks
