"""The one box of the desk in a real browser: pasted HTML, links to a site on loopback, a site that refuses."""

import pytest
from playwright.sync_api import Page, expect

from newsletter.accounts.models import Role
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories.models import Story, StoryDraft
from newsletter.stories.reading import story_drafts
from newsletter.stories.reading.fetch_page import fetch_page
from newsletter.stories.rich_text import rich_text
from tests.browser.opened import Opened, wait_until_it_fits
from tests.stories.reading.pages import ARTICLE, TEXT, page
from tests.support import factories as make
from tests.support.website import Website, body, status

HEADLINE = "Harbour to be dredged after years of waiting"
COPIED = f'<h1><a href="https://post.example.org/harbour">{HEADLINE}</a></h1><p>By Amina Okoye</p>' + "".join(
    f"<p>{line.replace('/topics', 'https://post.example.org/topics')}</p>" for line in TEXT
)
QUAY = page(data=None, title="The quay opens again", before="<h1>The quay opens again</h1>").replace(
    'href="https://post.example.org/harbour"', 'href="https://post.example.org/quay"'
)
LOOKS = [{}, {"viewport": {"width": 380, "height": 800}}, {"color_scheme": "dark"}]
PASTE = """([html, text]) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    data.setData("text/plain", text);
    const target = document.activeElement;
    const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    if (target.dispatchEvent(event)) document.execCommand("insertText", false, text);
}"""


def paste(opened: Page, html: str, text: str) -> None:
    """What a browser does at Ctrl+V with these kinds of data on the clipboard."""
    opened.evaluate(PASTE, [html, text])


def work(site: Website) -> None:
    now = clock.now()
    while story_drafts.read_next(now=now, fetch=lambda url: fetch_page(url, policy=site.reach())):
        pass


@pytest.mark.parametrize("said", LOOKS)
def test_pasted_html_becomes_a_story_with_its_link(
    opened: Opened, publication: Publication, site: Website, said: dict[str, object]
) -> None:
    desk = opened("/desk/morning/", Role.CURATOR, **said)
    desk.get_by_label("Add stories").focus()
    paste(desk, COPIED, "\n".join([HEADLINE, "By Amina Okoye", *TEXT]))
    desk.get_by_role("button", name="Add", exact=True).click()
    expect(desk.get_by_text("Reading the pasted article …")).to_be_visible()
    work(site)
    card = desk.locator(".draft")
    expect(card.get_by_role("heading", name=HEADLINE)).to_be_visible()
    wait_until_it_fits(desk)
    card.get_by_role("button", name="Add to queue").click()
    expect(desk.get_by_text("was added to the queue.")).to_be_visible()
    [story] = Story.objects.all()
    assert (story.headline, story.byline, story.url) == (HEADLINE, "Amina Okoye", "https://post.example.org/harbour")
    assert '<a href="https://post.example.org/topics/harbour?a=1">Monday on</a>' in story.body


@pytest.mark.parametrize("said", LOOKS)
def test_links_become_cards_that_show_what_was_read(
    opened: Opened, publication: Publication, site: Website, said: dict[str, object]
) -> None:
    make.story(publication, headline="After years of waiting, harbour to be dredged")
    site.pages |= {"/a": body(page().encode()), "/b": status(403)}
    desk = opened("/desk/morning/", Role.CURATOR, **said)
    desk.get_by_label("Add stories").fill(f"{site.url('/a')}\n{site.url('/b')}")
    desk.get_by_role("button", name="Add", exact=True).click()
    expect(desk.get_by_text("Reading 127.0.0.1 …")).to_have_count(2)
    work(site)
    read = desk.locator(".draft", has=desk.get_by_role("heading", name=HEADLINE))
    expect(read).to_contain_text("A story with a similar headline was queued before")
    refused = desk.locator(".draft", has_text="refuses to be read by programs (status 403)")
    expect(refused).to_contain_text("copy it and paste it here")
    wait_until_it_fits(desk)
    read.get_by_text("Where the fields come from").click()
    expect(read).to_contain_text("structured data (JSON-LD)")
    wait_until_it_fits(desk)
    read.get_by_role("link", name="Edit").click()
    expect(desk.get_by_label("Headline")).to_have_value(HEADLINE)
    desk.get_by_label("Kicker").fill("Sea")
    desk.get_by_role("button", name="Add to queue").click()
    expect(desk.get_by_text("was added to the queue.")).to_be_visible()
    assert Story.objects.get(headline=HEADLINE).kicker == "Sea"
    assert StoryDraft.objects.filter(state="failed", url=site.url("/b")).exists()


