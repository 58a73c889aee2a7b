"""Preflight: checks that an email must pass before it is sent. Pure: an email in, findings out; no link is opened.

Each module check_<subject>.py yields the findings of its subject; `findings` calls them all.
"""

from collections.abc import Iterable, Sequence, Set

from django.conf import settings

from newsletter.letters.content.letter_content import LetterContent, Links
from newsletter.letters.content.utm_tags import has_our_tags
from newsletter.letters.preflight import (
    check_brand,
    check_client_support,
    check_content,
    check_contrast,
    check_corrections,
    check_html,
    check_pictures,
    check_size,
    check_snippets,
    check_written,
)
from newsletter.letters.preflight.check_content import LEFTOVERS
from newsletter.letters.preflight.finding import Finding, Severity
from newsletter.letters.preflight.parsed_html import parse_html
from newsletter.letters.preflight.written_texts import Written, written_texts
from newsletter.mail.message import Letter

__all__ = ["Finding", "Severity", "check", "findings", "needs_a_person"]

NEED_A_PERSON = frozenset({"text.template_tag", "text.merge_tag", "text.placeholder"})


def check(letter: Letter, contents: LetterContent) -> list[Finding]:
    """Return the findings for a letter made of `contents`, under the settings of this installation."""
    texts = written_texts(contents)
    return [
        *_letter_findings(letter, contents, texts),
        *check_brand.check_logo(contents.brand.logo),
        *check_corrections.check_corrections(letter, contents.corrections),
        *check_snippets.check_snippets(letter, contents.snippets),
        *check_written.check_written(texts),
        *check_written.check_headlines(texts),
        *check_written.check_alt_texts(texts),
        *check_written.check_page_elements(texts),
    ]


def needs_a_person(codes: Iterable[str]) -> bool:
    """Return True when one of these findings may be meant, which only a person can tell."""
    return not NEED_A_PERSON.isdisjoint(codes)


def _letter_findings(letter: Letter, contents: LetterContent, texts: Sequence[Written]) -> list[Finding]:
    return findings(
        letter,
        links=contents.links,
        postal_address=contents.postal_address,
        pictures_at=settings.PICTURES_URL,
        language=contents.language,
        translated=contents.words.language == contents.language,
        tracked=contents.click_tracking,
        untagged=_untagged_appeal_links(contents),
        written_marks={mark for written in texts for mark in LEFTOVERS.findall(written.text)},
        local=settings.LOCAL,
    )


def _untagged_appeal_links(contents: LetterContent) -> list[str]:
    """Return the links of the appeal that should carry our utm_ tags and do not."""
    ask, tags = contents.appeal, contents.tags
    if not ask or not ask.asks or not tags:
        return []
    return [url for url in (ask.url, *(amount.url for amount in ask.amounts)) if not has_our_tags(url, tags)]


def findings(
    letter: Letter,
    *,
    links: Links,
    postal_address: str,
    pictures_at: str,
    language: str = "en",
    translated: bool | None = None,
    tracked: bool = False,
    untagged: Sequence[str] = (),
    written_marks: Set[str] = frozenset(),
    local: bool = False,
) -> list[Finding]:
    """Return every problem of `letter`.

    Both bodies must contain `links` and `postal_address`; every picture must be below the address `pictures_at`.
    `language` is the tag of the letter; `translated`: its phrases are in it. `tracked`: links are rewritten to count
    clicks. `untagged`: appeal links that the site's statistics cannot attribute to this edition. `written_marks`:
    template marks such as `{{` that people wrote themselves. `local`: see `link_targets.py`.
    """
    parsed = parse_html(letter.html)
    return [
        *check_content.check_subject(letter.subject),
        *check_content.check_language(language, translated=translated),
        *check_content.check_merge_tags(letter, written_marks),
        *check_content.check_entities(letter, parsed),
        *check_content.check_required_links(letter, parsed, links, postal_address),
        *check_content.check_https_unsubscribe(links, local=local),
        *check_content.check_preheader(letter, parsed),
        *check_content.check_text_body(letter, parsed),
        *check_html.check_document(letter.html, parsed),
        *check_size.check_size(letter.html, parsed, tracked=tracked),
        *check_html.check_styles(parsed),
        *check_html.check_elements(parsed),
        *check_pictures.check_pictures(parsed, local=local, home=pictures_at),
        *check_html.check_links(parsed, local=local),
        *check_html.check_headings(parsed),
        *check_html.check_personal_data(parsed, letter.text, links),
        *check_html.check_utm_tags(untagged),
        *check_contrast.check_contrast(parsed),
        *check_client_support.check_client_support(parsed),
    ]
