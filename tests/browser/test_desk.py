"""The desk, ops and readers' pages in a real browser: by mouse, by keyboard, without scripts."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from newsletter.accounts.models import Role
from newsletter.delivery.recipients import reader_links
from newsletter.editions.models import EditionState
from newsletter.letters import assemble_edition
from newsletter.lib import clock
from newsletter.ops import heartbeats
from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from newsletter.stories.story_queue import queued_stories
from tests.browser.opened import PASTED, Opened
from tests.support import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


def order(publication: Publication) -> list[str]:
    return [story.headline for story in queued_stories(publication)]


def wait_for_order(page: Page, *headlines: str) -> None:
    expect(page.locator(".story h3")).to_have_text(list(headlines))


def test_a_curator_signs_in_and_writes_a_story_by_keyboard(opened: Opened, publication: Publication) -> None:
    make.cora(make.PASSWORD)
    page = opened("/")
    expect(page.get_by_label("Email")).to_be_focused()
    page.keyboard.type("cora@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(make.PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Write a story").first.press("Enter")
    page.get_by_label("Headline").fill("Rain at last")
    page.get_by_label("Link").first.fill("https://post.example.org/rain")
    expect(page.get_by_role("toolbar", name="Formatting")).to_be_visible()  # in place of a plain text field
    page.get_by_role("textbox", name="Teaser").press_sequentially("It ")
    page.get_by_role("button", name="Bold").click()
    page.keyboard.type("rained")
    page.get_by_role("button", name="Bold").click()
    page.keyboard.type(".")
    page.keyboard.press("Enter")
    page.keyboard.type("For an hour.")
    page.get_by_role("button", name="Add to queue").press("Enter")
    expect(page.get_by_role("status").first).to_have_text("“Rain at last” was added to the queue.")
    assert queued_stories(publication)[0].body == "<p>It <strong>rained</strong>.</p><p>For an hour.</p>"


def test_a_story_moves_without_a_new_page_and_the_focus_stays(opened: Opened, three: Publication) -> None:
    page = opened("/", Role.CURATOR)
    page.evaluate("window.same = true")
    down = page.get_by_role("button", name="Move “one” down")
    down.press("Enter")
    wait_for_order(page, "two", "one", "three")
    expect(down).to_be_focused()
    expect(page.locator("#announcement")).to_have_text("“one” is now at position 2.")
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
    page.get_by_role("button", name="Remove “two” from queue").click()
    wait_for_order(page, "one", "three")
    page.get_by_role("button", name="Restore to end of queue").click()
    wait_for_order(page, "one", "three", "two")


def test_everything_at_the_desk_works_without_scripts(opened: Opened, three: Publication) -> None:
    page = opened("/", Role.CURATOR, java_script_enabled=False)
    page.get_by_role("button", name="Move “three” to the front").click()
    wait_for_order(page, "three", "one", "two")
    page.get_by_role("button", name="Remove “three” from queue").click()
    page.get_by_role("button", name="Restore to end of queue").first.click()
    wait_for_order(page, "one", "two", "three")
    page.get_by_role("link", name="Paste a story").click()
    page.get_by_label("Copied text").fill(PASTED)
    page.get_by_label("Link").fill("https://post.example.org/lighthouse")
    page.get_by_role("button", name="Continue").click()
    page.locator("#line-9").select_option("ignored")
    page.get_by_role("button", name="Refresh").click()
    page.get_by_role("button", name="Add story to queue").click()
    wait_for_order(page, "one", "two", "three", "The harbour gets its lighthouse back")
    assert "ferry" not in queued_stories(three)[-1].body


def test_overruling_a_line_changes_the_story_at_once(opened: Opened, publication: Publication) -> None:
    page = opened("/desk/morning/paste/", Role.EDITOR)
    page.get_by_label("Copied text").fill(PASTED)
    page.get_by_label("Link").fill("https://post.example.org/lighthouse")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_load_state()  # without its scripts the page changes nothing at once
    story = page.locator(".teaser").first
    expect(story).not_to_contain_text("Give the gift")
    page.locator("#line-3").focus()
    page.locator("#line-3").select_option("paragraph")
    expect(story).to_contain_text("Give the gift")
    expect(page.locator("#line-3")).to_be_focused()
    expect(page.locator("#why-3")).to_have_text("your correction")


def test_a_line_is_left_out_and_brought_back_by_one_click(opened: Opened, publication: Publication) -> None:
    page = opened("/desk/morning/paste/", Role.CURATOR)
    page.get_by_label("Copied text").fill(PASTED)
    page.get_by_label("Link").fill("https://post.example.org/lighthouse")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_load_state()
    story, last = page.locator(".teaser").first, page.locator(".lines li").last
    text = "the band plays on the pier"
    expect(last).to_contain_text(text)
    expect(story).to_contain_text(text)
    last.get_by_role("button", name="Leave out").click()
    expect(story).not_to_contain_text(text)
    last.get_by_role("button", name="Bring back").click()
    expect(story).to_contain_text(text)
    expect(last.get_by_role("button", name="Leave out")).to_be_focused()


def test_an_editor_reads_the_letter_in_every_light_and_approves_it(opened: Opened, three: Publication) -> None:
    edition = make.edition(three, due_at=clock.now() + timedelta(days=1))
    assemble_edition.assemble(edition.pk, now=clock.now())
    page = opened(f"/editions/{edition.pk}/", Role.EDITOR)
    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("heading", name="one")).to_be_visible()
    by_day = inside.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    page.get_by_role("link", name="Dark").click()
    expect(page.locator("iframe")).to_have_attribute("src", f"/editions/{edition.pk}/letter/?dark=1")
    expect(inside.get_by_role("heading", name="one")).to_be_visible()
    expect(inside.locator("body")).not_to_have_css("background-color", by_day)
    page.get_by_role("link", name="Phone").click()
    expect(page.locator("iframe.phone")).to_have_js_property("clientWidth", 375)
    page.get_by_role("link", name="Plain text").click()
    expect(page.locator(".letter-text")).to_contain_text("No owner tells us what to print.")
    page.get_by_role("button", name="Approve this email").click()
    expect(page.get_by_role("status").first).to_contain_text("Approved.")
    edition.refresh_from_db()
    assert edition.state == EditionState.APPROVED


def test_the_ops_page_asks_anew_by_itself(opened: Opened, publication: Publication) -> None:
    page = opened("/ops/", Role.OPS)
    page.clock.install()
    page.reload()
    expect(page.locator(".verdict")).to_contain_text("No worker has reported yet")
    heartbeats.record_queue("dispatch", waiting=7, oldest_seconds=3, now=clock.now())
    page.clock.run_for(9_000)
    expect(page.locator("[aria-labelledby=queue-dispatch]")).to_contain_text("Updated")
    expect(page.locator("[aria-labelledby=queue-dispatch]")).to_contain_text("7")


def test_a_reader_leaves_with_one_tap_on_a_phone(opened: Opened, three: Publication) -> None:
    edition, rita = make.edition(three), make.rita(three)
    phone = {"viewport": {"width": 375, "height": 700}, "java_script_enabled": False}
    page = opened(f"/u/{reader_links.token_signer(edition.pk)(rita.pk)}", **phone)
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading")).to_have_text("You are unsubscribed")
    assert page.context.cookies() == []
    assert rita.subscriptions.get().status == "left"


COPIED = (
    "<html><head><style>p { color: red }</style></head><body><h2>Results</h2><table><tr>"
    '<td>North</td><td>12</td></tr></table><b style="font-weight:normal" id="docs-internal-guid-1"><p>'
    '<span style="font-weight:400">Plain, then </span><span style="font-weight:700">bold</span>, 10<sup>6</sup>'
    '<del>old</del></p></b><p style="mso-list:l0 level1 lfo1"><span style="mso-list:Ignore">·&nbsp;&nbsp; </span>First'
    '</p><p style="mso-list:l0 level1 lfo1"><span style="mso-list:Ignore">·&nbsp;&nbsp; </span>Second</p>'
    "</body></html>"
)


def test_what_is_pasted_into_the_editor_keeps_its_boundaries_and_emphasis(
    opened: Opened, publication: Publication
) -> None:
    page = opened("/desk/morning/new/", Role.CURATOR)
    elsewhere = page.context.new_page()
    elsewhere.set_content(COPIED)
    elsewhere.keyboard.press("ControlOrMeta+a")
    elsewhere.keyboard.press("ControlOrMeta+c")
    page.bring_to_front()
    page.get_by_label("Headline").fill("Results")
    page.get_by_label("Link", exact=True).fill("https://post.example.org/results")
    words = page.locator(".writing-words")
    words.click()
    page.keyboard.press("ControlOrMeta+v")
    expect(words).to_contain_text("Second")
    page.get_by_role("button", name="Add to queue").click()
    expect(page.get_by_text("was added to the queue.")).to_be_visible()
    assert Story.objects.get().body == (
        "<p>Results</p><p>North 12</p><p>Plain, then <strong>bold</strong>, 10⁶</p>"
        "<ul><li>First</li><li>Second</li></ul>"
    )


def test_a_story_opened_and_saved_in_the_editor_stays_as_it_was(opened: Opened, publication: Publication) -> None:
    story = make.story(publication, body="<p>Use &lt;p&gt; &amp; <em>more</em></p>")
    page = opened(f"/stories/{story.pk}/", Role.CURATOR)
    words = page.locator(".writing-words")
    words.click()
    page.keyboard.press("End")
    page.keyboard.type("!")
    page.keyboard.press("Backspace")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("was saved.")).to_be_visible()
    assert Story.objects.get().body == story.body
