"""Text that is typed and not saved survives a closed tab, a server that is gone, and a session that ended."""

import re

from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from newsletter.accounts.models import Role
from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from tests.browser.opened import Opened
from tests.support import factories as make

KEEP = "**/unsaved-changes/"
KEPT = re.compile(r"Unsaved changes kept at \d")


def begin(page: Page) -> None:
    page.get_by_label("Headline").fill("The ferry stays")
    page.locator(".writing-words").fill("It was to end in spring.")


def test_a_story_in_a_closed_tab_is_continued(opened: Opened, publication: Publication) -> None:
    first = opened("/desk/morning/new/", Role.CURATOR)
    begin(first)
    expect(first.get_by_text(KEPT)).to_be_visible()
    first.close()
    page = opened("/desk/morning/", Role.CURATOR)
    page.get_by_text("You have unsaved changes in 1 form").click()
    page.get_by_role("link", name="New story: “The ferry stays”").click()
    expect(page.get_by_label("Headline")).to_have_value("The ferry stays")
    expect(page.locator(".writing-words")).to_have_text("It was to end in spring.")
    expect(page.get_by_text("You have unsaved changes here")).to_be_visible()
    page.get_by_label("Link", exact=True).fill("https://post.example.org/ferry")
    page.get_by_role("button", name="Add to queue").click()
    expect(page.locator(".story").get_by_role("link", name="The ferry stays")).to_be_visible()
    expect(page.get_by_text("You have unsaved changes in")).to_have_count(0)
    assert Story.objects.get().body == "<p>It was to end in spring.</p>"


def test_while_the_server_is_gone_this_browser_keeps_the_text(opened: Opened, publication: Publication) -> None:
    story = make.story(publication, headline="Rain")
    page = opened(f"/stories/{story.pk}/", Role.CURATOR, expected_error="502")
    page.route(KEEP, lambda route: route.fulfill(status=502))
    page.get_by_label("Headline").fill("Rain at last")
    expect(page.get_by_text("The server does not answer.")).to_be_visible()
    page.get_by_role("button", name="Save story").click()
    expect(page.get_by_text("They are kept in this browser.")).to_be_visible()
    expect(page.get_by_label("Headline")).to_have_value("Rain at last")  # the page was not left

    again = page.context.new_page()  # the server is back, and the tab is opened anew
    again.goto(f"/stories/{story.pk}/")
    expect(again.get_by_text("You have unsaved changes here")).to_be_visible()
    expect(again.get_by_label("Headline")).to_have_value("Rain at last")
    again.get_by_role("button", name="Save story").click()
    expect(again.get_by_text("“Rain at last” was saved.")).to_be_visible()


def test_a_session_that_ended_while_typing_costs_no_text(opened: Opened, publication: Publication) -> None:
    page = opened("/desk/morning/new/", Role.CURATOR, expected_error="403")  # of the preview
    Session.objects.all().delete()
    begin(page)
    expect(page.get_by_text("You are signed out")).to_be_visible()
    page.get_by_role("button", name="Add to queue").click()
    expect(page.get_by_text("Sign in again in another tab")).to_be_visible()
    expect(page.get_by_label("Headline")).to_have_value("The ferry stays")


def test_after_signing_in_again_in_another_tab_the_form_can_be_saved(opened: Opened, publication: Publication) -> None:
    make.person(Role.CURATOR, "curator", password="a long one of mine")
    page = opened("/desk/morning/new/", Role.CURATOR, expected_error="403")
    page.get_by_label("Link", exact=True).fill("https://post.example.org/ferry")
    expect(page.get_by_text(KEPT)).to_be_visible()
    Session.objects.all().delete()
    other = page.context.new_page()
    other.goto("/sign-in/")
    other.locator("[name=username]").fill("curator@example.org")
    other.locator("[name=password]").fill("a long one of mine")
    other.get_by_role("button", name="Sign in", exact=True).click()
    expect(other.get_by_role("heading", level=1)).not_to_have_text("Sign in")
    begin(page)
    page.get_by_role("button", name="Add to queue").click()
    expect(page.locator(".story").get_by_role("link", name="The ferry stays")).to_be_visible()


def test_discarded_changes_are_gone(opened: Opened, publication: Publication) -> None:
    story = make.story(publication, headline="Rain")
    page = opened(f"/stories/{story.pk}/", Role.CURATOR)
    page.get_by_label("Headline").fill("Snow")
    expect(page.get_by_text(KEPT)).to_be_visible()
    page.reload()
    expect(page.get_by_label("Headline")).to_have_value("Snow")
    page.get_by_role("button", name="Discard changes").click()
    expect(page.get_by_label("Headline")).to_have_value("Rain")
    expect(page.get_by_text("You have unsaved changes here")).to_have_count(0)


def test_a_reason_that_was_sent_after_the_session_ended_is_in_the_form_again(
    opened: Opened, publication: Publication
) -> None:
    make.person(Role.CURATOR, "curator", password="a long one of mine")
    make.story(publication, headline="The ferry", state="pitched", pitch="Islanders ask.")
    page = opened("/desk/morning/pitches/", Role.CURATOR, expected_error="403")
    page.get_by_text("Decline …").click()
    page.locator("[name=reason]").fill("We <b>ran</b> it\u2019s twin in May.")
    Session.objects.all().delete()
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(page.get_by_text("This tab keeps it")).to_be_visible()
    page.get_by_role("link", name="Sign in again").click()
    page.locator("[name=username]").fill("curator@example.org")
    page.locator("[name=password]").fill("a long one of mine")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("What you typed before you signed in is back.")).to_be_visible()
    expect(page.locator("[name=reason]")).to_have_value("We <b>ran</b> it\u2019s twin in May.")
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("was declined")).to_be_visible()
    assert Story.objects.get().declined_because.startswith("We <b>ran</b>")
