"""The email of an edition as a public web page: no reader's link, a bar above it, and what search engines look for."""

import re
from typing import NamedTuple

from django.template.loader import render_to_string
from markupsafe import Markup

from newsletter.delivery.recipients import reader_links
from newsletter.delivery.recipients.sample_reader import ANONYMOUS_ID, anonymous_letter
from newsletter.editions import public_archive
from newsletter.editions.models import FrozenLetter
from newsletter.editions.story_correction_models import StoryCorrection
from newsletter.letters import correct_story
from newsletter.letters.style import palette
from newsletter.mail.message import Letter

HEAD_START = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
BODY_START = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)
MAIN = re.compile(r"<main\b", re.IGNORECASE)


class PageHead(NamedTuple):
    """What links to a page show of it."""

    title: str
    address: str
    description: str
    picture: str  # address, or empty


def public_subject(letter: FrozenLetter, corrections: list[StoryCorrection]) -> str:
    """Return the subject without a reader's name in it, as corrected since."""
    subject = public_archive.subject_of(letter, corrections)
    return anonymous_letter(Letter(subject, "", ""), letter.edition).subject


def public_page(letter: FrozenLetter, head: PageHead, bar: dict[str, object]) -> str:
    """Return the letter as a page, as corrected since; `bar` is the context of the template above it.

    Its link to the web version leads to the page itself. Links to unsubscribe lead to an explanation.
    """
    publication = letter.edition.publication
    token = reader_links.token_signer(letter.edition_id)(ANONYMOUS_ID)
    corrected = correct_story.html_on_the_web(letter)
    html = anonymous_letter(Letter(letter.subject, letter.text, corrected), letter.edition).html
    html = re.sub(rf"https?://[^\s\"'<>]*/v/{re.escape(token)}", lambda _: head.address, html)
    colours = {
        "light": palette.light_palette(publication.accent_colour),
        "dark": palette.dark_palette(publication.accent_colour, chosen=publication.accent_colour_dark),
    }
    context = bar | colours | {"head": head, "publication": publication}
    html = _insert(HEAD_START, html, render_to_string("web/archive/letter_head.html", context))
    above = render_to_string("web/archive/letter_bar.html", context)
    if MAIN.search(html):
        return _insert(BODY_START, html, above)
    html = _insert(BODY_START, html, f"{above}<main>")
    return BODY_END.sub(Markup("</main></body>"), html, count=1)


def _insert(place: re.Pattern[str], html: str, inserted: str) -> str:
    """Return `html` with text after the first match of `place`; unchanged if there is none."""
    found = place.search(html)
    return html[: found.end()] + inserted + html[found.end() :] if found else html
