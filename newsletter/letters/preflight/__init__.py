"""Preflight: is a frozen letter fit to leave? Pure: letter in, findings out; no link is opened.

Content: check_content.py. HTML: check_html.py. Pictures: check_pictures.py. Size: check_size.py. Link targets:
link_targets.py. Colours: check_contrast.py. What email clients lack: check_client_support.py. Visible or not:
visibility.py.
"""

from collections.abc import Sequence

from django.conf import settings

from newsletter.letters.content.letter_content import LetterContent, Links
from newsletter.letters.content.utm_tags import has_our_tags
from newsletter.letters.preflight import (
    check_client_support,
    check_content,
    check_contrast,
    check_html,
    check_pictures,
    check_size,
)
from newsletter.letters.preflight.finding import Finding, Severity
from newsletter.letters.preflight.parsed_html import parse_html
from newsletter.mail.message import Letter

__all__ = ["Finding", "Severity", "check", "findings"]


def check(letter: Letter, contents: LetterContent) -> list[Finding]:
    """The findings for a letter made of `contents`, by this installation's own standing."""
    return findings(
        letter,
        links=contents.links,
        postal_address=contents.postal_address,
        pictures_at=settings.PICTURES_URL,
        tracked=contents.click_tracking,
        asking=_asking(contents),
        local=settings.LOCAL,
    )


def _asking(contents: LetterContent) -> list[str]:
    """The addresses of the appeal that ought to be tagged and are not."""
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
    tracked: bool = False,
    asking: Sequence[str] = (),
    local: bool = False,
) -> list[Finding]:
    """All that is wrong with `letter`; empty when nothing is.

    `links` and `postal_address` must stand in both of its bodies; all its pictures below the address
    `pictures_at`. `tracked`: its links are rewritten to count clicks; `asking`: those of an appeal that cannot
    be told apart by the site's statistics. `local`: see `link_targets.py`.
    """
    anatomy = parse_html(letter.html)
    return [
        *check_content.check_subject(letter.subject),
        *check_content.check_merge_tags(letter),
        *check_content.leftover_entities(letter, anatomy),
        *check_content.check_required_links(letter, anatomy, links, postal_address),
        *check_content.check_https_unsubscribe(links, local=local),
        *check_content.preheader(letter, anatomy),
        *check_content.check_text_body(letter, anatomy),
        *check_html.check_document(letter.html, anatomy),
        *check_size.check_size(letter.html, anatomy, tracked=tracked),
        *check_html.styles(anatomy),
        *check_html.elements(anatomy),
        *check_pictures.pictures(anatomy, local=local, home=pictures_at),
        *check_html.links(anatomy, local=local),
        *check_html.headings(anatomy),
        *check_html.check_personal_data(anatomy, letter.text, links),
        *check_html.check_utm_tags(asking),
        *check_contrast.legible(anatomy),
        *check_client_support.check_client_support(anatomy),
    ]
