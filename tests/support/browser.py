"""Fixtures for tests that look at pages and letters in a real Chromium. It reaches this machine alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support import chromium as found

TIMEOUT = 20_000  # milliseconds for a page to do what a test waits for, on a busy machine


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser that starts."""
    return str(found.ready().program)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for all tests of this process; each `page` has a profile of its own."""
    # Playwright runs an event loop on this thread, and Django then refuses to touch the database here.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=TIMEOUT)
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=found.FLAGS) as running,
    ):
        yield running


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page. What it shows at the end of a test that failed is kept as a picture, if PICTURES names a folder."""
    with browser.new_context() as context:
        context.set_default_timeout(TIMEOUT)
        shown = context.new_page()
        yield shown
        if folder := os.environ.get("PICTURES"):
            shown.screenshot(path=Path(folder) / f"{request.node.name}.png", full_page=True)
