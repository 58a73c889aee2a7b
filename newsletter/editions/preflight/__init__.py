"""Preflight: is a frozen letter fit to leave? Pure: letter in, findings out; no link is opened.

What the letter says is looked at in saying.py, its HTML in page.py, its pictures in pictures.py, its size in
weight.py, its addresses in addresses.py, its colours in legibility.py, what mail programs lack in support.py, and
whether an eye meets a piece of it in sight.py.
"""

from collections.abc import Sequence

from django.conf import settings

from newsletter.editions.contents import Contents, Links
from newsletter.editions.preflight import legibility, page, pictures, saying, support, weight
from newsletter.editions.preflight.anatomy import take_apart
from newsletter.editions.preflight.finding import Finding, Severity
from newsletter.editions.tagging import carries_tags
from newsletter.mail.letters import Letter

__all__ = ["Finding", "Severity", "check", "findings"]


def check(letter: Letter, contents: Contents) -> list[Finding]:
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


def _asking(contents: Contents) -> list[str]:
    """The addresses of the appeal that ought to be tagged and are not."""
    ask, tags = contents.appeal, contents.tags
    if not ask or not ask.asks or not tags:
        return []
    return [url for url in (ask.url, *(amount.url for amount in ask.amounts)) if not carries_tags(url, tags)]


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
    be told apart by the site's statistics. `local`: see `addresses.py`.
    """
    anatomy = take_apart(letter.html)
    return [
        *saying.subject(letter.subject),
        *saying.marks(letter),
        *saying.leftover_entities(letter, anatomy),
        *saying.required(letter, anatomy, links, postal_address),
        *saying.way_out(links, local=local),
        *saying.preheader(letter, anatomy),
        *saying.text(letter, anatomy),
        *page.frame(letter.html, anatomy),
        *weight.size(letter.html, anatomy, tracked=tracked),
        *page.styles(anatomy),
        *page.elements(anatomy),
        *pictures.pictures(anatomy, local=local, home=pictures_at),
        *page.links(anatomy, local=local),
        *page.headings(anatomy),
        *page.personal(anatomy, letter.text, links),
        *page.untagged(asking),
        *legibility.legible(anatomy),
        *support.supported(anatomy),
    ]
