"""Web pages of a made-up newsroom."""

import json
from typing import Any

TEXT = [
    'The old harbour will be dredged from <a href="/topics/harbour?a=1">Monday on</a>, the council decided.',
    "Ships with a draught of more than <em>four metres</em> have not been able to call there since the storm of March.",
    "The work will take eleven weeks and cost two million, of which the region pays half, the mayor says.",
    "Fishers had asked for it for years. “We have waited long enough,” said one of them at the quay on Tuesday.",
    "Until the end of the work, the ferry leaves from the northern pier, and the fish market moves elsewhere.",
    "The council meets again in two weeks, when it will decide on the new fees for private boats in the inner basin.",
]
ARTICLE: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Harbour to be dredged after years of waiting",
    "author": [
        {"@type": "Person", "name": "By AMINA OKOYE"},
        {"@type": "Person", "name": "Jan de Vries, Staff Writer"},
    ],
    "publisher": {"@type": "NewsMediaOrganization", "name": "Harbour Post"},
    "datePublished": "2026-11-20T06:30:00+01:00",
    "description": "After the storm of March the basin was too shallow for most ships.",
    "image": {"@type": "ImageObject", "url": "/media/dredger-at-work.jpg", "creditText": "Lea Sow"},
    "mainEntityOfPage": "https://post.example.org/harbour",
}
APPEAL = [
    "Give the gift of hope",
    "We practice what we preach:",
    "Support Harbour Post. Donate now.",
]
URL = "https://post.example.org/harbour?utm_source=feed"


def page(
    *,
    data: object = ARTICLE,
    head: str = "",
    title: str = "Harbour to be dredged after years of waiting | Harbour Post",
    before: str = "<h1>Harbour to be dredged after years of waiting</h1>"
    '<p class="standfirst">After the storm of March the basin was too shallow for most ships.</p>'
    '<p class="byline">By Amina Okoye and Jan de Vries</p>',
    text: list[str] = TEXT,
    attributes: str = 'lang="en-GB"',
) -> str:
    """A page as newsrooms publish them: navigation, article, related links, footer."""
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>' if data else ""
    paragraphs = "".join(f"<p>{line}</p>" for line in text)
    figure = (
        '<figure><img src="/media/800/dredger-at-work.jpg" alt="A dredger in front of the quay">'
        '<figcaption>A dredger at work. <span class="credit">Photo: Lea Sow</span></figcaption></figure>'
    )
    return f"""<!doctype html><html {attributes}><head><meta charset="utf-8"><title>{title}</title>{head}{script}
<link rel="canonical" href="https://post.example.org/harbour"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<main><article>{before}{figure}{paragraphs}</article></main>
<aside><h2>Most read</h2><ul><li><a href="/a">Ten things to do at the coast this weekend</a></li></ul></aside>
<footer><p>© Harbour Post. <a href="/terms">Terms</a></p></footer></body></html>"""
