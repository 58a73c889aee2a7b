"""The page of an edition in a real browser: it follows its edition, and another day is approved with one click."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from newsletter.accounts.models import Role
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.browser.opened import Opened, wait_until_it_fits
from tests.support import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def assembled(three: Publication) -> Edition:
    """Of tomorrow."""
    return assemble_edition.assemble(make.edition(three, due_at=clock.now() + timedelta(days=1)).pk, now=clock.now())


def approve(edition: Edition) -> None:
    edition_decisions.approve(edition, content_hash=edition.content_hash, by=make.eddie(), now=clock.now())


def test_the_page_follows_its_edition(opened: Opened, assembled: Edition) -> None:
    page = opened(f"/editions/{assembled.pk}/", Role.EDITOR)
    page.evaluate("window.same = true")
    expect(page.locator("#status")).to_have_text("Waiting for approval")
    approve(assembled)
    expect(page.locator("#status")).to_have_text("Approved")
    assert page.evaluate("window.same")
    edition_decisions.hold(assembled, reason="A name is wrong.", now=clock.now())
    expect(page.locator("#status")).to_have_text("Held")
    edition_decisions.release(assembled, now=clock.now())
    expect(page.locator("#status")).to_have_text("Planned")
    expect(page.get_by_text("Nothing is final yet")).to_be_visible()  # the letter is another: a new page


def test_what_somebody_is_writing_is_not_taken_away(opened: Opened, assembled: Edition) -> None:
    page = opened(f"/editions/{assembled.pk}/", Role.EDITOR)
    page.get_by_text("Hold", exact=True).click()
    page.get_by_label("Reason").first.fill("The lawyer")
    approve(assembled)
    expect(page.locator("#toast")).to_contain_text("This edition has changed")
    expect(page.get_by_label("Reason").first).to_have_value("The lawyer")
    page.get_by_role("button", name="Hold edition").click()
    expect(page.locator("#status")).to_have_text("Held")


@pytest.mark.parametrize("phone", [False, True])
def test_the_edition_of_tomorrow_is_sent_today_with_the_letter_of_today(
    opened: Opened, assembled: Edition, phone: bool
) -> None:
    approve(assembled)
    size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
    page = opened(f"/editions/{assembled.pk}/", Role.EDITOR, viewport=size)
    page.get_by_role("link", name="Send now").click()
    expect(page.get_by_role("heading", name="Send this edition to 12 readers now?")).to_be_visible()
    today = clock.now()
    shown = page.frame_locator("iframe")
    expect(shown.get_by_text(f"{today:%B} {today.day}, {today.year}").first).to_be_visible()
    wait_until_it_fits(page)
    page.get_by_label("Type the number of readers").fill("12")
    page.get_by_role("button", name="Approve and send now").click()
    expect(page.locator("#status")).to_have_text("Approved")
    expect(page.get_by_text("The email was rebuilt for that time. It is approved.")).to_be_visible()
    assembled.refresh_from_db()
    assert (assembled.state, assembled.due_at <= clock.now()) == (EditionState.APPROVED, True)
