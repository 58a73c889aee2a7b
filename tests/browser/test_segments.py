"""Segments in a browser: the control follows the condition, and who is in it is counted while one types."""

import pytest
from playwright.sync_api import expect

from newsletter.accounts.models import Role
from newsletter.publications.models import Publication
from newsletter.segments.models import Segment
from tests.browser.opened import Opened
from tests.support import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_segment_is_counted_while_it_is_typed(opened: Opened, publication: Publication) -> None:
    make.reader(publication, email="ann@near.example")
    page = opened("/readers/segments/morning/new/", Role.AUDIENCE)
    meaning = page.locator("#segment-meaning")
    page.get_by_label("Name").fill("Near")
    page.get_by_label("Condition").select_option("domain:is")
    value = page.get_by_label("Values")
    expect(value).to_be_visible()
    value.press_sequentially("near.example")
    expect(meaning).to_contain_text("Readers who have an address at near.example.")
    expect(meaning).to_contain_text("1 of 13 readers who would get an edition now.")
    expect(value).to_be_focused()  # what is swapped in is beside the form
    page.get_by_role("button", name="Add condition").click()
    expect(page.get_by_label("Condition 2", exact=True)).to_be_visible()
    page.wait_for_load_state()  # with its scripts
    page.get_by_label("Condition 2", exact=True).select_option("joined:before")
    expect(page.locator("input[type=date]")).to_be_visible()
    expect(page.get_by_label("Values")).to_have_value("near.example")
    page.locator("input[type=date]").fill("2031-01-01")
    expect(meaning).to_contain_text("and joined before 1 January 2031.")
    page.get_by_role("button", name="Add segment").click()
    expect(page.get_by_role("status").first).to_contain_text("Added.")
    assert Segment.objects.get().name == "Near"
