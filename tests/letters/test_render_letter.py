"""The letters themselves: kept copies byte by byte, and what must hold of any."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from markupsafe import Markup

from newsletter.giving.place_appeal import AppealPosition
from newsletter.letters import preflight
from newsletter.letters.content.letter_content import LetterContent, build_content
from newsletter.letters.content.story_view import StoryBlock
from newsletter.letters.preflight.parsed_html import parse_html
from newsletter.letters.render_letter import draw, render
from newsletter.mail.message import MergeTag
from newsletter.publications.models import Layout, Publication
from newsletter.stories.models import Story
from tests.golden.copied import copied, copied_lines
from tests.golden.editions import BASE_URL, PICTURES, bare, edition_of, rich
from tests.golden.looks import EVERY

KEPT = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("part", ["subject.txt", "body.txt", "body.html"])
def test_a_letter_is_what_it_was(name: str, part: str) -> None:
    letter = render(EVERY[name]())
    made = {"subject.txt": letter.subject + "\n", "body.txt": letter.text, "body.html": letter.html}[part]
    file = KEPT / name / part
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(made, encoding="utf-8", newline="\n")
    assert made.encode() == file.read_bytes(), "If this is meant, run with UPDATE_GOLDEN=1 and read the diff."


@pytest.mark.parametrize("name", EVERY)
def test_preflight_finds_nothing_in_our_own_letters(name: str) -> None:
    contents = EVERY[name]()
    found = preflight.findings(
        render(contents), links=contents.links, postal_address=contents.postal_address, pictures_at=PICTURES, local=True
    )
    assert found == []


@pytest.mark.parametrize("name", EVERY)
def test_a_letter_is_the_same_every_time(name: str) -> None:
    assert render(EVERY[name]()) == render(EVERY[name]())


def test_the_appeal_stands_after_the_paragraph_it_was_placed_behind() -> None:
    letter = render(rich())
    for body in (letter.html, letter.text.replace("\n", " ")):
        order = [body.index(words) for words in ("What began as", "Keep a reporter", "Support this", "Not everyone")]
        assert order == sorted(order)


@pytest.mark.parametrize("after", [1, 2, 3, 4, None])
def test_the_appeal_stands_once_in_full_wherever_it_is_placed(after: int | None) -> None:
    letter = render(replace(rich(), spot=AppealPosition(0, after)))
    for body in (letter.html, letter.text):
        assert body.count("Four pounds a month") == 1
        assert body.count("Every story free to read") == 1
        assert body.count("https://give.example.org/tideline") == 2  # the button and the line in the footer


def test_without_a_spot_the_appeal_is_a_line_in_the_footer() -> None:
    letter = render(replace(rich(), spot=None))
    for body in (letter.html, letter.text):
        assert "Four pounds a month" not in body
        assert body.count("https://give.example.org/tideline") == 1


def test_headings_go_down_one_level_at_a_time() -> None:
    tags = [e.tag for e in parse_html(render(rich()).html).of("h1", "h2", "h3")]
    assert tags == ["h1", "h2", "h3", "h2", "h2"]
    between = [
        e.tag for e in parse_html(render(replace(rich(), spot=AppealPosition(0, None))).html).of("h1", "h2", "h3")
    ]
    assert between == ["h1", "h2", "h2", "h2", "h2"]


def test_text_and_html_say_the_same_in_the_same_order() -> None:
    letter = render(rich())
    html, text = parse_html(letter.html).text, " ".join(letter.text.split())
    for story in rich().stories:
        for passage in story.passages:
            for line in passage.lines:
                bare_line = re.sub(r" \[\d+\]", "", line)
                assert bare_line in html
                assert line in text
    for words in (*rich().intro, rich().why, rich().postal_address):
        assert words in html
        assert words in text


def test_every_line_of_text_fits_72_columns_unless_it_is_an_address() -> None:
    for make in EVERY.values():
        for line in render(make()).text.split("\n"):
            assert len(line.strip("\u200e\u200f")) <= 72 or "://" in line


def test_links_are_numbered_in_text_and_listed_behind_their_story() -> None:
    text = render(rich()).text
    assert "open to everybody [1]" in text
    assert text.index("[1] https://data.example.org/herring") < text.index("A Street Buys Itself")


def test_readers_values_are_marks() -> None:
    letter = render(rich())
    assert letter.html.count(MergeTag.FIRST_NAME_HTML) == 1
    assert letter.text.count(MergeTag.FIRST_NAME) == 1
    assert letter.html.count(MergeTag.READER) == letter.text.count(MergeTag.READER) == 3


def test_right_to_left_letters_are_mirrored() -> None:
    html = render(EVERY["arabic"]()).html
    assert '<html lang="ar" dir="rtl"' in html
    assert re.search(r'<div role="article"[^>]* lang="ar" dir="rtl"', html)
    assert 'align="right"' in html
    assert "margin:0 24px 14px 0" in html  # points are indented from the right
    assert re.search(r'<h2 [^>]*dir="rtl"[^>]*><a [^>]*>UNESCO', html)
    assert '<td align="left" lang="en" dir="ltr"' in html  # the story in English
    assert "letter-spacing" not in html.split('lang="en"')[0]  # it would tear joined letters apart


def test_what_is_missing_leaves_no_trace() -> None:
    letter = render(bare())
    body = letter.html.split("<body", 1)[1]
    assert "<img" not in body
    assert "kicker" not in body
    assert "byline" not in body
    assert "button" not in body
    assert "None" not in letter.html + letter.text
    assert "\n\n\n" not in letter.text


def test_what_a_curator_types_is_escaped() -> None:
    wild = "<b>\"Fish\" & 'chips'</b>"
    contents = replace(bare(), subject=wild, preheader=wild, intro=(wild,))
    letter = render(replace(contents, stories=(replace(contents.stories[0], headline=wild, kicker=wild, byline=wild),)))
    assert "<b>" not in letter.html
    assert wild in letter.text
    assert letter.subject == wild


def test_without_a_note_nobody_is_greeted_and_a_note_may_do_without() -> None:
    for contents in (bare(), replace(rich(), greeting=False)):
        letter = render(contents)
        assert MergeTag.FIRST_NAME_HTML not in letter.html
        assert MergeTag.FIRST_NAME not in letter.text
    assert "The herring are back" in letter.html


def test_a_link_below_its_headline_is_short_and_says_the_headline_to_screen_readers() -> None:
    html = render(rich()).html
    label = "Read the full story: The Last Keeper of the Bell Buoy"
    link = re.search(rf'<a [^>]*aria-label="{label}"[^>]*><strong>(.*?)</strong></a>', html)
    assert link
    assert link[1] == "Read the full story"
    # below the appeal, which parts it from its headline, the link names the story to everybody
    assert re.search(r"Read the full story:</strong> <span>The Harbour That Learned", html)


def test_each_link_at_the_top_of_a_long_digest_leads_to_a_headline() -> None:
    parsed = parse_html(render(EVERY["twelve"]()).html)
    inner = [link.attrs["href"] for link in parsed.of("a") if link.attrs["href"].startswith("#")]
    headlines = {f"#{e.attrs['id']}": e.text for e in parsed.of("h2", "h3") if "id" in e.attrs}
    assert inner == list(headlines)
    assert len(inner) == 12


def test_a_small_picture_stands_where_a_line_begins() -> None:
    contents = EVERY["twelve"]()
    mirrored = replace(contents, stories=tuple(replace(story, direction="rtl") for story in contents.stories))
    for each, direction, side in ((contents, "ltr", "left"), (mirrored, "rtl", "right")):
        html = render(each).html
        row = rf'<table [^>]*dir="{direction}"[^>]*><tr><td width="172"[^>]*><img [^>]*></td><td [^>]*align="{side}"'
        assert len(re.findall(row, html)) == 9


def test_words_in_a_language_we_do_not_know_are_marked_as_english() -> None:
    publication = Publication(name="Plain", postal_address="1 Only Street", language="xh", sender_name="P")
    story = Story(headline="Umntu", url="https://x.example.org/", body="<p>Umntu.</p>")
    html = render(
        build_content(
            edition_of(publication, intro="Molo."), stories=[story], appeal=None, spot=None, base_url=BASE_URL
        )
    ).html
    assert 'lang="xh"' in html
    assert re.search(r'<p [^>]*lang="en" dir="ltr"[^>]*>Dear', html)


def long_edition(stories: int) -> LetterContent:
    """An edition of long stories, each with a picture, six passages and links."""
    contents = rich()
    first = contents.stories[0]
    more = StoryBlock("p", Markup("<p>{}</p>").format("The tide came in, and went out. " * 12), ("The tide.",))
    story = replace(first, passages=(*first.passages, more, more))
    return replace(contents, stories=tuple(replace(story, number=n) for n in range(1, stories + 1)))


def test_twelve_long_stories_stay_below_the_size_that_is_clipped() -> None:
    contents = long_edition(12)
    letter = render(contents)
    codes = {
        f.code
        for f in preflight.findings(
            letter, links=contents.links, postal_address=contents.postal_address, pictures_at=PICTURES, local=True
        )
    }
    assert len(letter.html.encode()) < 90_000
    assert codes == set()


def test_styles_left_in_the_head_are_far_below_what_gmail_drops() -> None:
    styles = parse_html(render(rich()).html).styles
    assert len(styles) == 2
    assert all(len(css.encode()) < 4_096 for css in styles)


def test_drawing_leaves_styles_in_the_head_and_rendering_moves_them() -> None:
    drawn, rendered = draw(rich()), render(rich())
    assert (drawn.subject, drawn.text) == (rendered.subject, rendered.text)
    assert ".headline-lead {" in drawn.html
    assert "style=" not in drawn.html.replace('style="max-width:', "")
    assert 'class="headline-lead ink" dir="ltr" style="' in rendered.html


# --- text as it is copied off a page ----------------------------------------------------------


@pytest.mark.parametrize("layout", Layout)
def test_a_copied_page_becomes_the_letter_it_was_copied_from(layout: Layout) -> None:
    lines, letter = copied_lines(), render(copied(layout))
    points = [line.removeprefix("- ") for line in lines[6:9]]
    wanted = [
        lines[0],
        "By Nora Vance for The Harbour Note",
        *lines[1:3],
        lines[3],
        " ".join(lines[4:6]),
        *points,
        *lines[12:14],
        "Support this reporting",
        *lines[-2:],
        "Read the full story:",
    ]
    for body in (parse_html(letter.html).text, " ".join(letter.text.split())):
        places = [body.index(" ".join(words.split())) for words in wanted]
        assert places == sorted(places)
        assert all(body.count(point) == 1 for point in points)  # though the page has each twice
        assert all(body.count(line) == 1 for line in (*lines[1:3], *lines[-2:]))
    assert letter.subject == lines[0]
