"""The ops page refreshes itself, waits while nobody looks, and says when its figures are old."""

import pytest
from playwright.sync_api import Page, expect

from newsletter.accounts.models import Role
from newsletter.lib import clock
from newsletter.ops import heartbeats
from newsletter.ops.system_status import WORKER_QUEUES
from newsletter.publications.models import Publication
from tests.browser.opened import Opened

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
    page.evaluate(REFRESH)
    expect(pictures).to_contain_text("41")
    waiting(page, 42)
    before, after = page.evaluate(REFRESH_HIDDEN)
    assert before == after > 0, "nobody looks"
    page.evaluate(SEEN, True)
    expect(pictures).to_contain_text("42")


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
