"""Tags in the links of a letter (utm_source and kin), by which a site's own statistics tell where visitors came from.

They name the publication, the edition and the place in the letter, never a reader: all readers get
the same links. Left alone are links that somebody tagged already, those that are not web addresses, our
own, and those to hosts that the publication is_excluded.
"""

import re
from dataclasses import dataclass, replace
from functools import partial
from html import escape, unescape
from urllib.parse import parse_qsl, urlsplit

from markupsafe import Markup

from newsletter.editions.models import Edition
from newsletter.letters.content.appeal_view import AppealView
from newsletter.letters.content.story_view import StoryView
from newsletter.lib.web_urls import append_query

HREF = re.compile(r'(?<=<a href=")[^"]*')  # as stories/runs.py writes it


@dataclass(frozen=True, slots=True)
class Tags:
    """What all links of an edition have in common, and the hosts whose links get nothing."""

    source: str
    campaign: str
    excepted: tuple[str, ...]

    def on(self, link: str, *, content: str) -> str:
        """`link` with the tags, `content` naming the place in the letter; or as it was."""
        if not self.concern(link):
            return link
        tags = {"source": self.source, "medium": "email", "campaign": self.campaign, "content": content}
        return append_query(link, {f"utm_{name}": value for name, value in tags.items()})

    def concern(self, link: str) -> bool:
        """True for a link that gets tags."""
        parts = urlsplit(link)
        host = (parts.hostname or "").lower()
        if parts.scheme.lower() not in ("http", "https") or self.is_excluded(host):
            return False
        return not any(name.lower().startswith("utm_") for name, _ in parse_qsl(parts.query, keep_blank_values=True))

    def is_excluded(self, host: str) -> bool:
        """True for an excepted host and for what is below it."""
        return any(host == each or host.endswith(f".{each}") for each in self.excepted)


def tags_for(edition: Edition, *, base_url: str) -> Tags | None:
    """The tags of an edition's links; None when its publication wishes for none."""
    publication = edition.publication
    if not publication.utm_tags:
        return None
    day = edition.day.isoformat()
    campaign = day if edition.local_date else f"{day}-{edition.pk}"  # an extra edition has no day to itself
    hosts = [*publication.utm_excluded_hosts.lower().split(), (urlsplit(base_url).hostname or "").lower()]
    return Tags(publication.slug, campaign, tuple(hosts))


def tag_story(story: StoryView, tags: Tags) -> StoryView:
    """The story with tags in all its links, those in its text and in its notes included."""
    on = partial(tags.on, content=f"story-{story.number}")
    return replace(
        story,
        url=on(story.url),
        passages=tuple(replace(passage, html=_in_html(passage.html, on)) for passage in story.passages),
        notes=tuple(on(note) for note in story.notes),
    )


def appeal_tagged(ask: AppealView, tags: Tags, *, number: int | None) -> AppealView:
    """The appeal with tags in its buttons; `number` is the appeal's own, and amounts are counted from 1."""
    name = f"appeal-{number}" if number else "appeal"
    return replace(
        ask,
        url=tags.on(ask.url, content=name),
        amounts=tuple(
            replace(amount, url=tags.on(amount.url, content=f"{name}-amount-{place}"))
            for place, amount in enumerate(ask.amounts, start=1)
        ),
    )


def has_our_tags(link: str, tags: Tags) -> bool:
    """True when `link` names this edition, or leads to an excepted host; false when it has tags of somebody's own."""
    parts = urlsplit(link)
    host = (parts.hostname or "").lower()
    return dict(parse_qsl(parts.query)).get("utm_campaign") == tags.campaign or tags.is_excluded(host)


def _in_html(html: Markup, on: "partial[str]") -> Markup:
    return Markup(HREF.sub(lambda found: escape(on(unescape(found[0]))), html))  # noqa: S704 — sanitised, escaped again
