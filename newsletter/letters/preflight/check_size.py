"""Preflight of an email's size: Gmail hides the end of a long email, where the unsubscribe link is.

A link that SendGrid rewrites for click tracking has two encrypted parts separated by `_`: apparently the destination
and the reader. SendGrid does not document its length, and the often repeated 200 to 300 bytes are too little: six such
links in public repositories are 403, 568, 576, 698, 769 and 909 bytes long (36 to 47 for the host and the path, 127 to
452 for the first part, 228 to 416 for the second). We estimate with their median.
"""

from collections.abc import Iterator

from newsletter.letters.preflight.finding import Finding, Severity
from newsletter.letters.preflight.parsed_html import Element, ParsedHtml
from newsletter.mail.message import MergeTag

LARGE_BYTES, MAX_BYTES = 90_000, 100_000  # of HTML; Gmail shows about 102 KB and hides the rest, the footer first
TOKEN_GROWTH = 40  # bytes added when the merge tag of a reader's token is filled in
TRACKED_LINK_BYTES = 640  # of a link that the provider has rewritten to count clicks
STORY_CLASSES = frozenset({"lead", "story", "short", "brief", "brief-lined"})  # of the table cells of stories
APPEAL_CLASS = "aside"  # of the table cell of the appeal, which may be inside a story


def check_size(html: str, parsed: ParsedHtml, *, tracked: bool) -> Iterator[Finding]:
    """Warn about, or stop, an email that Gmail would clip.

    The warning always counts tracked links, so that switching tracking on later stops no email. The stop counts the
    size as sent: with tracked links only when the email is `tracked`.
    """
    sent = len(html.encode("utf-8", "replace")) + TOKEN_GROWTH * html.count(MergeTag.READER)
    estimated = sent + _tracking(parsed.of("a"))
    if estimated <= LARGE_BYTES:
        return
    clipped = (estimated if tracked else sent) > MAX_BYTES
    kind: Severity = "stop" if clipped else "warn"
    code = "size.clipped" if clipped else "size.large"
    place = f"HTML: {sent:,} bytes, {estimated:,} with tracked links"
    yield Finding(code, kind, place, f"Gmail hides everything after 102,000 bytes. {_largest_story_hint(html, parsed)}")


def _largest_story_hint(html: str, parsed: ParsedHtml) -> str:
    """Name the largest story by number and headline."""
    stories = [cell for cell in parsed.of("td") if STORY_CLASSES & set(cell.attrs.get("class", "").split())]
    if not stories:
        return "Remove something."
    number, story = max(enumerate(stories, start=1), key=lambda numbered: _cost(html, numbered[1]))
    headline = next((e.text for e in story.below() if e.tag in ("h1", "h2", "h3")), "")
    name = f"Story {number}, “{' '.join(headline.split())}”,"
    return f"{name} is the largest: {_cost(html, story):,} bytes. Shorten it, print it as a short story or remove it."


def _cost(html: str, story: Element) -> int:
    """Return the bytes of a story with tracked links, without the appeal inside it."""
    appeals = [e for e in story.below() if e.tag == "td" and e.attrs.get("class") == APPEAL_CLASS]
    inside = {id(e) for appeal in appeals for e in appeal.below()}
    links = [e for e in story.below() if e.tag == "a" and id(e) not in inside]
    return _bytes(html, story) - sum(_bytes(html, appeal) for appeal in appeals) + _tracking(links)


def _bytes(html: str, element: Element) -> int:
    return len(html[element.start : element.end].encode("utf-8", "replace"))


def _tracking(links: list[Element]) -> int:
    """Return the bytes that links gain when they are rewritten. Only web addresses are rewritten."""
    given = (link.attrs.get("href", "") for link in links)
    return sum(max(0, TRACKED_LINK_BYTES - len(href)) for href in given if href.startswith("http"))
