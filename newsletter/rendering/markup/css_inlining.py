"""Moves a letter's styles onto its elements: the only file that knows premailer and cssutils.

One function, pinned options, no network and no files, one letter at a time, and a comparison of
what went in with what came out. Facts are about premailer 3.10.0 and cssutils 2.15.
"""

import logging
import re
import threading
from collections import Counter
from functools import lru_cache

import cssutils
import premailer.premailer
from lxml import etree
from lxml.cssselect import CSSSelector
from premailer import Premailer

from newsletter.lib.errors import NewsletterError

KEEP_ATTRIBUTE = "data-premailer"  # `<style data-premailer="ignore">` is left in the head as it stands

_lock = threading.Lock()  # premailer and cssutils share caches and a serialiser between threads

# Written for people who debug a style sheet by hand; one letter makes hundreds of lines.
cssutils.log.setLevel(logging.CRITICAL + 1)

# cssutils follows `@import`, also to `file:`, whatever premailer is told; this parser cannot.
_css = cssutils.CSSParser(fetcher=lambda _url: None, raiseExceptions=False, validate=False)

# premailer keeps selectors and inline styles in one cache under their text alone, so that
# `style="p"` beside a rule for `p` is handed a selector. Selectors get a cache of their own.
premailer.premailer._create_cssselector = lru_cache(maxsize=1024)(CSSSelector)


class InliningError(NewsletterError):
    """A letter's styles cannot be put onto its elements without changing something else."""


def inline_css(html: str) -> str:
    """`html` with the rules of its style blocks moved onto the elements they match.

    A block marked `data-premailer="ignore"` stays in the head untouched: media queries, dark mode,
    hacks. If no block is marked, every block also stays. Put into the blocks that are inlined:
    class selectors, no `!important`, no sizes of pictures, never a shorthand and its longhand
    in different rules. An `@import` is never followed: it stays where its block stays, for
    preflight to find, and is refused where its block is taken out. Raises `InliningError`, whatever the input;
    only a want of memory comes through as it is.
    """
    try:
        html.encode()  # half a character pair would end the letter there, without a word
        with _lock:
            inlined = str(_Inliner(html, keep_style_tags=KEEP_ATTRIBUTE not in html).transform(pretty_print=False))
    except (InliningError, MemoryError):
        raise
    except Exception as error:  # it raises anything, from AssertionError to lxml's own
        raise InliningError(f"The styles of a letter cannot be inlined: {type(error).__name__}.") from error
    _compare(html, inlined)
    return inlined


class _Inliner(Premailer):  # type: ignore[misc] # premailer carries no types
    """Premailer with the options we stand by."""

    def __init__(self, html: str, *, keep_style_tags: bool) -> None:
        super().__init__(
            html,
            keep_style_tags=keep_style_tags,
            strip_important=False,  # else media queries lose theirs, and the inlined styles win
            allow_network=False,
            allow_loading_external_files=False,
            base_url=None,  # it would rewrite every address, marks included
            disable_validation=True,
            # it overwrites attributes from CSS: a picture's width="536" would become "100%"
            disable_basic_attributes=["width", "height", "bgcolor", "align", "valign"],
            align_floating_images=False,
        )

    def _parse_css_string(self, css_body: str, validate: bool = True) -> object:  # noqa: ARG002 — its signature
        sheet = _css.parseString(css_body, validate=False)  # not cached: premailer changes sheets in place
        if not self.keep_style_tags and any(rule.type == rule.IMPORT_RULE for rule in sheet):
            raise InliningError("A style block holds @import, which would be lost with it. Write the styles out.")
        return sheet


def _compare(before: str, after: str) -> None:
    """Raises `InliningError` if anything but styles has changed."""
    for name, parts in {"doctype": _doctype, "comments": _comments, "marks": _marks, "words": _words}.items():
        if parts(before) != parts(after):
            raise InliningError(f"Inlining would change the {name} of a letter, so it was left alone.")


def _doctype(html: str) -> str:
    """Upper case only: premailer drops `<!doctype html>`."""
    found = re.match(r"\s*(<!DOCTYPE[^>]*>)", html, re.IGNORECASE)
    return found[1] if found else ""


def _comments(html: str) -> list[str]:
    """All of them, which includes Outlook's `<!--[if mso]> … <![endif]-->` with what they hold.

    `<![if !mso]>` without dashes becomes a comment on the way, and so is found here as well.
    """
    found, start = list[str](), html.find("<!--")
    # a pattern would look for the end of each that has none, again and again
    while start >= 0 and (end := html.find("-->", start + 4)) >= 0:
        found.append(html[start : end + 3])
        start = html.find("<!--", end + 3)
    return found


def _marks(html: str) -> Counter[str]:
    return Counter(re.findall(r"__nl_[a-z_]+?__", html))


def _words(html: str) -> list[str]:
    """What a reader reads, in order. Taking out a style block must not take the text after it."""
    try:
        page = etree.fromstring(html.strip(), etree.HTMLParser())
    except (etree.XMLSyntaxError, ValueError):
        return []
    return "".join(page.xpath("//body//text()[not(parent::style)]")).split()
