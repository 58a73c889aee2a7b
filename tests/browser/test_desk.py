"""The desk, ops and readers' pages in a real browser: by mouse, by keyboard, without scripts, for everybody."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client, override_settings
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from newsletter.accounts.models import Role
from newsletter.delivery import links, opening
from newsletter.delivery.models import Attempt, Batch, BatchState, Dispatch, Fate
from newsletter.editions import assembly
from newsletter.editions.models import Edition, State
from newsletter.lib import clock
from newsletter.ops import readings
from newsletter.publications.models import Publication
from newsletter.stories.queue import waiting
from tests.support import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
Scheme = Literal["light", "dark"]
POLICY = "newsletter.web.policy.PolicyMiddleware"
SMALLEST = 44  # CSS pixels, of what a finger must hit
PASTED = """The harbour gets its lighthouse back
The town decides to light the tower again after thirty dark years, and the keeper's grandson has the key.
Give the gift of news
- Reporters in five towns
- Every council meeting covered
- Reporters in five towns
- Every council meeting covered
Support our journalism today.
The light is lit on Friday at dusk, and the band plays on the pier until the last ferry leaves."""


@pytest.fixture(scope="session", autouse=True)
def served_as_on_a_server() -> Iterator[None]:
    """The server of these tests reads its settings once, when it starts."""
    middleware = settings.MIDDLEWARE
    if POLICY not in middleware:
        middleware = [*middleware[:2], POLICY, *middleware[2:]]
    with override_settings(STATIC_ROOT=None, MIDDLEWARE=middleware):
        yield


@pytest.fixture
def publication() -> Publication:
    made = make.publication(slug="morning", time_zone="UTC")
    make.readers(made, 12)
    make.appeal(made, name="Autumn")
    return made


Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer) -> Iterator[Opened]:
    """`opened("/path", Role.EDITOR)`: that page, signed in; what goes wrong in the browser fails the test."""
    troubles: list[str] = []
    with contexts(browser) as new:

        def show(path: str, role: Role | None = None, **said: object) -> Page:
            context = new(base_url=live_server.url, **said)
            if role:
                client = Client()
                client.force_login(make.person(role, "Ada"))
                session = client.cookies[settings.SESSION_COOKIE_NAME].value
                context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
            page = context.new_page()
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
            page.goto(path)
            return page

        yield show
    assert not troubles


@contextmanager
def contexts(browser: Browser) -> Iterator[Callable[..., object]]:
    made = []

    def new(**said: object):  # type: ignore[no-untyped-def]  # playwright's own keywords
        made.append(browser.new_context(**said))  # type: ignore[arg-type]
        made[-1].set_default_timeout(20_000)
        return made[-1]

    yield new
    for context in made:
        context.close()
