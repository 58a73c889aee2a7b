"""The three looks, and the parts that they share."""

import re
from dataclasses import replace
from typing import Any

import pytest

from newsletter.giving.place_appeal import AppealPosition
from newsletter.letters import preflight
from newsletter.letters.content.letter_content import LetterContent, build_content
from newsletter.letters.preflight.check_size import TRACKED_LINK_BYTES
from newsletter.letters.preflight.finding import Finding
from newsletter.letters.preflight.parsed_html import parse_html
from newsletter.letters.render_letter import draw, render
from newsletter.publications.models import Layout
from newsletter.stories.models import Kind, Story
from tests.golden.editions import BASE_URL, PICTURES, edition_of
from tests.golden.looks import arabic_letter, briefing, coast, letter, telling, twelve


def made(layout: Layout, *stories: Story, spot: AppealPosition | None = None, **said: Any) -> LetterContent:
    edition = edition_of(coast(layout=layout, **said))
    return build_content(edition, stories=stories, appeal=None, spot=spot, base_url=BASE_URL, pictures=PICTURES)


def findings(contents: LetterContent) -> list[Finding]:
    return preflight.findings(
        render(contents),
        links=contents.links,
        postal_address=contents.postal_address,
        pictures_at=PICTURES,
        tracked=contents.click_tracking,
        local=True,
    )


def headings(contents: LetterContent) -> list[tuple[str, str]]:
    return [(e.tag, " ".join(e.text.split())) for e in parse_html(render(contents).html).of("h1", "h2", "h3", "h4")]


# --- looks ----------------------------------------------------------------------------------


def test_the_headline_of_a_one_story_letter_is_its_only_h1() -> None:
    found = headings(letter())
    assert found[:2] == [("h1", "The Bus That Everybody Runs"), ("h2", "Someone has to read the minutes")]
    assert [words for tag, words in found if tag == "h2"][1:] == ["More from The Coast Road", "From the archive"]


def test_the_name_is_the_h1_of_a_digest_and_of_a_briefing() -> None:
    for contents in (twelve(), briefing()):
        assert headings(contents)[0] == ("h1", "The Coast Road")


def test_items_of_a_briefing_are_numbered_and_show_no_pictures() -> None:
    html, text = render(briefing()).html, render(briefing()).text
    assert "<img" not in html
    for number, story in enumerate(briefing().stories, start=1):
        assert f"{number}. {story.headline}" in parse_html(html).text
        assert f"{number}. {story.headline}" in text


def _without_direction_marks(text: str) -> str:
    return re.sub("[\u200e\u200f]", "", text)


def test_every_look_says_the_same_words_in_both_bodies() -> None:
    for contents in (twelve(), letter(), briefing(), arabic_letter()):
        sent = render(contents)
        html = _without_direction_marks(parse_html(sent.html).text)
        text = " ".join(_without_direction_marks(sent.text).split())
        assert contents.appeal
        wanted = [story.headline for story in contents.stories] + [contents.appeal.heading, contents.why]
        wanted += [line for story in contents.stories for p in story.passages for line in p.lines if "[" not in line]
        wanted += [amount.words for amount in contents.appeal.amounts]
        wanted += [quote.text for story in contents.stories if (quote := story.quote)]
        plain = [_without_direction_marks(" ".join(words.split())) for words in wanted]
        assert [words for words in plain if words not in html or words not in text] == []


def test_a_short_story_has_its_first_paragraph_and_a_headline_that_leads_on() -> None:
    contents = made(Layout.DIGEST, telling(0), telling(1, kind=Kind.SHORT, quote="Not printed"))
    sent = render(contents)
    for body in (sent.html, sent.text):
        flat = " ".join(body.split())
        assert ("has been running again" in flat, "take the cricket field" in flat) == (True, True)
        assert body.count("page 214") == body.count("Nobody here expects") == 1
        assert body.count("https://coast.example.org/2026/11/24/sea-wall") == 1
        assert "Not printed" not in body
        assert "In brief" in body


def test_an_appeal_may_stand_between_two_short_stories() -> None:
    sent = render(replace(letter(), spot=AppealPosition(1, None)))
    for body in (sent.html.split('role="article"')[1], sent.text.replace("\n", " ")):
        order = [body.index(words) for words in ("The Cinema Reopens", "Someone has to read", "Why the Water Bill")]
        assert order == sorted(order)
    assert findings(replace(letter(), spot=AppealPosition(1, None))) == []


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("after", [1, None])
def test_an_appeal_between_or_within_stories_of_a_section_skips_no_level(layout: Layout, after: int | None) -> None:
    contents = made(layout, telling(0), *(telling(n, section="Town", kind=Kind.STORY) for n in (1, 2)))
    assert findings(replace(contents, appeal=twelve().appeal, spot=AppealPosition(1, after))) == []


