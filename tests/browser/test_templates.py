"""A template of one's own, written at the desk in a real browser."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from newsletter.accounts.models import Role
from newsletter.publications.models import Publication, Template
from tests.browser.opened import Opened, wait_until_it_fits
from tests.browser.test_everybody import shut_out

pytestmark = pytest.mark.django_db(transaction=True)
OWN = '{% block rows %}\n<tr><td class="note ink"><p class="note-line">A row of our own</p></td></tr>'


def pictured(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"template-{name}.png", full_page=True)


def test_an_editor_looks_slips_mends_and_saves(opened: Opened, three: Publication) -> None:
    page = opened("/desk/morning/editions/", Role.EDITOR)
    page.get_by_role("link", name="Template").click()
    letter = page.frame_locator("iframe[name=preview]")
    expect(letter.get_by_role("heading", name="one")).to_be_visible()
    field = page.get_by_label("Template", exact=True)
    expect(field).to_have_value(re.compile(r"\{% block rows %\}"))
    start = field.input_value()
    field.fill(start.replace("{% block rows %}", OWN))
    page.get_by_role("button", name="Preview").click()
    expect(letter.get_by_text("A row of our own")).to_be_visible()
    assert not Template.objects.exists()
    pictured(page, "preview")
    field.fill(start.replace("{% block rows %}", OWN.replace("own<", "{{ brand.nam }}<")))
    page.get_by_role("button", name="Preview").click()
    expect(letter.get_by_text("Did you mean “name”?")).to_be_visible()
    page.get_by_role("button", name="Save and use template").click()
    expect(page.get_by_role("alert").filter(has_text="Did you mean “name”?")).to_be_focused()
    expect(letter.get_by_role("heading", name="one")).to_be_visible()
    assert shut_out(page) == []
    pictured(page, "slip")
    field.fill(start.replace("{% block rows %}", OWN.replace("own<", "{{ brand.name }}<")))
    page.get_by_role("button", name="Save and use template").click()
    expect(page.get_by_role("status")).to_contain_text("Saved as version 1")
    expect(letter.get_by_text("A row of our The Morning Post")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 375, "height": 800})
    wait_until_it_fits(page)
    pictured(page, "phone-dark")
    page.get_by_role("button", name="Use standard layout").click()
    expect(page.get_by_role("status")).to_contain_text("Your template is kept")
    expect(letter.get_by_text("A row of our The Morning Post")).to_be_visible()
    assert Template.objects.count() == 1
