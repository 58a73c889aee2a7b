"""What a test of our pages asks for: `opened("/path", Role.EDITOR)` is that page in a real browser, signed in."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.support.waiting import wait_until

Opened = Callable[..., Page]


def wait_until_it_fits(page: Page) -> None:
    """Wait until the page is no wider than its window; fails when it stays wider."""
    wait_until(lambda: page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


PASTED = """The harbour gets its lighthouse back
The town decides to light the tower again after thirty dark years, and the keeper's grandson has the key.
Give the gift of news
- Reporters in five towns
- Every council meeting covered
- Reporters in five towns
- Every council meeting covered
Support our journalism today.
The light is lit on Friday at dusk, and the band plays on the pier until the last ferry leaves."""
