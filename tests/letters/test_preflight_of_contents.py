"""Each finding about what people wrote or set: an email that has it, and one that has not."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup
from pytest_django import Settings

from newsletter.letters import preflight, sample_letters
from newsletter.letters.content.letter_content import LetterContent
from newsletter.letters.content.story_view import StoryBlock
from newsletter.letters.content.translations import TRANSLATIONS
from newsletter.letters.render_letter import render
from newsletter.publications.models import Layout
from tests.golden.editions import PICTURES
from tests.golden.looks import EVERY, coast, letter, twelve

LETTER = letter()
TWELVE = twelve()


TOOLS = (
    *("*|FNAME|*", "%%first_name%%", "%FIRSTNAME%", "%recipient.name%", "{$name}", "[firstname,fallback=friend]"),
    *("[[first_name]]", "<<First Name>>", "[First Name]", "{first_name}"),
)
NO_TOOLS = ("5% to 10%", "100% of it, 20% off", "<<Le Monde>>", "[name]", "a {b} c", "[Last, first]")
WAITING = (
    *("TK", "Figures TK from the council", "TKTK", "Lorem ipsum dolor", "[insert quote here]", "XXXX people"),
    "[HEADLINE]",
)
NOT_WAITING = ("TK Maxx opens", "XL and XXL", "[sic]", "[emphasis added]", "(name withheld)", "TKO in round two")
FILE_NAMES = (
    *("IMG_1234.JPG", "IMG_1234", "DSC 0042", "harbour-front-2024-final", "photo 3", "_MG_0012", "a bridge.webp"),
    *("Screenshot 2024-01-02 at 10.11.12 AM", "WhatsApp Image 2024-05-01 at 10.11.12.jpeg"),
)
DESCRIPTIONS = ("Photo 3 boats at sea", "Two women, 2024", "A 7-year-old boy", "F-16 jets", "Apollo 11")
OF_PAGES = (
    *("Updated 4:12 PM GMT", "Last updated: 24 November 2026", "Published Nov. 12, 2026 at 3 p.m. ET", "5 min read"),
    *("Sign up", "Sign up for our newsletter", "Advertisement", "Listen · 4 min", "Share", "12 comments"),
    *(
        "Get the best of the coast in your inbox",
        "Skip to main content",
        "© 2026 The Coast Road",
        "Follow us on Bluesky",
    ),
    *(
        "Aktualisiert am 3. März, 12:30 Uhr",
        "Teilen",
        "Publié le 3 mars 2026 à 10h",
        "Lire aussi :",
        "更新: 2026年11月24日",
    ),
    *("פרסומת", "اقرأ أيضا", "Leggi anche:", "Читайте також", "Reklama"),
)
OF_STORIES = (
    *("Updated rules say that 40 towns must vote.", "Published in 2019, the book sold well.", "Listen to the river."),
    *("Sign up at the library by Friday.", "Share prices fell by 4 percent.", "She read for 5 minutes."),
    *("Subscribe to the idea that all are equal.", "Anzeige gegen Bürgermeister", "Stand 4 is where he sells bread."),
)


def found(contents: LetterContent) -> dict[str, preflight.Finding]:
    """The findings for the email made of `contents`, by their codes."""
    return {finding.code: finding for finding in preflight.check(render(contents), contents)}


def logo(*, plate: bool) -> LetterContent:
    own = LETTER.brand.logo
    assert own
    return replace(LETTER, brand=replace(LETTER.brand, logo=replace(own, plate=plate)))


def story(**changes: Any) -> LetterContent:
    """The digest with its second story changed."""
    first, second, *others = TWELVE.stories
    return replace(TWELVE, stories=(first, replace(second, **changes), *others))


def line(text: str) -> LetterContent:
    """The digest with a line at the end of its second story."""
    passages = TWELVE.stories[1].passages
    more = StoryBlock("p", Markup("<p>{}</p>").format(text), (text,))
    return story(passages=(*passages, more))


def alt(text: str) -> LetterContent:
    picture = TWELVE.stories[1].picture
    assert picture
    return story(picture=replace(picture, alt=text))


def appeal(**changes: Any) -> LetterContent:
    assert TWELVE.appeal
    return replace(TWELVE, appeal=replace(TWELVE.appeal, **changes))


FAULTS: list[tuple[str, Callable[[], LetterContent], Callable[[], LetterContent]]] = [
    ("logo.dark", lambda: logo(plate=True), lambda: logo(plate=False)),
    ("text.template_tag", lambda: story(headline="Why {{ braces }} matter"), lambda: line("Why {braces} do")),
    ("text.template_tag", lambda: line("Dear <%name%>, hello"), lambda: line("3 < 4 % of > 2")),
    ("text.template_tag", lambda: replace(TWELVE, preheader="Why {% if"), lambda: line("Why 5 % if")),
    *(("text.merge_tag", lambda tag=tag: line(f"Dear {tag}, hello"), lambda: line("Dear reader")) for tag in TOOLS),
    *(("text.merge_tag", lambda: appeal(lead="Dear *|FNAME|*"), lambda text=text: line(text)) for text in NO_TOOLS),
    *(("text.placeholder", lambda text=text: line(text), lambda: line("All is said")) for text in WAITING),
    *(("text.placeholder", lambda: story(headline="TK"), lambda text=text: line(text)) for text in NOT_WAITING),
    ("headline.capitals", lambda: story(headline="THE BUS THAT ALL RUN"), lambda: story(headline="NATO AND NASA")),
    ("headline.capitals", lambda: story(headline="ПОЛ ВЕКА НАЗАД"), lambda: story(headline="五十年前の話 UNESCO")),
    ("headline.long", lambda: story(headline="A word " * 36), lambda: story(headline="A word " * 20)),
    *(("picture.file_name", lambda text=text: alt(text), lambda: alt("A bridge")) for text in FILE_NAMES),
    *(("picture.file_name", lambda: alt("IMG_1.jpg"), lambda text=text: alt(text)) for text in DESCRIPTIONS),
    *(("text.page_element", lambda text=text: line(text), lambda: line("They share it")) for text in OF_PAGES),
    *(("text.page_element", lambda: story(headline="Share"), lambda text=text: line(text)) for text in OF_STORIES),
]  # fmt: skip


@pytest.mark.parametrize(("code", "fault", "whole"), FAULTS)
def test_what_an_editor_would_see_is_found_and_nothing_else(
    code: str, fault: Callable[[], LetterContent], whole: Callable[[], LetterContent]
) -> None:
    finding = found(fault())[code]
    assert finding.severity == "warn"
    assert finding.place
    assert finding.hint.endswith(".")
    assert code not in found(whole())


def test_braces_that_are_meant_are_one_finding_that_stops_nothing(settings: Settings) -> None:
    """Of headline, subject, preview and both bodies only the headline is named."""
    settings.LOCAL, settings.PICTURES_URL = True, PICTURES
    contents = replace(story(headline="Why {{ braces }} matter"), subject="Why {{ braces }} matter")
    made = preflight.check(render(contents), contents)
    assert [(f.code, f.severity, f.place) for f in made] == [
        ("text.template_tag", "warn", "story 2, headline: {{ braces }}")
    ]
    assert preflight.needs_a_person(finding.code for finding in made)


def test_a_tag_that_no_one_wrote_still_stops_an_email() -> None:
    contents = story(headline="Why {{ braces }} matter")
    made = render(contents)
    letter = replace(made, html=made.html.replace("The Coast Road", "{% if name %}"))
    stops = [finding for finding in preflight.check(letter, contents) if finding.severity == "stop"]
    assert ("mark.leftover", "HTML: {%") in [(finding.code, finding.place) for finding in stops]


def test_an_entity_and_a_short_link_are_one_finding_each_however_often_they_appear() -> None:
    contents = story(headline="Fish &amp;&amp; ships", url="https://bit.ly/3x")
    made = [finding.code for finding in preflight.check(render(contents), contents)]
    assert made.count("entity.leftover") == made.count("link.shortener") == 1


@pytest.mark.parametrize("name", EVERY)
def test_the_kept_emails_have_no_findings(name: str, settings: Settings) -> None:
    settings.LOCAL, settings.PICTURES_URL = True, PICTURES
    contents = EVERY[name]()
    assert preflight.check(render(contents), contents) == []


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("sample", ["full_sample", "thanks_sample", "minimal_sample"])
def test_the_samples_have_no_findings(sample: str, layout: Layout, settings: Settings) -> None:
    settings.LOCAL = True
    publication = coast(layout=layout)
    contents = getattr(sample_letters, sample)(publication)
    assert preflight.check(render(contents), contents) == []


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_an_email_in_any_of_our_languages_has_no_findings(language: str, settings: Settings) -> None:
    settings.LOCAL = True
    contents = sample_letters.full_sample(coast(language=language))
    assert preflight.check(render(contents), contents) == []


CHECKS = ("check_brand", "check_written", "check_corrections", "check_snippets")


def test_every_code_of_these_checks_is_tried_above() -> None:
    folder = Path(preflight.__file__).parent
    source = "".join((folder / f"{name}.py").read_text(encoding="utf-8") for name in CHECKS)
    tried = {code for code, _, _ in FAULTS} | {
        "correction.missing",
        "snippet.missing",
    }  # the latter in test_snippets.py
    assert set(re.findall(r'"([a-z]+\.[a-z_]+)"', source)) == tried


def test_a_correction_that_an_own_template_does_not_print_stops_the_email() -> None:
    contents = sample_letters.full_sample(coast())
    letter = render(contents)
    [correction] = contents.corrections
    assert correction.text in letter.html
    without = replace(letter, html=letter.html.replace(correction.text, ""))
    missing = [finding for finding in preflight.check(without, contents) if finding.code == "correction.missing"]
    assert [finding.severity for finding in missing] == ["stop"]
    assert "correction.missing" not in found(contents)
