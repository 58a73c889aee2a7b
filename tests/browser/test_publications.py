"""Creating a publication in a real browser: the next dates follow the schedule."""

import pytest
from playwright.sync_api import expect

from newsletter.accounts.models import Role
from newsletter.publications.models import Publication
from tests.browser.opened import Opened

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [1280, 375])
def test_a_publication_is_created_and_its_dates_are_seen_before(opened: Opened, db: None, width: int) -> None:
    page = opened("/", Role.ADMIN, viewport={"width": width, "height": 900})
    page.get_by_role("link", name="Add a publication").click()
    page.get_by_label("Name", exact=True).fill("The Harbour Letter")
    page.get_by_label("Short name").fill("harbour")
    page.get_by_label("Sender name").fill("The Harbour Letter")
    page.get_by_label("Sender email").fill("letter@example.org")
    page.get_by_label("Postal address").fill("4 Quay Street")
    page.get_by_label("Time zone").fill("Nowhere")
    expect(page.locator("#dates")).to_contain_text("is not a time zone")
    page.get_by_label("Time zone").fill("America/New_York")
    page.get_by_label("Days").select_option("rule")
    page.get_by_label("Rule").fill("FREQ=YEARLY;BYMONTH=3;BYDAY=2SU")
    page.get_by_label("Send time").fill("02:30")
    expect(page.locator("#dates li.changed").first).to_contain_text("Clocks go forward 1 h on this day.")
    page.get_by_label("Days").select_option("FREQ=DAILY")
    expect(page.locator("#dates li")).to_have_count(10)
    page.get_by_role("button", name="Add publication").click()
    expect(page.get_by_role("heading", name="The Harbour Letter")).to_be_visible()
    assert Publication.objects.get().recurrence == "FREQ=DAILY"
