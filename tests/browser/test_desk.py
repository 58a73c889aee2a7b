"""The desk, ops and readers' pages in a real browser: by mouse, by keyboard, without scripts, for everybody."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client, override_settings
from playwright.sync_api import Browser, BrowserContext, Page, expect
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
POLICY = "newsletter.web.policy.PolicyMiddleware"
expect.set_options(timeout=20_000)  # milliseconds, on a busy machine
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
    """`opened("/path", Role.EDITOR)`: that page, signed in. Whatever goes wrong in the browser fails the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def show(path: str, role: Role | None = None, **said: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, **said)
        context.set_default_timeout(20_000)
        contexts.append(context)
        if role:
            client = Client()
            client.force_login(make.person(role, role.value))
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
        page.goto(path)
        return page

    yield show
    for context in contexts:
        context.close()
    assert troubles == []


def order(publication: Publication) -> list[str]:
    return [story.headline for story in waiting(publication)]


def shown_order(page: Page) -> list[str]:
    return page.locator(".story h3").all_inner_texts()


def wait_for_order(page: Page, *headlines: str) -> None:
    expect(page.locator(".story h3")).to_have_text(list(headlines))


@pytest.fixture
def three(publication: Publication) -> Publication:
    """A publication with the stories one, two and three."""
    for headline in ("one", "two", "three"):
        make.story(publication, headline=headline)
    return publication


def test_a_curator_signs_in_and_writes_a_story_by_keyboard(opened: Opened, publication: Publication) -> None:
    make.cora(make.PASSWORD)
    page = opened("/")
    page.keyboard.type("cora@example.org")  # the first field has the focus
    page.keyboard.press("Tab")
    page.keyboard.type(make.PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Write a story").first.press("Enter")
    page.get_by_label("Headline").fill("Rain at last")
    page.get_by_label("Link").first.fill("https://post.example.org/rain")
    page.get_by_role("textbox", name="Teaser").press_sequentially("It ")
    page.get_by_role("button", name="Bold").click()
    page.keyboard.type("rained")
    page.get_by_role("button", name="Bold").click()
    page.keyboard.type(".")
    page.keyboard.press("Enter")
    page.keyboard.type("For an hour.")
    page.get_by_role("button", name="Put it in the queue").press("Enter")
    expect(page.get_by_role("status").first).to_have_text("“Rain at last” is in the queue.")
    assert waiting(publication)[0].body == "<p>It <strong>rained</strong>.</p><p>For an hour.</p>"


def test_a_story_moves_without_a_new_page_and_the_focus_stays(opened: Opened, three: Publication) -> None:
    page = opened("/", Role.CURATOR)
    page.evaluate("window.same = true")
    down = page.get_by_role("button", name="Move “one” down")
    down.press("Enter")
    wait_for_order(page, "two", "one", "three")
    expect(down).to_be_focused()
    expect(page.locator("#said")).to_have_text("“one” now stands at place 2.")
    page.keyboard.press("Enter")
    wait_for_order(page, "two", "three", "one")
    expect(page.get_by_role("button", name="Move “one” up")).to_be_focused()  # it cannot go farther down
    assert page.evaluate("window.same")
    assert order(three) == ["two", "three", "one"]


def test_a_story_is_dragged_to_its_place(opened: Opened, three: Publication) -> None:
    page = opened("/", Role.CURATOR)
    grips = page.locator(".story .grip")
    grips.nth(2).drag_to(page.locator(".story").first, target_position={"x": 20, "y": 5})
    wait_for_order(page, "three", "one", "two")
    grips.nth(0).drag_to(page.locator(".story").nth(1), target_position={"x": 20, "y": 60})
    wait_for_order(page, "one", "three", "two")
    assert order(three) == ["one", "three", "two"]


def test_a_story_is_dropped_and_put_back(opened: Opened, three: Publication) -> None:
    page = opened("/", Role.CURATOR)
    page.get_by_role("button", name="Take “two” out of the queue").click()
    wait_for_order(page, "one", "three")
    page.get_by_role("button", name="Put it back").click()
    wait_for_order(page, "one", "three", "two")


def test_everything_at_the_desk_works_without_scripts(opened: Opened, three: Publication) -> None:
    page = opened("/", Role.CURATOR, java_script_enabled=False)
    page.get_by_role("button", name="Move “three” to the front").click()
    wait_for_order(page, "three", "one", "two")
    page.get_by_role("button", name="Take “three” out of the queue").click()
    page.get_by_role("button", name="Put it back").first.click()
    wait_for_order(page, "one", "two", "three")
    page.get_by_role("link", name="Paste a story").click()
    page.get_by_label("Text as you copied it").fill(PASTED)
    page.get_by_label("Link").fill("https://post.example.org/lighthouse")
    page.get_by_role("button", name="Look at it").click()
    page.locator("#line-9").select_option("ignored")
    page.get_by_role("button", name="Look again").click()
    page.get_by_role("button", name="Put the story in the queue").click()
    wait_for_order(page, "one", "two", "three", "The harbour gets its lighthouse back")
    assert "ferry" not in waiting(three)[-1].body


def test_overruling_a_line_changes_the_story_at_once(opened: Opened, publication: Publication) -> None:
    page = opened("/desk/morning/paste/", Role.EDITOR)
    page.get_by_label("Text as you copied it").fill(PASTED)
    page.get_by_label("Link").fill("https://post.example.org/lighthouse")
    page.get_by_role("button", name="Look at it").click()
    story = page.locator(".teaser").first
    expect(story).not_to_contain_text("Give the gift")
    page.locator("#line-3").focus()
    page.locator("#line-3").select_option("paragraph")
    expect(story).to_contain_text("Give the gift")
    expect(page.locator("#line-3")).to_be_focused()
    expect(page.locator("#why-3")).to_have_text("as you said")


def test_an_editor_reads_the_letter_in_every_light_and_approves_it(opened: Opened, three: Publication) -> None:
    edition = make.edition(three, due_at=clock.now() + timedelta(days=1))
    assembly.assemble(edition.pk, now=clock.now())
    page = opened(f"/editions/{edition.pk}/", Role.EDITOR)
    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("heading", name="one")).to_be_visible()
    colour = "getComputedStyle(document.body).backgroundColor"
    by_day = page.frames[1].evaluate(colour)
    page.get_by_role("link", name="Dark").click()
    expect(page.locator("iframe")).to_have_attribute("src", f"/editions/{edition.pk}/letter/?dark=1")
    page.wait_for_function("document.querySelector('iframe')")
    expect(inside.get_by_role("heading", name="one")).to_be_visible()
    assert page.frames[-1].evaluate(colour) != by_day
    page.get_by_role("link", name="Phone").click()
    expect(page.locator("iframe.phone")).to_have_js_property("clientWidth", 375)
    page.get_by_role("link", name="Plain text").click()
    expect(page.locator(".letter-text")).to_contain_text("Dear reader")
    page.get_by_role("button", name="Approve this letter").click()
    expect(page.get_by_role("status").first).to_contain_text("Approved.")
    edition.refresh_from_db()
    assert edition.state == State.APPROVED


