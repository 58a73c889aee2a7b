"""A long story queue, two people on one story, and an editor who pauses a dispatch, in a real browser."""

import time
from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect

from newsletter.accounts.models import Role
from newsletter.delivery.dispatches import open_dispatch
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories import story_queue
from newsletter.stories.models import Story
from tests.browser.opened import Opened
from tests.browser.test_desk import order
from tests.support import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def long(publication: Publication) -> Publication:
    for number in range(1, 54):
        make.story(publication, headline=f"Story {number}")
    return publication


def test_two_quick_clicks_are_both_done_and_seen(opened: Opened, three: Publication) -> None:
    page = opened("/", Role.CURATOR)

    def later(route: Route) -> None:
        """Let the second request reach the server after the answer to the first, which replaces its card."""
        time.sleep(0.7)
        route.continue_()

    page.route("**/drop/", later)
    page.evaluate("""() => {
        const press = (name) => [...document.querySelectorAll("button")].find(
            (button) => button.title === name || button.textContent.includes(name)).click();
        press("Move “three” to the front");
        press("Remove “one” from queue");
    }""")
    expect(page.locator(".queue > .story h3")).to_have_text(["three", "two"])
    expect(page.locator("#last-act")).to_contain_text("“one” was removed from the queue.")
    assert [story.headline for story in story_queue.queued_stories(three)] == ["three", "two"]


def test_a_long_queue_is_shown_by_and_by_and_what_moves_over_its_end_is_not_lost(
    opened: Opened, long: Publication
) -> None:
    page = opened("/", Role.CURATOR)
    cards = page.locator(".story")
    expect(cards).to_have_count(50)
    page.get_by_role("button", name="Move “Story 50” down").click()  # out of what is shown
    expect(cards.last.locator("h3")).to_have_text("Story 51")
    page.get_by_role("button", name="Remove “Story 2” from queue").click()
    expect(cards.last.locator("h3")).to_have_text("Story 50")
    expect(cards).to_have_count(50)
    page.get_by_role("link", name="Show 2 more").click()
    expect(cards).to_have_count(52)
    page.get_by_role("button", name="Move “Story 53” to the front").click()
    expect(cards.first.locator("h3")).to_have_text("Story 53")
    expect(page.get_by_role("button", name="Move “Story 53” up")).to_be_disabled()
    expect(page.get_by_role("button", name="Move “Story 1” up")).to_be_enabled()
    expect(page.locator("#next-readers")).to_have_text("12 readers")
    expect(page.locator(".story h3")).to_have_text(order(long))


def test_a_queue_that_somebody_else_has_changed_is_drawn_anew(opened: Opened, three: Publication) -> None:
    page = opened("/", Role.CURATOR)
    first = three.stories.get(headline="one")
    story_queue.move(first, to=3)
    make.story(three, headline="four")
    page.get_by_role("button", name="Remove “two” from queue").click()
    expect(page.locator(".story h3")).to_have_text(["three", "one", "four"])
    assert order(three) == ["three", "one", "four"]


def test_the_last_story_that_is_taken_out_leaves_an_empty_queue_and_comes_back(
    opened: Opened, publication: Publication
) -> None:
    make.story(publication, headline="only")
    page = opened("/", Role.CURATOR)
    page.get_by_role("button", name="Remove “only” from queue").click()
    expect(page.get_by_role("heading", name="The queue is empty")).to_be_visible()
    page.get_by_role("button", name="Restore to end of queue").click()
    expect(page.locator(".story h3")).to_have_text(["only"])


@pytest.mark.parametrize("scripts", [True, False])
def test_a_story_that_is_saved_as_it_was_opened_stays_as_it_was(
    opened: Opened, publication: Publication, scripts: bool
) -> None:
    body = "<p>Write &lt;p&gt; before it.</p><ul><li>one</li></ul><p>And<br>so on.</p>"
    story = make.story(publication, body=body, embargo_until=clock.now().replace(second=30), section="Town")
    before = Story.objects.filter(pk=story.pk).values().get()
    page = opened(f"/stories/{story.pk}/", Role.CURATOR, java_script_enabled=scripts)
    page.get_by_role("button", name="Save story").click()
    expect(page.get_by_role("status").first).to_have_text("You made no changes, so nothing was saved.")
    assert Story.objects.filter(pk=story.pk).values().get() == before


@pytest.mark.parametrize("scripts", [True, False])
def test_two_people_on_one_story_see_both_texts(opened: Opened, publication: Publication, scripts: bool) -> None:
    story = make.story(publication, body="<p>One.</p><p>Two.</p>")
    page = opened(f"/stories/{story.pk}/", Role.EDITOR, java_script_enabled=scripts)
    story_queue.update(story, headline="Hers", kicker="Kept")
    page.get_by_label("Headline").fill("His")
    page.get_by_role("button", name="Save story").click()
    expect(page.locator(".meanwhile blockquote")).to_have_text(["Hers"])
    expect(page.get_by_label("Kicker")).to_have_value("Kept")
    page.get_by_role("button", name="Save story").click()
    expect(page.get_by_role("status").first).to_have_text("“His” was saved.")
    story.refresh_from_db()
    assert (story.headline, story.kicker, story.body) == ("His", "Kept", "<p>One.</p><p>Two.</p>")


def test_an_editor_pauses_and_resumes_from_the_page_of_the_edition(opened: Opened, publication: Publication) -> None:
    edition = make.approved_edition(publication, due_at=clock.now() - timedelta(seconds=5))
    open_dispatch.open_dispatch(edition.pk, now=clock.now())
    page = opened(f"/editions/{edition.pk}/", Role.EDITOR)
    page.get_by_role("button", name="Pause sending").click()
    expect(page.get_by_role("heading", name="Paused", exact=True)).to_be_visible()
    page.get_by_role("button", name="Resume sending").click()
    expect(page.get_by_role("heading", name="Sending", exact=True)).to_be_visible()
