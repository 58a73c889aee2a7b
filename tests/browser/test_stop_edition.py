"""Stopping an approved edition in a real browser, from its timeline."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from newsletter.accounts.models import Role
from newsletter.editions.models import EditionState
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.browser.opened import Opened
from tests.support import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_approved_edition_is_stopped_in_three_clicks(opened: Opened, three: Publication) -> None:
    edition = make.approved_edition(three, due_at=clock.now() + timedelta(hours=3))
    page = opened(f"/editions/{edition.pk}/", Role.EDITOR)
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("Can be stopped for all readers until")
    page.get_by_role("link", name="Stop this edition").click()
    page.get_by_label("Reason").fill("A name is wrong.")
    page.get_by_role("button", name="Hold this edition").click()
    expect(page.locator("#status")).to_have_text("Held")
    expect(page.get_by_text("If nobody acts: It stays held and no reader gets it.")).to_be_visible()
    edition.refresh_from_db()
    assert edition.state == EditionState.HELD
