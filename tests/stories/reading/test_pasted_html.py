"""What is read from HTML on a clipboard: of a whole page, of a selection, of text without structure."""

import re

import pytest

from newsletter.stories.reading.page_story import PageStory
from newsletter.stories.reading.pasted_html import read_pasted_html
from newsletter.stories.rich_text import rich_text
from tests.stories.reading.pages import ARTICLE, TEXT, page

LINES = [rich_text.plain(f"<p>{line}</p>") for line in TEXT]
HEADLINE = ARTICLE["headline"]


def lines(story: PageStory) -> list[str]:
    return [rich_text.plain(block) for block in story.paragraphs]


def body(html: str) -> str:
    """The elements of a page, as a clipboard has them: nothing of its head."""
    return html[html.index("<body>") + 6 : html.index("</body>")]


def test_of_a_whole_page_only_the_article_is_read() -> None:
    story = read_pasted_html(body(page()))
    assert lines(story) == [ARTICLE["description"], *LINES]
    assert (story.value("headline"), story.value("byline")) == (HEADLINE, "Amina Okoye and Jan de Vries")
    assert story.value("picture_alt") == ""  # the address is relative, so the picture is of no use
    assert story.notice is None


def test_a_copied_picture_comes_with_its_description_and_credit() -> None:
    story = read_pasted_html(body(page()).replace('src="/media', 'src="https://post.example.org/media'))
    assert story.value("picture_url") == "https://post.example.org/media/800/dredger-at-work.jpg"
    assert story.value("picture_alt") == "A dredger in front of the quay"
    assert story.value("picture_credit") == "Lea Sow"


@pytest.mark.parametrize("number", [1, 2, 6])
def test_a_selection_of_any_length_is_read(number: int) -> None:
    copied = f"<h2>{HEADLINE}</h2>" + "".join(f"<p>{line}</p>" for line in TEXT[:number])
    story = read_pasted_html(f"<!--StartFragment-->{copied}<!--EndFragment-->")
    assert (story.value("headline"), lines(story)) == (HEADLINE, LINES[:number])


def test_text_without_headings_is_read_line_by_line() -> None:
    story = read_pasted_html("".join(f"<div>{line}</div>" for line in (HEADLINE, "By Amina Okoye", *TEXT)))
    assert (story.value("headline"), story.value("byline"), lines(story)) == (HEADLINE, "Amina Okoye", LINES)


def test_an_appeal_among_the_paragraphs_of_a_page_is_left_out_and_that_is_said() -> None:
    appeal = "<p>Give the gift of hope</p><p>We practice what we preach:</p><p>Support Harbour Post. Donate now.</p>"
    story = read_pasted_html(body(page()).replace(f"<p>{TEXT[2]}</p>", f"{appeal}<p>{TEXT[2]}</p>"))
    assert [line for line in lines(story) if line in LINES] == LINES
    assert not re.search("gift of hope|preach|Donate", " ".join(lines(story)))
    assert story.notice
    assert "appeal" in story.notice.problem


@pytest.mark.parametrize(
    "hostile", ["<", "<!--StartFragment-->", "<p>" * 2_000, "<h1>" * 500, "\x00<p>\ud800", "<table>"]
)
def test_any_html_is_read_without_an_error(hostile: str) -> None:
    assert not read_pasted_html(hostile).paragraphs