def test_the_ops_page_asks_anew_by_itself(opened: Opened, publication: Publication) -> None:
    page = opened("/ops/", Role.OPS)
    page.clock.install()
    page.reload()
    expect(page.locator(".verdict")).to_contain_text("No worker has ever reported")
    readings.record_queue("dispatch", waiting=7, oldest_seconds=3, now=clock.now())
    page.clock.run_for(9_000)
    expect(page.locator("[aria-labelledby=queue-dispatch]")).to_contain_text("Read")
    expect(page.locator("[aria-labelledby=queue-dispatch]")).to_contain_text("7")


def test_a_reader_leaves_with_one_tap_on_a_phone(opened: Opened, three: Publication) -> None:
    edition, rita = make.edition(three), make.rita(three)
    phone = {"viewport": {"width": 375, "height": 700}, "java_script_enabled": False}
    page = opened(f"/u/{links.signing(edition.pk)(rita.pk)}", **phone)
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading")).to_have_text("You are unsubscribed")
    assert page.context.cookies() == []
    assert rita.subscriptions.get().standing == "left"


@pytest.fixture
def everything(three: Publication) -> dict[str, Role | None]:
    """Every page, with something of everything on it, and who looks at it."""
    make.publication(slug="weekend", name="The Weekend Letter", accent_colour="#f5d76e")
    now = clock.now()
    sent = make.approved_edition(three, due_at=now - timedelta(minutes=1))
    dispatch = opening.open(sent.pk, now=now)
    assert dispatch
    batch = dispatch.batches.get()
    Attempt.objects.create(batch=batch, ordinal=1, fence=1, began_at=now, fate=Fate.UNCERTAIN, detail="No answer.")
    Batch.objects.update(state=BatchState.UNCERTAIN, submitted=12)
    Dispatch.objects.update(state="attention", reason="Settle them.")
    readings.record_queue("dispatch", waiting=7, oldest_seconds=3, now=now)
    story = make.story(
        three,
        kicker="City",
        is_sensitive=True,
        picture_url="https://example.org/p.jpg",
        picture_alt="Rain",
        embargo_until=now + timedelta(days=2),
        expires_at=now + timedelta(days=3),
    )
    make.story(three)
    ahead = make.edition(three, due_at=now + timedelta(days=1))
    assembly.assemble(ahead.pk, now=now)
    make.edition(three, due_at=now - timedelta(days=1), state=State.HELD, reason="The lawyers are reading.")
    token = links.signing(sent.pk)(make.rita(three).pk)
    Edition.objects.filter(pk=ahead.pk).update(approved_at=now)
    return {
        "/sign-in/": None,
        "/": Role.EDITOR,
        "/desk/weekend/": Role.CURATOR,
        f"/stories/{story.pk}/": Role.CURATOR,
        "/desk/morning/new/": Role.CURATOR,
        "/desk/morning/paste/": Role.EDITOR,
        "/desk/morning/editions/": Role.CURATOR,
        f"/editions/{ahead.pk}/": Role.EDITOR,
        f"/editions/{ahead.pk}/?look=text": Role.EDITOR,
        f"/editions/{ahead.pk}/send/": Role.EDITOR,
        f"/editions/{sent.pk}/": Role.ADMIN,
        "/ops/": Role.OPS,
        f"/ops/batches/{batch.pk}/again/": Role.OPS,
        f"/ops/dispatches/{dispatch.pk}/stop/": Role.OPS,
        "/password/": Role.OPS,
        f"/u/{token}": None,
        f"/p/{token}": None,
    }


