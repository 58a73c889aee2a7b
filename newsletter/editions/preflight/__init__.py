"""Preflight: is a frozen letter fit to leave? Pure: letter in, findings out; no link is opened.

What the letter says is looked at in saying.py, its HTML in page.py, its size in weight.py, its addresses
in addresses.py.
"""

from django.conf import settings

from newsletter.editions.contents import Contents, Links
from newsletter.editions.preflight import page, saying, weight
from newsletter.editions.preflight.anatomy import take_apart
from newsletter.editions.preflight.finding import Finding, Severity
from newsletter.mail.letters import Letter

__all__ = ["Finding", "Severity", "check", "findings"]


def check(letter: Letter, contents: Contents) -> list[Finding]:
    """The findings for a letter made of `contents`, by this installation's own standing."""
    return findings(letter, links=contents.links, postal_address=contents.postal_address, local=settings.LOCAL)


def findings(letter: Letter, *, links: Links, postal_address: str, local: bool = False) -> list[Finding]:
    """All that is wrong with `letter`; empty when nothing is.

    `links` and `postal_address` must stand in both of its bodies. `local`: see `addresses.py`.
    """
    anatomy = take_apart(letter.html)
    return [
        *saying.subject(letter.subject),
        *saying.marks(letter),
        *saying.required(letter, anatomy, links, postal_address),
        *saying.preheader(letter, anatomy),
        *saying.text(letter, anatomy),
        *page.frame(letter.html, anatomy),
        *weight.size(letter.html, anatomy),
        *page.styles(anatomy),
        *page.elements(anatomy),
        *page.pictures(anatomy, local=local),
        *page.links(anatomy, local=local),
        *page.headings(anatomy),
    ]
