"""The text of a comment as HTML: escaped, with links and mentions."""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from newsletter.accounts.models import User
from newsletter.editions.comments.find_mentions import find_mentions, handles

LINK = re.compile(r"https?://[^\s<>\"]{1,500}", re.IGNORECASE)
AFTER_LINK = ".,;:!?)]}’”»'"  # punctuation of the sentence around a link
OTHER_SITE = 'rel="nofollow noopener noreferrer" target="_blank"'


def to_html(text: str, mentioned: Iterable[User]) -> Markup:
    """Return plain text as HTML. Links open in a new tab and tell the other site nothing; mentions are marked."""
    marks: list[tuple[int, int, Markup]] = []
    for link in LINK.finditer(text):
        address = link[0].rstrip(AFTER_LINK)
        html = Markup('<a href="{0}" ' + OTHER_SITE + ">{0}</a>").format(address)  # noqa: S704 — a constant
        marks.append((link.start(), link.start() + len(address), html))
    links = [(start, end) for start, end, _ in marks]
    for found in find_mentions(text, handles(mentioned)):
        if not any(start <= found.start < end for start, end in links):
            name = text[found.start : found.end]
            marks.append((found.start, found.end, Markup('<strong class="mention">{}</strong>').format(name)))
    parts, place = [], 0
    for start, end, html in sorted(marks, key=lambda mark: mark[0]):
        parts += [escape(text[place:start]), html]
        place = end
    parts.append(escape(text[place:]))
    return Markup(Markup("").join(parts).replace("\n", Markup("<br>")))  # noqa: S704 — made of escaped parts
