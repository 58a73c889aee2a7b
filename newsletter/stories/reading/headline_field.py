"""Find the headline of a page."""

import re
from collections.abc import Iterator

from newsletter.stories.reading.comparable_text import letters_of
from newsletter.stories.reading.json_ld import Node
from newsletter.stories.reading.page_document import PageDocument, one_line, text_of
from newsletter.stories.reading.page_story import FieldOrigin, FieldValue

SITE_SEPARATOR = re.compile(r"\s+[|–—·»:-]{1,2}\s+")
CUT = re.compile(r"\s*(?:…|\.\.\.)$")
WORDS = re.compile(r"\w+")
LIKE = 0.5  # share of common words from which two headlines are versions of one


def headline(document: PageDocument, article: Node, *, source: str) -> Iterator[FieldValue]:
    """Yield the candidates for the headline, best first.

    The headline that readers see precedes the one that is meant for search engines: a level-one heading of the page
    that is a version of the stated headline.
    """
    stated = [FieldValue(one_line(article.get("headline")), FieldOrigin.JSON_LD)]
    stated += [
        FieldValue(without_site(text, source), FieldOrigin.META)
        for text in document.metas("og:title", "twitter:title", "dc.title")
    ]
    titles = [FieldValue(without_site(text, source), FieldOrigin.MARKUP) for text in document.first_text("//title")]
    headings = [FieldValue(text, FieldOrigin.MARKUP) for text in _headings(document)]
    known = [found for found in (*stated, *titles) if found.value]
    for heading in headings:
        if same := next((found for found in known if letters_of(found.value) == letters_of(heading.value)), None):
            yield FieldValue(heading.value, same.origin)
    for heading in headings:
        if any(_is_version(heading.value, found.value) for found in known):
            yield heading
    yield from (found for found in stated if not CUT.search(found.value))
    yield from (FieldValue(CUT.sub("", found.value), found.origin) for found in stated)
    yield from headings[:1]
    yield from titles


def without_site(title: str, source: str) -> str:
    """Return a title without the name of the site at either end."""
    site = letters_of(source)
    for separator in reversed(list(SITE_SEPARATOR.finditer(title))):
        before, after = title[: separator.start()], title[separator.end() :]
        if site and _names_site(after, site):
            return without_site(before, source)
        if site and _names_site(before, site):
            return after
    return title


def _names_site(part: str, site: str) -> bool:
    key = letters_of(part)
    return bool(key) and (
        key == site or (min(len(key), len(site)) > 3 and (key in site or site in key) and len(key) <= 2 * len(site))
    )


def _headings(document: PageDocument) -> list[str]:
    marked = document.root.xpath("//*[@itemprop='headline'][not(self::meta)]")
    texts = (text_of(element) for element in (*document.root.iter("h1"), *marked))
    return [text for text in dict.fromkeys(texts) if 3 < len(text) <= 300]


def _is_version(heading: str, stated: str) -> bool:
    one, other = _words(heading), _words(CUT.sub("", stated))
    if len(one) < 3 or len(other) < 2:
        return False
    return len(one & other) / min(len(one), len(other)) > LIKE


def _words(text: str) -> set[str]:
    return set(WORDS.findall(text.casefold()))
