"""Feeds of a made-up newsroom."""

import json
from typing import Any

TEXT = [
    f"<p>The council decided on {day} that the old harbour will be dredged, after years in which no large ship could "
    "call there. The work takes eleven weeks and costs two million, of which the region pays half.</p>"
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
]
SPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/"'
)
ADDED_BELOW = '<p>The post <a href="/a">Harbour</a> appeared first on <a href="/">Harbour Post</a>.</p>'
SUMMARY = "<p>The council decided on Monday that {} [&#8230;]</p>"
DAY = "Fri, 20 Nov 2026 06:30:00 +0000"


def rss(*items: str, title: str = "Harbour Post", language: str = "en-US") -> bytes:
    head = f"<title>{title}</title><link>https://post.example.org</link><language>{language}</language>"
    feed = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" {SPACES}><channel>{head}{"".join(items)}'
    return f"{feed}</channel></rss>".encode()


def item(name: str, *, text: str = "", date: str = DAY, guid: str | None = None, more: str = "") -> str:
    """An article as WordPress writes it; with `text` its feed has the whole of it."""
    parts = [
        f"<title>{name} is dredged after years of waiting</title>",
        f"<link>https://post.example.org/{name.lower()}</link>",
        "<dc:creator><![CDATA[Amina Okoye]]></dc:creator>",
        f"<pubDate>{date}</pubDate>" if date else "",
        f'<guid isPermaLink="false">{guid if guid is not None else name}</guid>' if guid != "" else "",
        f"<description><![CDATA[{SUMMARY.format(name)}{ADDED_BELOW}]]></description>",
        f"<content:encoded><![CDATA[{text}{ADDED_BELOW}]]></content:encoded>" if text else "",
        more,
    ]
    return f"<item>{''.join(parts)}</item>"


def whole(name: str, **said: Any) -> str:
    return item(name, text="".join(TEXT), **said)


def json_feed(*items: dict[str, Any], **said: Any) -> bytes:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Harbour Post", "items": list(items)} | said
    return json.dumps(feed).encode()
