"""CSS inlining; the only module that imports premailer and cssutils.

The options are fixed, no network or file is used, one email is inlined at a time, and the output is compared with the
input. Facts in comments are about premailer 3.10.0 and cssutils 2.15.
"""

import logging
import re
import threading
from collections import Counter, OrderedDict
from functools import lru_cache

import cssutils
import premailer.premailer
from lxml import etree
from lxml.cssselect import CSSSelector
from premailer import Premailer

from newsletter.rendering.markup.inlining_error import InliningError

SHEETS = 32  # style sheets whose rules are remembered: reading one takes longer than applying it
KEEP_ATTRIBUTE = "data-premailer"  # `<style data-premailer="ignore">` stays in the head unchanged

_lock = threading.Lock()  # premailer and cssutils share caches and a serialiser between threads

Rules = tuple[list[tuple[tuple[int, ...], str, str]], list[object]]  # to apply, and left over
_rules: OrderedDict[tuple[str, int, bool], Rules] = OrderedDict()  # by sheet; the one used last is at the end

# cssutils logs for people who debug a style sheet; one email makes hundreds of lines.
cssutils.log.setLevel(logging.CRITICAL + 1)

# cssutils follows `@import`, also to `file:`, whatever options premailer gets. This parser cannot.
_css = cssutils.CSSParser(fetcher=lambda _url: None, raiseExceptions=False, validate=False)

# premailer keeps selectors and inline styles in one cache under their text alone, so that
# `style="p"` beside a rule for `p` gets a selector. Selectors get a cache of their own.
premailer.premailer._create_cssselector = lru_cache(maxsize=1024)(CSSSelector)


def inline_css(html: str) -> str:
    """Return `html` with the rules of its style blocks moved onto the elements they match.

    A block marked `data-premailer="ignore"` stays in the head unchanged: media queries, dark mode, hacks. If no
    block is marked, every block also stays. Blocks to inline should use class selectors, no `!important`, no sizes of
    pictures, and never a shorthand and its longhand in different rules. An `@import` is never followed: in a block that
    stays, preflight reports it; in a block that is removed, it is an error. Raises only `InliningError`, whatever the
    input, and `MemoryError`.
    """
    try:
        html.encode()  # a lone surrogate would silently cut the email off
        with _lock:
            inlined = str(_Inliner(html, keep_style_tags=KEEP_ATTRIBUTE not in html).transform(pretty_print=False))
    except (InliningError, MemoryError):
        raise
    except Exception as error:  # premailer raises anything, from AssertionError to lxml's errors
        raise InliningError(f"The styles cannot be inlined: {type(error).__name__}.") from error
    _compare(html, inlined)
    return inlined


class _Inliner(Premailer):  # type: ignore[misc] # premailer carries no types
    """Premailer with our options."""

    def __init__(self, html: str, *, keep_style_tags: bool) -> None:
        super().__init__(
            html,
            keep_style_tags=keep_style_tags,
            strip_important=False,  # else media queries lose it, and inlined styles win
            allow_network=False,
            allow_loading_external_files=False,
            base_url=None,  # else every address is rewritten, also merge tags
            disable_validation=True,
            # premailer overwrites attributes from CSS: a picture's width="536" would become "100%"
            disable_basic_attributes=["width", "height", "bgcolor", "align", "valign"],
            align_floating_images=False,
        )

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> Rules:
        key = (css_body, ruleset_index, self.keep_style_tags)
        if key not in _rules:
            rules, left_over = super()._parse_style_rules(css_body, ruleset_index)
            if not all(isinstance(rule, tuple) for rule in left_over):  # a media rule, which premailer changes in place
                return rules, left_over
            _rules[key] = rules, left_over
            if len(_rules) > SHEETS:
                _rules.popitem(last=False)
        _rules.move_to_end(key)
        rules, left_over = _rules[key]
        return list(rules), list(left_over)

    def _parse_css_string(self, css_body: str, validate: bool = True) -> object:  # noqa: ARG002 — premailer's signature
        sheet = _css.parseString(css_body, validate=False)  # not cached: premailer changes sheets in place
        if not self.keep_style_tags and any(rule.type == rule.IMPORT_RULE for rule in sheet):
            raise InliningError(
                "A style block contains @import, which inlining would lose. Replace it with the styles themselves."
            )
        return sheet


def _compare(before: str, after: str) -> None:
    """Raise `InliningError` if anything but styles has changed."""
    for name, parts in {
        "doctype": _doctype,
        "comments": _comments,
        "merge tags": _merge_tags,
        "text": _text_of,
    }.items():
        if parts(before) != parts(after):
            raise InliningError(f"Inlining would change the {name} of the email.")


def _doctype(html: str) -> str:
    """Return the doctype. premailer keeps it in upper case only and drops `<!doctype html>`."""
    found = re.match(r"\s*(<!DOCTYPE[^>]*>)", html, re.IGNORECASE)
    return found[1] if found else ""


def _comments(html: str) -> list[str]:
    """Return all comments, including Outlook's `<!--[if mso]> … <![endif]-->` with their content.

    Inlining turns `<![if !mso]>` without dashes into a comment, which is found here as well.
    """
    found, start = list[str](), html.find("<!--")
    # a regular expression would search the whole rest for each comment that has no end
    while start >= 0 and (end := html.find("-->", start + 4)) >= 0:
        found.append(html[start : end + 3])
        start = html.find("<!--", end + 3)
    return found


def _merge_tags(html: str) -> Counter[str]:
    return Counter(re.findall(r"__nl_[a-z_]+?__", html))


def _text_of(html: str) -> list[str]:
    """Return the words that readers see, in order. Removing a style block must not remove the text after it."""
    try:
        page = etree.fromstring(html.strip(), etree.HTMLParser())
    except (etree.XMLSyntaxError, ValueError):
        return []
    return "".join(page.xpath("//body//text()[not(parent::style)]")).split()
