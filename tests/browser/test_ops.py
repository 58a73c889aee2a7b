"""The ops page refreshes itself, waits while nobody looks, and says when its figures are old."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from newsletter.accounts.models import Role
from newsletter.lib import clock
from newsletter.notices import write_notices
from newsletter.notices.personal_conditions import new_sign_in
from newsletter.ops import heartbeats
from newsletter.ops.system_status import WORKER_QUEUES
from newsletter.publications.models import Publication
from tests.browser.opened import Opened, wait_until_it_fits
from tests.support import factories as make

REFRESH = "now.dispatchEvent(new CustomEvent('refresh'))"
COUNT = "window.sent = 0; document.body.addEventListener('htmx:beforeSend', () => (window.sent += 1))"
SEEN = """state => {
  Object.defineProperty(document, "hidden", { value: !state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
# in one step, so that no timer runs in between
REFRESH_HIDDEN = f"""() => {{
  ({SEEN})(false);
  const before = window.sent;
  for (let i = 0; i < 3; i += 1) {REFRESH};
  return [before, window.sent];
}}"""


@pytest.fixture
def page(opened: Opened, publication: Publication) -> Page:
    heartbeats.record_worker("worker@here", queues=WORKER_QUEUES, now=clock.now())
    return opened("/ops/", Role.OPS)


def waiting(page: Page, count: int) -> None:
    heartbeats.record_queue("pictures", waiting=count, oldest_seconds=1, now=clock.now())


def test_the_page_shows_new_figures_by_itself_and_waits_while_it_is_hidden(page: Page) -> None:
    pictures = page.get_by_role("region", name="pictures")
    page.evaluate(COUNT)
    waiting(page, 41)
    somebody = make.person(Role.OPS, Role.OPS.value)
    write_notices.write(new_sign_in(somebody, browser="Firefox", network="192.0.2.0", now=clock.now()), now=clock.now())
    expect(page.get_by_role("link", name="Notices, 0 unread")).to_be_visible()
    page.evaluate(REFRESH)
    expect(pictures).to_contain_text("41")
    expect(page.get_by_role("link", name="Notices, 1 unread")).to_contain_text("1")
    waiting(page, 42)
    before, after = page.evaluate(REFRESH_HIDDEN)
    assert before == after > 0, "nobody looks"
    page.evaluate(SEEN, True)
    expect(pictures).to_contain_text("42")


def test_a_card_holds_its_words_also_when_a_worker_queue_was_not_read_for_a_day(
    opened: Opened, publication: Publication
) -> None:
    heartbeats.record_queue("dispatch", waiting=12_345, oldest_seconds=80_000, now=clock.now() - timedelta(hours=23))
    page = opened("/ops/", Role.OPS, viewport={"width": 375, "height": 800})
    card = page.get_by_role("region", name="dispatch")
    expect(card).to_contain_text("Out of date")
    for width in (375, 1100):
        page.set_viewport_size({"width": width, "height": 800})
        assert card.evaluate("card => card.scrollWidth <= card.clientWidth")
        wait_until_it_fits(page)


def test_figures_that_are_old_are_named_as_such_until_the_server_answers(
    opened: Opened, publication: Publication
) -> None:
    page = opened("/healthz", Role.OPS)
    page.clock.install()
    page.goto("/ops/")
    stale = page.get_by_role("alert").filter(has_text="out of date")
    expect(stale).to_have_count(0)

    page.evaluate("window.keep = event => event.preventDefault(); now.addEventListener('htmx:beforeRequest', keep)")
    page.clock.run_for(25_000)
    expect(stale).to_be_visible()
    expect(stale).to_contain_text("Updated")
    page.evaluate("now.removeEventListener('htmx:beforeRequest', keep)")
    page.evaluate(REFRESH)
    expect(stale).to_have_count(0)
