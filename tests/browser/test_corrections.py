"""In a browser: a sent story is corrected with its web version beside the form, and colleagues talk about it."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from newsletter.accounts.models import Role
from newsletter.editions.models import Edition, EditionState
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.browser.opened import Opened
from tests.support import factories as make


def test_an_editor_corrects_a_sent_story_and_takes_it_back(opened: Opened, publication: Publication) -> None:
    make.story(publication, headline="The bridge opens on Friday")
    edition = make.approved_edition(publication, due_at=clock.now() - timedelta(days=1), stories=0)
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.DISPATCHED, dispatched_at=clock.now())
    page = opened(f"/editions/{edition.pk}/", Role.EDITOR)
    page.get_by_role("link", name="Correct “The bridge opens on Friday”").click()
    page.get_by_label("Correction", exact=True).fill("It opens on Saturday, not on Friday.")
    page.get_by_label("Headline on the web").fill("The bridge opens on Saturday")
    frame = page.frame_locator("iframe:visible")
    expect(frame.locator("#correction-new")).to_contain_text("It opens on Saturday, not on Friday.")
    expect(frame.get_by_role("heading", name="The bridge opens on Saturday")).to_be_visible()
    page.get_by_role("button", name="Add correction").click()
    expect(page.get_by_text("The web version shows it now.")).to_be_visible()
    expect(page.locator("li.correction-row")).to_contain_text("The next email to all readers prints it.")
    page.get_by_role("button", name="Undo correction").click()
    expect(page.get_by_text("Undone.")).to_be_visible()


def test_a_request_is_asked_claimed_answered_and_resolved_without_leaving_the_page(
    opened: Opened, publication: Publication
) -> None:
    make.story(publication)
    edition = make.edition(publication, due_at=clock.now() + timedelta(days=1))
    page = opened(f"/editions/{edition.pk}/", Role.CURATOR)
    comments = page.locator("#comments")
    comments.get_by_label("New comment").fill("Please check the figures, @editor.\nhttps://example.org/figures")
    comments.get_by_label(re.compile("Ask a team")).select_option("Editors")
    other = opened(f"/editions/{edition.pk}/", Role.EDITOR)
    comments.get_by_role("button", name="Add comment").click()
    expect(comments.get_by_text("Nobody has claimed it yet.")).to_be_visible()
    expect(comments.get_by_label("New comment")).to_have_value("")
    there = other.locator("#comments")  # by the poll of that page
    there.get_by_role("button", name="Claim request").click()
    expect(there.get_by_text("Claimed by you")).to_be_visible()
    there.get_by_text("Answer", exact=True).click()
    there.get_by_label("Your answer").fill("They are right.")
    there.get_by_role("button", name="Add answer").click()
    expect(there.get_by_role("paragraph").filter(has_text="They are right.")).to_be_visible()
    there.get_by_role("button", name="Resolve thread").click()
    expect(there.get_by_role("link", name="Show 1 resolved thread")).to_be_visible()
    expect(comments.get_by_role("link", name="Show 1 resolved thread")).to_be_visible()


def test_what_is_typed_in_a_comment_outlives_a_refresh_of_the_page(opened: Opened, publication: Publication) -> None:
    make.story(publication)
    edition = make.edition(publication, due_at=clock.now() + timedelta(days=1))
    page = opened(f"/editions/{edition.pk}/", Role.CURATOR)
    page.locator("#comments").get_by_label("New comment").fill("Half a sen")
    page.locator("h1").click()
    Edition.objects.filter(pk=edition.pk).update(due_at=clock.now() + timedelta(days=2))
    expect(page.get_by_text("This edition has changed since you opened the page.")).to_be_visible()
    expect(page.locator("#comments").get_by_label("New comment")).to_have_value("Half a sen")


def test_the_calendar_shows_a_viewer_elsewhere_their_own_time(opened: Opened, publication: Publication) -> None:
    make.edition(publication, due_at=clock.now().replace(hour=23, minute=30, second=0))
    at = "/desk/morning/editions/calendar/"
    elsewhere = opened(at, Role.CURATOR, timezone_id="Asia/Tokyo")
    expect(elsewhere.locator(".calendar .your-time").first).to_have_text(re.compile(r"\w{3},? 08:30 your time"))
    here = opened(at, Role.CURATOR, timezone_id="UTC")
    expect(here.locator(".calendar .calendar-edition").first).to_be_visible()
    expect(here.get_by_text("your time")).to_have_count(0)
    phone = opened(at, Role.CURATOR, viewport={"width": 375, "height": 700})
    expect(phone.locator("table.calendar")).to_be_hidden()
    expect(phone.locator(".calendar-list").get_by_role("link").first).to_be_visible()