def test_a_real_clipboard_brings_a_page_and_a_link(opened: Opened, publication: Publication, site: Website) -> None:
    site.pages |= {"/harbour": body(page().encode()), "/quay": body(QUAY.encode())}
    desk = opened("/desk/morning/", Role.CURATOR)
    article = desk.context.new_page()
    article.goto(site.url("/harbour"))
    article.keyboard.press("Control+A")
    article.keyboard.press("Control+C")
    desk.bring_to_front()
    desk.get_by_label("Add stories").focus()
    desk.keyboard.press("Control+V")
    desk.get_by_role("button", name="Add", exact=True).click()
    expect(desk.get_by_text("Reading the pasted article …")).to_be_visible()
    work(site)
    card = desk.locator(".draft")
    expect(card.get_by_role("heading", name=HEADLINE)).to_be_visible()

    article.bring_to_front()
    article.set_content(f"<p>{site.url('/quay')}</p>")
    article.keyboard.press("Control+A")
    article.keyboard.press("Control+C")
    desk.bring_to_front()
    desk.locator("h1").click()
    desk.keyboard.press("Control+V")  # outside any field: sent at once
    expect(desk.get_by_text("Reading 127.0.0.1 …")).to_be_visible()
    work(site)
    linked = desk.locator(".draft", has=desk.get_by_role("heading", name="The quay opens again"))
    expect(linked).to_contain_text("The old harbour will be dredged from Monday on")

    for draft, asks_for_link in ((linked, False), (card, True)):
        if asks_for_link:
            draft.get_by_label("Link").fill("https://post.example.org/harbour")
        draft.get_by_role("button", name="Add to queue").click()
        expect(desk.get_by_text("was added to the queue.")).to_be_visible()
    read, copied = Story.objects.order_by("pk")
    assert (read.headline, copied.headline) == ("The quay opens again", HEADLINE)
    lines = [rich_text.plain(f"<p>{line}</p>") for line in TEXT]
    assert rich_text.plain(read.body).split("\n\n") == lines[: publication.teaser_paragraphs]
    standfirst, *copied_lines = rich_text.plain(copied.body).split("\n\n")
    assert standfirst == ARTICLE["description"]
    assert copied_lines == lines[: publication.teaser_paragraphs - 1]
    assert all("/topics/harbour?a=1" in story.body for story in (read, copied))


def test_a_link_that_is_pasted_outside_any_field_is_sent_at_once(opened: Opened, publication: Publication) -> None:
    desk = opened("/desk/morning/", Role.CURATOR)
    paste(desk, "", "https://post.example.org/harbour")
    expect(desk.get_by_text("Reading post.example.org …")).to_be_visible()


def test_the_styles_of_a_large_page_do_not_keep_it_from_being_pasted(
    opened: Opened, publication: Publication, site: Website
) -> None:
    style = (
        "font-family: &quot;Times New Roman&quot;; color: rgb(0, 0, 0); orphans: 2; font-weight: {weight}; widows: 2"
    )
    bold = f'<span style="{style.format(weight=700)}">one vote against</span>'
    lines = [f'<p style="{style.format(weight=400)}">{line} {bold}</p>' for line in TEXT] * 2_000
    desk = opened("/desk/morning/", Role.CURATOR)
    desk.get_by_label("Add stories").focus()
    picture = f'<img src="data:image/png;base64,{"A" * 500_000}">'
    paste(desk, COPIED + picture + "".join(lines[:6]), HEADLINE)
    desk.get_by_role("button", name="Add", exact=True).click()
    expect(desk.get_by_text("Reading the pasted article …")).to_be_visible()
    draft = StoryDraft.objects.get()
    assert len(draft.html) < 10_000
    assert "font-family" not in draft.html
    work(site)
    draft.refresh_from_db()
    assert any("<strong>one vote against</strong>" in block for block in draft.paragraphs)

    paste(desk, COPIED + "".join(lines), HEADLINE)  # too long even so: its text is sent
    desk.get_by_role("button", name="Add", exact=True).click()
    expect(desk.get_by_role("heading", name="Review")).to_be_visible()


def test_pasted_html_that_was_edited_is_read_as_text(opened: Opened, publication: Publication) -> None:
    desk = opened("/desk/morning/", Role.CURATOR)
    desk.get_by_label("Add stories").focus()
    paste(desk, COPIED, "\n".join([HEADLINE, *TEXT]))
    desk.get_by_label("Add stories").press_sequentially(" And more.")
    desk.get_by_role("button", name="Add", exact=True).click()
    expect(desk.get_by_role("heading", name="Review")).to_be_visible()
    assert not StoryDraft.objects.exists()


def test_without_javascript_the_box_works_too(opened: Opened, publication: Publication) -> None:
    desk = opened("/desk/morning/", Role.CURATOR, java_script_enabled=False)
    desk.get_by_label("Add stories").fill("https://post.example.org/harbour")
    desk.get_by_role("button", name="Add", exact=True).click()
    expect(desk.get_by_text("Reading post.example.org …")).to_be_visible()
