"""Our own pages, served to a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from newsletter.accounts.models import Role
from newsletter.publications.models import Publication
from tests.browser.opened import Opened
from tests.support import factories as make
from tests.web.conftest import signed_in

expect.set_options(timeout=20_000)  # milliseconds, on a busy machine


@pytest.fixture
def publication(transactional_db: None) -> Publication:
    made = make.publication(slug="morning", time_zone="UTC")
    make.readers(made, 12)
    make.appeal(made, name="Autumn")
    return made


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer) -> Iterator[Opened]:
    """`opened("/path", Role.EDITOR)`: that page, signed in. Whatever goes wrong in the browser fails the test,

    but for console errors that contain `expected_error`.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def picture(route: Route) -> None:
        """Emails name pictures by the public address, which the server of a test does not have."""
        route.fulfill(response=route.fetch(url=f"{live_server.url}/pictures/{route.request.url.rpartition('/')[2]}"))

    def show(path: str, role: Role | None = None, *, expected_error: str | None = None, **said: Any) -> Page:
        def note(line: ConsoleMessage) -> None:
            if line.type == "error" and (expected_error is None or expected_error not in line.text):
                troubles.append(line.text)

        context = browser.new_context(base_url=live_server.url, **said)
        context.set_default_timeout(20_000)
        context.route(f"{settings.PICTURES_URL}/**", picture)
        contexts.append(context)
        if role:
            client = signed_in(make.person(role, role.value))
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", note)
        page.goto(path)
        return page

    yield show
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def three(publication: Publication) -> Publication:
    """A publication with the stories one, two and three."""
    for headline in ("one", "two", "three"):
        make.story(publication, headline=headline)
    return publication