def test_a_section_of_the_one_story_stands_above_it_as_a_kicker() -> None:
    assert made(Layout.STORY, telling(0, kicker="", section="The shore")).stories[0].kicker == "The shore"


# --- brand ----------------------------------------------------------------------------------


def test_a_sponsor_is_named_as_such_before_their_line() -> None:
    sent = render(letter())
    for body in (parse_html(sent.html).text, sent.text.replace("\n", " ")):
        assert "Sponsored by Marram Mutual Home insurance from people" in body
    assert "https://mutual.example.org/coast" in sent.html
    unlinked = replace(letter(), brand=replace(letter().brand, sponsor=replace(letter().brand.sponsor, url="")))  # type: ignore[type-var] # there is one
    assert "Home insurance" in render(unlinked).html


def test_a_logo_for_the_night_is_hidden_until_dark_mode_asks_for_it_and_from_outlook_always() -> None:
    html = render(letter()).html
    day, night = (e for e in parse_html(html).of("img") if "coast" in e.attrs["src"] and "logo" in e.attrs["class"])
    assert not day.is_hidden
    assert night.is_hidden
    assert day.attrs["alt"] == night.attrs["alt"] == "The Coast Road"
    assert re.search(r"<!--\[if !mso\]><!--><img [^>]*coast-night\.png[^>]*><!--<!\[endif\]-->", html)
    assert ".logo-night { display: block !important; }" in html


def test_links_elsewhere_make_sense_alone() -> None:
    links = {e.attrs.get("aria-label"): e for e in parse_html(render(twelve()).html).of("a")}
    assert links["The Coast Road on Bluesky"].text == "Bluesky"
    assert "The Coast Road on Bluesky:\nhttps://social.example.org/coast" in render(twelve()).text


@pytest.mark.parametrize(("corners", "radius"), [("square", "0"), ("soft", "3px"), ("round", "24px")])
def test_corners_are_those_of_the_brand(corners: str, radius: str) -> None:
    contents = replace(
        made(Layout.DIGEST, telling(0), corners=corners), appeal=twelve().appeal, spot=AppealPosition(0, 1)
    )
    assert re.search(rf'class="button-wide" style="border-radius:{radius}(px)?;', render(contents).html)


def test_an_accent_that_cannot_be_read_is_mended_in_letters() -> None:
    assert briefing().brand.light.accent != "#ffc400"
    assert "#ffc400" not in draw(briefing()).html


# --- size -----------------------------------------------------------------------------------


def test_twelve_full_stories_with_pictures_and_an_appeal_leave_room_for_tracked_links() -> None:
    contents = twelve(Kind.STORY)
    sent = render(contents).html
    links = [e for e in parse_html(sent).of("a") if e.attrs["href"].startswith("http")]
    assert len(contents.stories) == sum(story.picture is not None for story in contents.stories) == 12
    assert len(links) > 25
    assert len(sent.encode()) + TRACKED_LINK_BYTES * len(links) < 90_000
    assert findings(contents) == []


def test_an_edition_that_is_too_large_is_told_which_story_is_the_largest() -> None:
    contents = twelve(Kind.STORY)
    long = contents.stories[4].passages * 30
    stories = (*contents.stories[:4], replace(contents.stories[4], passages=long), *contents.stories[5:])
    [found] = findings(replace(contents, stories=stories))
    assert (found.code, found.severity) == ("size.large", "warn")
    assert re.search(r"^HTML: \d\d,\d{3} bytes, [\d,]{6,7} with tracked links$", found.place)
    assert "Story 5, “What the Tide Gauge Has Been Saying Since 1931”, is the largest: " in found.hint
    [tracked] = findings(replace(contents, stories=stories, click_tracking=True))
    assert (tracked.code, tracked.severity) == ("size.clipped", "stop")  # with its links as they then leave
    longer = replace(contents, stories=(*stories[:4], replace(stories[4], passages=long * 3), *stories[5:]))
    assert findings(longer)[0].code == "size.clipped"


def test_the_appeal_is_not_counted_as_part_of_the_story_it_stands_in() -> None:
    contents = twelve()
    assert contents.appeal
    heavy = replace(contents.appeal, points=("A very long point indeed. " * 1500,))
    twice = replace(contents.stories[2], passages=contents.stories[2].passages * 3)
    stories = (*contents.stories[:2], twice, *contents.stories[3:])
    [found] = findings(replace(contents, appeal=heavy, stories=stories))
    assert "Story 3," in found.hint
