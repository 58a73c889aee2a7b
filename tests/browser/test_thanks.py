"""The letter that thanks, looked at beside the one that asks, in a real browser."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from newsletter.accounts.models import Role
from newsletter.letters import assemble_edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.browser.opened import Opened, wait_until_it_fits
from tests.support import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"viewport": {"width": 380, "height": 900}}


@pytest.mark.parametrize("said", [{}, PHONE, {"color_scheme": "dark"}])
def test_an_editor_sees_what_givers_get_before_approving(
    opened: Opened, three: Publication, said: dict[str, object]
) -> None:
    edition = assemble_edition.assemble(
        make.edition(three, due_at=clock.now() + timedelta(hours=1)).pk, now=clock.now()
    )
    page = opened(f"/editions/{edition.pk}/", Role.EDITOR, **said)
    letter = page.frame_locator("iframe")
    expect(letter.get_by_role("heading", name="Readers pay for this")).to_be_visible()
    page.get_by_role("link", name="Donor thank-you", exact=True).click()
    expect(letter.get_by_role("heading", name="Thank you for your gift")).to_be_visible()
    expect(letter.get_by_text("Support our reporting")).to_have_count(0)
    page.get_by_role("link", name="Dark", exact=True).click()
    expect(page.locator("iframe")).to_have_attribute("src", re.compile(r"\?thanks=1&dark=1$"))
    expect(page.get_by_role("link", name="Donor thank-you", exact=True)).to_have_attribute("aria-current", "true")
    expect(letter.get_by_role("heading", name="Thank you for your gift")).to_be_visible()
    wait_until_it_fits(page)
    page.get_by_role("link", name="With appeal", exact=True).click()
    expect(letter.get_by_role("heading", name="Readers pay for this")).to_be_visible()
