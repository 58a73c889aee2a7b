"""Writing an appeal in a real browser: the real email follows the keys."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from newsletter.accounts.models import Role
from newsletter.giving.models import Appeal
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.browser.opened import Opened
from tests.support import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [1280, 375])
def test_an_appeal_is_written_beside_the_real_email_and_added(opened: Opened, three: Publication, width: int) -> None:
    Appeal.objects.all().delete()
    make.edition(three, due_at=clock.now() + timedelta(days=1))
    page = opened("/desk/morning/appeals/", Role.EDITOR, viewport={"width": width, "height": 900})
    page.get_by_role("link", name="Add an appeal").first.click()
    page.get_by_label("Name").fill("Winter")
    page.get_by_label("Heading", exact=True).press_sequentially("Readers fund us")
    email = page.frame_locator("iframe:visible")
    heading = email.get_by_role("heading", name="Readers fund us")
    expect(heading).to_be_visible()
    expect(email.get_by_text("one").first).to_be_attached()
    page.get_by_label("Goal").fill("1000")
    expect(email.get_by_text("Enter all three")).to_be_visible()
    page.get_by_label("Raised so far").fill("400")
    page.get_by_label("As of").fill("2026-11-01")
    expect(heading).to_be_visible()
    page.get_by_label("Button text").fill("Support us")
    page.get_by_label("Button link").fill("https://post.example.org/give")
    page.get_by_text("Donor thank-you").click()
    expect(heading).to_have_count(0)
    page.get_by_role("button", name="Add appeal").click()
    expect(page.get_by_text("“Winter” was added.")).to_be_visible()
    expect(page.get_by_text("Used today")).to_be_visible()
    assert Appeal.objects.get().goal == 1000
