"""Writing the subject, preview text and note of an edition in a real browser: inbox line and email follow the keys."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from newsletter.accounts.models import Role
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.browser.opened import Opened
from tests.support import factories as make
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def edition(three: Publication) -> Edition:
    return make.edition(three, due_at=clock.now() + timedelta(days=1))


def test_the_inbox_line_the_counter_and_the_email_follow_what_is_typed(opened: Opened, edition: Edition) -> None:
    page = opened(f"/editions/{edition.pk}/", Role.CURATOR)
    page.get_by_role("link", name="Edit subject, preview text and note").click()
    expect(page.locator(".inbox-subject")).to_have_text("one")
    page.get_by_label("Subject").press_sequentially("The ferry stays")
    expect(page.locator(".inbox-subject")).to_have_text("The ferry stays")
    expect(page.locator("#count-subject")).to_contain_text("15 characters.")
    expect(page.locator("#count-preheader")).to_contain_text("Empty: readers see one · two · three")
    page.get_by_label("Note from the editors").fill("Good morning.")
    expect(page.get_by_text("The preview shows your changes. They are not saved yet.")).to_be_visible()
    expect(page.frame_locator("iframe:visible").get_by_text("Good morning.")).to_be_visible()
    page.get_by_text("Phone", exact=True).click()
    narrow = "[...document.querySelectorAll('iframe')].every(frame => frame.getBoundingClientRect().width <= 375)"
    wait_until(lambda: page.evaluate(narrow))
    assert page.evaluate("history.length") <= 4, "the preview does not fill up the way back"
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".letter-head")).to_contain_text("The ferry stays")


def test_an_approval_that_would_end_is_announced_on_the_button(opened: Opened, edition: Edition) -> None:
    made = assemble_edition.assemble(edition.pk, now=clock.now())
    edition_decisions.approve(made, content_hash=made.content_hash, by=make.eddie(), now=clock.now())
    page = opened(f"/editions/{edition.pk}/texts/", Role.EDITOR, viewport={"width": 375, "height": 800})
    expect(page.locator("#consequence")).to_contain_text("the approval ends")
    page.get_by_label("Subject").fill("The ferry stays")
    page.get_by_role("button", name="Save and end the approval").click()
    expect(page.locator("#status")).to_have_text("Waiting for approval")
    edition.refresh_from_db()
    assert edition.state == EditionState.ASSEMBLED
