"""The edition beside the queue in a real browser: by keyboard alone, by drag, and two people at once."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from newsletter.accounts.models import Role
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.browser.opened import Opened
from tests.support import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def edition(three: Publication) -> Edition:
    Publication.objects.update(maximum_stories=3)
    make.story(three, headline="four", section="City")
    return make.edition(three, due_at=clock.now() + timedelta(hours=3))


def listed(page: Page, *headlines: str) -> None:
    expect(page.locator(".edition-story .edition-headline")).to_have_text(list(headlines))


def picked(edition: Edition) -> list[str]:
    return list(edition.picks.filter(is_out=False).values_list("story__headline", flat=True))


def test_an_edition_is_curated_and_built_by_keyboard_alone(opened: Opened, edition: Edition) -> None:
    page = opened("/", Role.EDITOR)
    page.wait_for_load_state()
    keys = page.keyboard
    for _ in range(4):
        keys.press("j")
    expect(page.locator("#story-4, .story:focus")).to_be_focused()
    keys.press("p")  # into the edition, under its own section
    listed(page, "four", "one", "two")
    expect(page.locator("#announcement")).to_have_text("“four” is number 1 of 3, in City.")
    expect(page.locator(".story:focus h3")).to_have_text("four")
    keys.press("k")
    keys.press("2")  # three, into the second section
    listed(page, "four", "three", "one")
    expect(page.locator("#announcement")).to_have_text("“three” is number 2 of 3, in City.")
    keys.press("ArrowRight")
    expect(page.locator(".edition-story:focus .edition-headline")).to_have_text("three")
    keys.press("Alt+ArrowUp")
    listed(page, "three", "four", "one")
    expect(page.locator(".edition-story:focus .edition-headline")).to_have_text("three")
    keys.press("j")
    keys.press("l")  # above the sections, where what fills the edition without a section follows it
    listed(page, "four", "one", "three")
    expect(page.locator("#announcement")).to_have_text("“four” is the lead in this edition, number 1 of 3.")
    keys.press("c")
    expect(page.locator(".edition-story:focus")).to_contain_text("You are on it")
    keys.press("j")
    keys.press("j")
    keys.press("x")
    listed(page, "four", "one", "two")
    expect(page.locator(".story:focus h3")).to_have_text("three")
    page.get_by_role("button", name="Undo").press("Enter")
    listed(page, "four", "one", "three")
    keys.press("Control+k")
    keys.type("on")
    keys.press("Enter")  # before the answer: the story of the selected card is not meant, but what is found
    expect(page.get_by_role("heading", name="Editions")).to_be_visible()
    page.wait_for_load_state()
    keys.press("Control+k")
    keys.type("morning")
    for _ in range(4):  # the pages of the publication come before its editions
        expect(page.get_by_role("dialog").get_by_role("link")).to_have_count(4)
        keys.press("ArrowDown")
    keys.press("Enter")
    page.get_by_role("button", name="Build preview").press("Enter")
    expect(page.get_by_text("The email is ready. Review it, then approve it.")).to_be_visible()
    edition.refresh_from_db()
    assert edition.state == EditionState.ASSEMBLED
    assert list(edition.placements.values_list("headline", flat=True)) == ["four", "one", "three"]


def test_keys_are_silent_while_somebody_types_and_when_they_are_switched_off(opened: Opened, edition: Edition) -> None:
    page = opened("/", Role.CURATOR)
    page.wait_for_load_state()
    box = page.get_by_label("Add stories")
    box.press_sequentially("jp1l?/")
    expect(box).to_have_value("jp1l?/")
    box.fill("")
    page.locator("body").click(position={"x": 3, "y": 3})
    page.keyboard.press("?")
    page.get_by_role("button", name="Switch letter keys off").click()
    expect(page.get_by_role("button", name="Switch letter keys on")).to_be_visible()
    page.keyboard.press("Escape")
    for key in ("j", "p", "?"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert picked(edition) == []
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_keys_do_what_they_say_and_the_palette_acts_on_the_story_only_when_an_act_is_chosen(
    opened: Opened, edition: Edition
) -> None:
    page = opened("/", Role.CURATOR)
    page.wait_for_load_state()
    keys, stories = page.keyboard, page.locator(".queue > .story")
    keys.press("j")
    card = stories.first
    keys.press("p")
    expect(card.get_by_role("button", name="Take “one” out")).to_be_visible()
    keys.press("p")  # twice the same key is not its opposite
    keys.press("c")
    expect(card.get_by_role("button", name="Release “one”")).to_be_visible()
    expect(card.get_by_role("button", name="Take “one” out")).to_be_visible()
    keys.press("x")
    expect(card.get_by_role("button", name="Put “one” into")).to_be_visible()
    keys.press("Control+k")
    keys.type("queue")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.wait_for_url("**/desk/morning/")
    expect(stories).to_have_count(4)
    keys.press("j")
    keys.press("Control+k")
    keys.type("queue")
    page.get_by_role("dialog").get_by_role("button", name="Remove “one” from queue").click()
    expect(stories).to_have_count(3)


def test_stories_are_dragged_into_the_edition_in_it_and_out_of_it(opened: Opened, edition: Edition) -> None:
    page = opened("/", Role.CURATOR, viewport={"width": 1280, "height": 1000})
    page.wait_for_load_state()
    queue, rows = page.locator(".queue > .story"), page.locator(".edition-story")
    queue.nth(2).locator(".grip").drag_to(rows.nth(0), target_position={"x": 30, "y": 5})
    listed(page, "three", "one", "two")
    queue.nth(3).locator(".grip").drag_to(rows.nth(0), target_position={"x": 30, "y": 5})
    listed(page, "four", "three", "one")
    rows.nth(0).locator(".edition-marks").drag_to(rows.nth(2), target_position={"x": 30, "y": 80})
    listed(page, "three", "one", "four")
    assert picked(edition) == ["three", "one", "four"], "what stood before it stays there"
    rows.nth(1).locator(".edition-marks").drag_to(queue.nth(1))
    listed(page, "three", "four", "two")
    expect(page.get_by_text("Taken out of this edition (1)")).to_be_visible()


def test_two_people_at_one_edition_lose_nothing_and_see_each_other(opened: Opened, edition: Edition) -> None:
    cora, eddie = opened("/", Role.CURATOR), opened("/", Role.EDITOR)
    cora.get_by_role("button", name="Put “three” into the edition").click()
    listed(cora, "three", "one", "two")
    eddie.get_by_role("button", name="Pin “two” in the edition").click()  # on a page of before
    listed(eddie, "three", "two", "one")
    cora.get_by_role("button", name="Make “three” the lead").click()
    eddie.locator("#next").get_by_role("button", name="Take “three” out of the edition").click()
    listed(eddie, "two", "one", "four")
    cora.get_by_role("button", name="Move “three” down in the edition").click()
    expect(cora.locator("#announcement")).to_have_text("“three” is number 2 of 3.", timeout=20_000)
    listed(eddie, "two", "three", "one")  # within ten seconds, by itself
    expect(eddie.locator("#next-readers")).to_have_text("12 readers")
    assert picked(edition) == ["two", "three"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk_with_an_edition_is_accessible(opened: Opened, edition: Edition, scheme: str) -> None:
    for width in (1280, 375):
        page = opened("/", Role.EDITOR, color_scheme=scheme, viewport={"width": width, "height": 900})
        page.get_by_role("button", name=f"Put “{'four' if width == 375 else 'three'}” into the edition").click()
        if width == 375:
            expect(page.locator(".next")).to_be_hidden()
            page.get_by_role("link", name="Edition (").click()
            expect(page.locator(".queue")).to_be_hidden()
        expect(page.locator(".edition-story")).to_have_count(3)
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        found = Axe().run(page).response["violations"]
        assert not [(one["id"], one["nodes"][0]["html"]) for one in found]
        page.keyboard.press("Escape")
        found = Axe().run(page).response["violations"]
        assert not [(one["id"], one["nodes"][0]["html"]) for one in found]
        page.keyboard.press("Control+k")
        expect(page.get_by_role("dialog").get_by_role("link").first).to_be_visible()
        found = Axe().run(page).response["violations"]
        assert not [(one["id"], one["nodes"][0]["html"]) for one in found]
        story = edition.publication.stories.get(headline="four")
        page.goto(f"/editions/{edition.pk}/stories/{story.pk}/")
        found = Axe().run(page, options={"iframes": False}).response["violations"]
        assert not [(one["id"], one["nodes"][0]["html"]) for one in found]


def test_the_edition_leaves_as_the_desk_showed_it(opened: Opened, edition: Edition) -> None:
    page = opened("/", Role.CURATOR)
    page.get_by_role("button", name="Put “four” into the edition").click()
    page.get_by_role("link", name="Change “four” for this email").click()
    page.get_by_label("Headline").fill("Four, rewritten")
    page.get_by_role("button", name="Save for this email").click()
    listed(page, "Four, rewritten", "one", "two")
    made = assemble_edition.assemble(edition.pk, now=edition.due_at)
    assert list(made.placements.values_list("headline", flat=True)) == ["Four, rewritten", "one", "two"]
