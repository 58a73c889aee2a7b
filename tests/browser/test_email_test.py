"""Sending a test in a real browser: ticked people, once, and the page follows what becomes of it."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from newsletter.accounts.models import Role
from newsletter.delivery.email_test_models import EmailTestRecipient
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.browser.opened import Opened
from tests.support import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_test_is_ordered_and_its_state_appears_by_itself(opened: Opened, three: Publication) -> None:
    make.cora()
    edition = make.edition(three, due_at=clock.now() + timedelta(days=1))
    page = opened(f"/editions/{edition.pk}/", Role.EDITOR, viewport={"width": 375, "height": 800})
    page.get_by_role("link", name="Send a test").click()
    page.get_by_label("Cora").check()
    page.get_by_role("button", name="Send test").dblclick()
    expect(page.get_by_text("The test is sent to 2 people within seconds.")).to_be_visible()
    expect(page.locator("#tests").get_by_text("Waiting")).to_have_count(2)
    assert EmailTestRecipient.objects.count() == 2
    EmailTestRecipient.objects.update(sent_at=clock.now())
    expect(page.locator("#tests").get_by_text("Sent", exact=True)).to_have_count(2)
