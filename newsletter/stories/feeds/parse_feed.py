"""Parse RSS, Atom and JSON Feed. Runs in a subprocess with limits, because a feed may be hostile.

feedparser is given bytes and never an address, so it fetches nothing; its own cleaning is off, because rich_text.py
cleans what is kept.
"""

import hashlib
import io
import json
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from time import struct_time
from typing import Any

import feedparser
from lxml import html as lxml_html

from newsletter.lib.errors import BadInput
from newsletter.lib.language_tags import language_tag
from newsletter.stories.feeds.entry_story import RawEntry, RawPicture, entry_story, web_url
from newsletter.stories.feeds.feed_limits import MAX_ENTRIES
from newsletter.stories.feeds.feed_values import FeedEntry, ParsedFeed
from newsletter.stories.reading.page_document import one_line
from newsletter.stories.reading.page_encoding import decode_page
from newsletter.stories.reading.published_date import parse_published

NOT_A_FEED = "The address leads to no feed."
FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
DATES = ("published_parsed", "updated_parsed")  # feedparser's own look-up takes one for the other, with a warning
MAX_NAMED = 3  # feeds of a web page that are named
Node = dict[str, Any]


def parse_feed(content: bytes, *, url: str, content_type: str) -> ParsedFeed:
    """Return the entries of the feed `content` from `url`, in its order; or what is wrong."""
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:600].lower()
    if start.startswith(b"{"):
        return _json_feed(content, url)
    if b"<html" in start or start.startswith(b"<!doctype html"):
        return _web_page(decode_page(content, content_type=content_type), url)
    return _xml_feed(content, url, content_type)


def _xml_feed(content: bytes, url: str, content_type: str) -> ParsedFeed:
    headers = {"content-location": url, "content-type": content_type or "application/xml"}
    found = feedparser.parse(io.BytesIO(content), response_headers=headers, sanitize_html=False)
    if not found.get("version") and not found.entries:
        return ParsedFeed(problem=NOT_A_FEED, hint="Enter the address of an RSS, Atom or JSON feed.")
    title, language = one_line(found.feed.get("title")), _language(found.feed.get("language"))
    raw = (_of_xml(entry, title, language) for entry in found.entries[:MAX_ENTRIES])
    return ParsedFeed(title, _entries(raw, url))


def _of_xml(entry: Any, title: str, language: str) -> RawEntry:
    source = one_line(entry.get("source", {}).get("title")) or title
    texts = [
        escape(part.get("value") or "") if part.get("type") == "text/plain" else part.get("value") or ""
        for part in entry.get("content", [])
    ]
    text = max(texts, key=len, default="")
    summary = entry.get("summary") or ""
    return RawEntry(
        key=_key(entry.get("id") or ""),
        url=entry.get("feedburner_origlink") or entry.get("link") or "",
        title=entry.get("title") or "",
        summary="" if summary == text else summary,
        text=text,
        authors=tuple(author.get("name") or "" for author in entry.get("authors", [])),
        published=_moment(next((entry[name] for name in DATES if dict.__contains__(entry, name)), None)),
        picture=_picture(entry),
        source=source,
        language=_language((entry.get("title_detail") or {}).get("language")) or language,
    )


def _picture(entry: Any) -> RawPicture:
    credit = next((one_line(found.get("content")) for found in entry.get("media_credit", [])), "")
    for media in (*entry.get("media_content", []), *entry.get("enclosures", [])):
        kind = f"{media.get('medium') or ''} {media.get('type') or ''}"
        if "image" in kind and (url := media.get("url") or media.get("href")):
            return RawPicture(url, "", credit)
    thumbnail = next((found.get("url") or "" for found in entry.get("media_thumbnail", [])), "")
    return RawPicture(thumbnail, "", credit)


def _json_feed(content: bytes, url: str) -> ParsedFeed:
    try:
        feed = json.loads(content)
        version, items = feed["version"], feed["items"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ParsedFeed(problem=NOT_A_FEED, hint="Enter the address of an RSS, Atom or JSON feed.")
    if not _text(version).startswith("https://jsonfeed.org/version/") or not isinstance(items, list):
        return ParsedFeed(problem=NOT_A_FEED, hint="Its JSON is not a JSON Feed.")
    title, language = one_line(feed.get("title")), _language(feed.get("language"))
    nodes = [item for item in items[:MAX_ENTRIES] if isinstance(item, dict)]
    return ParsedFeed(title, _entries((_of_json(item, feed, title, language) for item in nodes), url))


def _of_json(item: Node, feed: Node, title: str, language: str) -> RawEntry:
    stated = item.get("authors") or item.get("author") or feed.get("authors") or feed.get("author") or []
    authors = stated if isinstance(stated, list) else [stated]  # version 1.0 has one author
    return RawEntry(
        key=_key(str(item.get("id") or "")),
        url=_text(item.get("url")) or _text(item.get("external_url")),
        title=_text(item.get("title")),
        summary=escape(_text(item.get("summary"))),
        text=_text(item.get("content_html")) or _paragraphs_of(_text(item.get("content_text"))),
        authors=tuple(_text(author.get("name")) for author in authors if isinstance(author, dict)),
        published=parse_published(_text(item.get("date_published"))),
        picture=RawPicture(_text(item.get("image")) or _text(item.get("banner_image"))),
        source=title,
        language=_language(item.get("language")) or language,
    )


def _web_page(text: str, url: str) -> ParsedFeed:
    """Return which feeds a web page names, in place of entries."""
    root = lxml_html.document_fromstring(text)
    named = [
        web_url(link.get("href") or "", url)
        for link in root.iter("link")
        if (link.get("type") or "").lower() in FEED_TYPES and "alternate" in (link.get("rel") or "").lower()
    ]
    feeds = [found for found in dict.fromkeys(named) if found][:MAX_NAMED]
    hint = f"Enter the address of its feed: {' or '.join(feeds)}" if feeds else "Enter the address of its feed."
    return ParsedFeed(problem="The address leads to a web page and not to a feed.", hint=hint)


def _entries(raw: Iterator[RawEntry], base: str) -> tuple[FeedEntry, ...]:
    """Return the usable entries, each article once."""
    found: dict[str, FeedEntry] = {}
    for one in raw:
        entry = entry_story(one, base=base)
        if entry:
            found.setdefault(entry.key or entry.url, entry)
    return tuple(found.values())


def _key(stated: str) -> str:
    return hashlib.sha256(stated.strip().encode("utf-8", "replace")).hexdigest()[:32] if stated.strip() else ""


def _moment(parsed: struct_time | None) -> str:
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC).isoformat(timespec="minutes") if parsed else ""
    except (ValueError, OverflowError, OSError):
        return ""


def _language(stated: object) -> str:
    try:
        return language_tag(stated) if isinstance(stated, str) and stated.strip() else ""
    except BadInput:
        return ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _paragraphs_of(text: str) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n") if part.strip())
