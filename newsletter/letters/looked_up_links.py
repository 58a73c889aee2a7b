"""Links of waiting letters: which are looked up, and what that found, as hints beside those of preflight.

Preflight opens no link, and these hints take no part in approval: a network that fails delays no edition.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from newsletter.editions.models import Edition, FrozenLetter
from newsletter.editions.reopen_edition import NOT_YET_SENT
from newsletter.letters.preflight.link_targets import objection
from newsletter.letters.preflight.parsed_html import parse_html
from newsletter.lib.web_urls import readable_host
from newsletter.links.look_up_links import link_key, order
from newsletter.links.models import LinkAnswer, LinkLookup
from newsletter.mail.message import MergeTag
from newsletter.stories.duplicate_links import page_key, without_tracking

MAX_LINKS = 200  # of a letter
NEVER_LOOKED_UP = frozenset({"link.address", "link.local", "link.placeholder"})  # preflight says why
BROKEN = "The site says that this page does not exist (404 or 410). Correct the link."
MOVED = "This address redirects permanently. Use the new address."
UNKNOWN = "This link could not be looked up. Open it once yourself."


def links_of(html: str) -> list[str]:
    """Return the links of a letter that can be looked up, each once, without tracking parameters."""
    hrefs = (element.attrs.get("href", "") for element in parse_html(html).of("a"))
    found = dict.fromkeys(without_tracking(href) for href in hrefs if _is_foreign(href))
    return list(found)[:MAX_LINKS]


def order_lookups(*, now: datetime) -> None:
    """Order the look-up of all links of editions that are not sent yet."""
    if not settings.LINK_LOOKUPS:
        return
    letters = FrozenLetter.objects.filter(edition__state__in=NOT_YET_SENT).exclude(links=[])
    links = {link for found in letters.values_list("links", flat=True) for link in found}
    if links:
        order(sorted(links), now=now)


def lookups_of(edition: Edition) -> list[LinkLookup]:
    """Return the look-ups of an edition's links."""
    if not settings.LINK_LOOKUPS:
        return []
    keys = _keys(edition.letters.values_list("links", flat=True))
    return list(LinkLookup.objects.filter(key__in=keys).order_by("pk")) if keys else []


def link_findings(lookups: Iterable[LinkLookup]) -> list[dict[str, str]]:
    """Return what look-ups found, in the shape of preflight's findings."""
    found = (_finding(row) for row in lookups)
    return [finding for finding in found if finding]


def waiting_links(lookups: Iterable[LinkLookup]) -> int:
    """Return how many links are still being looked up for the first time."""
    return sum(row.answer == LinkAnswer.NONE for row in lookups)


def _keys(links: Iterable[list[str]]) -> set[str]:
    return {link_key(link) for found in links for link in found}


def _finding(row: LinkLookup) -> dict[str, str] | None:
    match row.answer:
        case LinkAnswer.BROKEN:
            return _hint("link.broken", f"{row.url} ({row.status})", BROKEN)
        case LinkAnswer.MOVED if page_key(row.target) != page_key(row.url):
            return _hint("link.moved", f"{row.url} redirects to {row.target}", MOVED)
        case LinkAnswer.UNKNOWN:
            why = row.problem or f"{readable_host(row.host)} answers with status {row.status}."
            return _hint("link.unknown", f"{row.url}: {why}", UNKNOWN)
    return None


def _hint(code: str, place: str, hint: str) -> dict[str, str]:
    return {"code": code, "severity": "warn", "place": place[:600], "hint": hint}


def _is_foreign(href: str) -> bool:
    if not href.lower().startswith(("https://", "http://")) or MergeTag.READER in href:
        return False
    if href.startswith(f"{settings.BASE_URL}/"):
        return False
    found = objection(href, local=False)
    return found is None or found.code not in NEVER_LOOKED_UP
