"""Feeds of a public archive, RSS and JSON Feed, with the newest editions, and its sitemap."""

from datetime import datetime
from html import escape
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.feedgenerator import Rss201rev2Feed
from django.views.decorators.http import conditional_page, require_safe

from newsletter.editions import correction_lines, public_archive
from newsletter.publications.models import Publication
from newsletter.web.archive.archive_pages import CACHED, address_of, open_archive
from newsletter.web.archive.public_letter import public_subject

FEED_SIZE = 30
SITEMAP_SIZE = 49_999  # a sitemap has at most 50,000 addresses (sitemaps.org); the list is one
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


class FeedItem(NamedTuple):
    """An edition in a feed."""

    address: str
    title: str
    headlines: list[str]
    sent_at: datetime
    corrected_at: datetime | None


@require_safe
@conditional_page
def rss(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001 — the signature of a view
    """Return the newest editions as RSS 2.0."""
    publication = open_archive(slug)
    feed = Rss201rev2Feed(
        title=publication.name,
        link=address_of("archive", slug),
        description=publication.tagline or publication.name,
        language=publication.language,
        feed_url=address_of("archive-feed", slug),
    )
    for item in _items(publication):
        text = "".join(f"<p>{escape(headline)}</p>" for headline in item.headlines)  # HTML, unlike the title
        feed.add_item(item.title, item.address, text, pubdate=item.sent_at, unique_id=item.address)
    body = feed.writeString("utf-8")
    return HttpResponse(body, content_type="application/rss+xml; charset=utf-8", headers={"Cache-Control": CACHED})


@require_safe
@conditional_page
def json_feed(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001 — the signature of a view
    """Return the newest editions as JSON Feed 1.1 (jsonfeed.org/version/1.1)."""
    publication = open_archive(slug)
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": publication.name,
        "home_page_url": address_of("archive", slug),
        "feed_url": address_of("archive-json", slug),
        "description": publication.tagline or publication.name,
        "language": publication.language,
        "items": [
            {
                "id": item.address,
                "url": item.address,
                "title": item.title,
                "content_text": "\n".join(item.headlines) or item.title,
                "date_published": item.sent_at.isoformat(),
                **({"date_modified": item.corrected_at.isoformat()} if item.corrected_at else {}),
            }
            for item in _items(publication)
        ],
    }
    return JsonResponse(
        feed,
        json_dumps_params={"ensure_ascii": False},
        content_type="application/feed+json; charset=utf-8",
        headers={"Cache-Control": CACHED},
    )


@require_safe
@conditional_page
def sitemap(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001 — the signature of a view
    """Return the addresses of the archive's pages for search engines."""
    publication = open_archive(slug)
    root = ET.Element("urlset", xmlns=SITEMAP)
    editions = public_archive.archived_letters(publication).values_list("edition_id", "edition__dispatched_at")
    pages: list[tuple[str, datetime | None]] = [(address_of("archive", slug), None)]
    corrected = correction_lines.last_corrected(publication)
    pages += [(address_of("archive-edition", slug, pk), corrected.get(pk, at)) for pk, at in editions[:SITEMAP_SIZE]]
    for address, at in pages:
        entry = ET.SubElement(root, "url")
        ET.SubElement(entry, "loc").text = address
        if at:
            ET.SubElement(entry, "lastmod").text = at.date().isoformat()
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return HttpResponse(body, content_type="application/xml; charset=utf-8", headers={"Cache-Control": CACHED})


def _items(publication: Publication) -> list[FeedItem]:
    letters = list(public_archive.archived_letters(publication)[:FEED_SIZE])
    corrections = correction_lines.corrections_in([letter.edition_id for letter in letters])
    headlines = public_archive.headlines_of(letters, corrections)
    corrected = {each.edition_id: each.corrected_at for each in corrections}
    items = []
    for letter in letters:
        letter.edition.publication = publication
        address = address_of("archive-edition", publication.slug, letter.edition_id)
        sent_at = letter.edition.dispatched_at or letter.edition.due_at
        title, changed = public_subject(letter, corrections), corrected.get(letter.edition_id)
        items.append(FeedItem(address, title, headlines[letter.edition_id], sent_at, changed))
    return items
