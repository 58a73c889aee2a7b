"""An appeal between the paragraphs of an article is left out, whichever way the article comes."""

import pytest

from newsletter.stories.reading.appeal_in_page import APPEAL_LEFT_OUT, without_appeal
from newsletter.stories.reading.page_problems import NO_HEADLINE
from newsletter.stories.reading.page_story import PageStory
from newsletter.stories.reading.pasted_html import read_pasted_html
from newsletter.stories.reading.read_in_subprocess import read_in_subprocess
from newsletter.stories.rich_text import rich_text
from tests.stories.reading.pages import APPEAL, TEXT, URL, page

LINES = [rich_text.plain(f"<p>{line}</p>") for line in TEXT]
WITH_APPEAL = page(text=[*TEXT[:2], *APPEAL, *TEXT[2:]])


def lines(story: PageStory) -> list[str]:
    return [rich_text.plain(block) for block in story.paragraphs]


@pytest.mark.parametrize("way", ["link", "document", "selection"])
def test_an_appeal_is_left_out_and_that_is_said(way: str) -> None:
    if way == "link":
        story = read_in_subprocess(WITH_APPEAL.encode(), url=URL)
    elif way == "document":
        story = read_pasted_html(WITH_APPEAL)
    else:
        story = read_pasted_html(WITH_APPEAL[WITH_APPEAL.index("<main>") : WITH_APPEAL.index("</main>")])
    assert lines(story)[-len(LINES) :] == LINES
    assert story.notice == APPEAL_LEFT_OUT


def test_a_story_about_donations_keeps_its_paragraphs() -> None:
    said = "“Please support us, give a gift of 20 euros,” the museum’s director told visitors, who donated two million."
    story = PageStory(paragraphs=tuple(f"<p>{line}</p>" for line in (*TEXT, said)))
    assert without_appeal(story) is story


def test_another_notice_stays_beside_that_of_the_appeal() -> None:
    story = PageStory(paragraphs=tuple(f"<p>{line}</p>" for line in (*TEXT, *APPEAL)), notice=NO_HEADLINE)
    assert without_appeal(story).notice == NO_HEADLINE._replace(
        problem="No headline was found in the page. A donation appeal in the text was left out."
    )


def test_a_story_without_text_stays_as_it_is() -> None:
    assert without_appeal(PageStory()) == PageStory()