def each_page(opened: Opened, everything: dict[str, Role | None]) -> Iterator[tuple[str, Page]]:
    """One after the other, the pasted text's second step as well; all that can be unfolded is."""
    pages: dict[Role | None, Page] = {}
    for path, role in everything.items():
        page = (
            pages[role] if role in pages else pages.setdefault(role, opened("/health", role, reduced_motion="reduce"))
        )
        page.goto(path)
        page.evaluate(UNFOLD)
        yield path, page
        if path.endswith("/paste/"):
            page.get_by_label("Text as you copied it").fill(PASTED)
            page.get_by_role("button", name="Look at it").click()
            page.evaluate(UNFOLD)
            yield "pasted", page


UNFOLD = "document.querySelectorAll('details').forEach(element => element.open = true)"
TOO_SMALL = """least => [...document.querySelectorAll(
    'button, .button, nav a, summary, input:not([type=hidden]), select')]
    .filter(e => e.checkVisibility() && e.type !== 'checkbox')
    .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
    .filter(([_, box]) => box.height < least - 0.5 || box.width < 24).map(([html]) => html)"""


def shut_out(page: Page, **options: object) -> list[tuple[str, str, list[str]]]:
    """What axe finds: its rule, how grave it is, and where."""
    found = Axe().run(page, options={"resultTypes": ["violations"], "iframes": False, **options}).response
    return [(v["id"], v["impact"], [node["html"] for node in v["nodes"]]) for v in found["violations"]]


def test_every_page_is_fit_for_everybody(opened: Opened, everything: dict[str, Role | None]) -> None:
    """By day and by night, on a small phone, by finger: all in one round, because each page is opened for it."""
    troubles: dict[str, object] = {}
    for path, page in each_page(opened, everything):
        page.emulate_media(color_scheme="light")
        troubles[f"{path} by day"] = shut_out(page)
        page.emulate_media(color_scheme="dark")
        troubles[f"{path} by night"] = shut_out(page, runOnly=["color-contrast"])
        wide = page.viewport_size
        assert wide
        page.set_viewport_size({"width": 360, "height": 740})
        troubles[f"{path} is wider than a phone"] = page.evaluate("document.documentElement.scrollWidth > 360")
        troubles[f"{path} is too small for a finger"] = page.evaluate(TOO_SMALL, SMALLEST)
        page.set_viewport_size(wide)
    assert len(troubles) == 4 * (len(everything) + 1)
    assert {what: trouble for what, trouble in troubles.items() if trouble} == {}
