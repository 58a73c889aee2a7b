"""utm_ tags in the links of an email, which let a site's statistics see where visitors come from.

Tags name the publication, the edition and the place in the email, never a reader: all readers get the same links. No
tags are added to links that already have some, that are not web addresses, that lead to our own pages, or whose host
the publication excludes.
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

HREF = re.compile(r'(?<=<a href=")[^"]*')  # as stories/rich_text/text_runs.py writes it


@dataclass(frozen=True, slots=True)
class UtmTags:
    """The tags that all links of an edition share, and the hosts whose links get none."""

    source: str
    campaign: str
    excluded_hosts: tuple[str, ...]

    def tag_url(self, link: str, *, content: str) -> str:
        """Return `link` with tags, `content` naming the place in the email; unchanged if the link gets no tags."""
        if not self.applies_to(link):
            return link
        tags = {"source": self.source, "medium": "email", "campaign": self.campaign, "content": content}
        return append_query(link, {f"utm_{name}": value for name, value in tags.items()})

    def applies_to(self, link: str) -> bool:
        """Return True for a link that gets tags."""
        parts = urlsplit(link)
        host = (parts.hostname or "").lower()
        if parts.scheme.lower() not in ("http", "https") or self.is_excluded(host):
            return False
        return not any(name.lower().startswith("utm_") for name, _ in parse_qsl(parts.query, keep_blank_values=True))

    def is_excluded(self, host: str) -> bool:
        """Return True for an excluded host and its subdomains."""
        return any(host == each or host.endswith(f".{each}") for each in self.excluded_hosts)


def tags_for(edition: Edition, *, base_url: str) -> UtmTags | None:
    """Return the tags for an edition's links; None when its publication has switched them off."""
    publication = edition.publication
    if not publication.utm_tags:
        return None
    day = edition.day.isoformat()
    campaign = day if edition.local_date else f"{day}-{edition.pk}"  # an extra edition shares its day with others
    hosts = [*publication.utm_excluded_hosts.lower().split(), (urlsplit(base_url).hostname or "").lower()]
    return UtmTags(publication.slug, campaign, tuple(hosts))


def tag_story(story: StoryView, tags: UtmTags) -> StoryView:
    """Return the story with tags in all its links, also in its text and its notes."""
    tag_url = partial(tags.tag_url, content=f"story-{story.number}")
    return replace(
        story,
        url=tag_url(story.url),
        passages=tuple(replace(passage, html=_in_html(passage.html, tag_url)) for passage in story.passages),
        notes=tuple(tag_url(note) for note in story.notes),
    )


def tag_appeal(ask: AppealView, tags: UtmTags, *, number: int | None) -> AppealView:
    """Return the appeal with tags in its buttons; `number` is the appeal's id, and amounts are counted from 1."""
    name = f"appeal-{number}" if number else "appeal"
    return replace(
        ask,
        url=tags.tag_url(ask.url, content=name),
        amounts=tuple(
            replace(amount, url=tags.tag_url(amount.url, content=f"{name}-amount-{place}"))
            for place, amount in enumerate(ask.amounts, start=1)
        ),
    )


def has_our_tags(link: str, tags: UtmTags) -> bool:
    """Return True when `link` carries the tags of this edition or its host is excluded, and False for other tags."""
    parts = urlsplit(link)
    host = (parts.hostname or "").lower()
    return dict(parse_qsl(parts.query)).get("utm_campaign") == tags.campaign or tags.is_excluded(host)


def _in_html(html: Markup, tag_url: "partial[str]") -> Markup:
    return Markup(HREF.sub(lambda found: escape(tag_url(unescape(found[0]))), html))  # noqa: S704 — sanitised, escaped again
