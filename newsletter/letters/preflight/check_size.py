"""Preflight of a letter's size: Gmail hides the end of what is too long, and there the way out stands.

A link that SendGrid has rewritten holds two encrypted parts, with `_` between them: it seems, where it leads, and whose
copy it stands in. SendGrid does not say how long that is, and 200 to 300 bytes, as is often repeated, is too little:
six such links that people left in public repositories are 403, 568, 576, 698, 769 and 909 bytes long (36 to 47 for the
host and the path, 127 to 452 for the first part, 228 to 416 for the second). We reckon with their middle.
"""

from collections.abc import Iterator

from newsletter.letters.preflight.finding import Finding, Severity
from newsletter.letters.preflight.parsed_html import Element, ParsedHtml
from newsletter.mail.message import MergeTag

FULL, CLIPPED = 90_000, 100_000  # bytes of HTML; Gmail shows about 102 KB and hides the rest, the footer first
GROWTH = 40  # bytes that a mark for a reader's token gains when it is filled in
TRACKED = 640  # bytes of a link that the provider has rewritten to count clicks
STORIES = frozenset({"lead", "story", "short", "short-lined"})  # classes of the cells that stories stand in
APPEAL = "aside"  # of the one that the appeal stands in, maybe within a story


def check_size(html: str, anatomy: ParsedHtml, *, tracked: bool) -> Iterator[Finding]:
    """A warning reckons with tracked links in any case, so that tracking can be switched on without a shock.

    What stops a letter is its size as it leaves: with them when it is `tracked`, else without.
    """
    sent = len(html.encode("utf-8", "replace")) + GROWTH * html.count(MergeTag.READER)
    reckoned = sent + _tracking(anatomy.of("a"))
    if reckoned <= FULL:
        return
    clipped = (reckoned if tracked else sent) > CLIPPED
    kind: Severity = "stop" if clipped else "warn"
    code = "size.clipped" if clipped else "size.large"
    place = f"HTML: {sent:,} bytes, {reckoned:,} with tracked links"
    yield Finding(code, kind, place, f"Gmail hides what is beyond 102,000. {_dearest(html, anatomy)}")


def _dearest(html: str, anatomy: ParsedHtml) -> str:
    """What to do about it: the story that costs most, by its place and headline."""
    stories = [cell for cell in anatomy.of("td") if STORIES & set(cell.attrs.get("class", "").split())]
    if not stories:
        return "Take something out."
    number, story = max(enumerate(stories, start=1), key=lambda numbered: _cost(html, numbered[1]))
    headline = next((e.words for e in story.below() if e.tag in ("h1", "h2", "h3")), "")
    named = f"Story {number}, “{' '.join(headline.split())}”,"
    return f"{named} costs most: {_cost(html, story):,} bytes. Shorten it, make it a short one or take it out."


def _cost(html: str, story: Element) -> int:
    """Bytes of a story with its links as they may be tracked, without the appeal in it."""
    asides = [e for e in story.below() if e.tag == "td" and e.attrs.get("class") == APPEAL]
    inside = {id(e) for aside in asides for e in aside.below()}
    links = [e for e in story.below() if e.tag == "a" and id(e) not in inside]
    return _bytes(html, story) - sum(_bytes(html, aside) for aside in asides) + _tracking(links)


def _bytes(html: str, element: Element) -> int:
    return len(html[element.start : element.end].encode("utf-8", "replace"))


def _tracking(links: list[Element]) -> int:
    """What links gain when they are rewritten; other than web addresses none is."""
    given = (link.attrs.get("href", "") for link in links)
    return sum(max(0, TRACKED - len(href)) for href in given if href.startswith("http"))
