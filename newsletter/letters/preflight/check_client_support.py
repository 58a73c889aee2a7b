"""Preflight of HTML and CSS features that large email clients do not support.

The facts come from caniemail.com (github.com/hteumeuleu/caniemail, data of 13 May 2026). The table lists features that
at least one of Gmail, Outlook and Yahoo does not support and whose absence readers notice. Cosmetic features such as
rounded corners are left out.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from newsletter.letters.preflight.finding import Finding, at
from newsletter.letters.preflight.parsed_html import Element, ParsedHtml

GMAIL, OUTLOOK, WORD, YAHOO = "Gmail", "Outlook.com", "Outlook for Windows", "Yahoo"


class Unsupported(NamedTuple):
    """`pattern` is searched in a style's declarations or a picture's address; `by` are the clients without support."""

    name: str
    pattern: "re.Pattern[str]"
    by: tuple[str, ...]
    hint: str


def _unsupported(name: str, pattern: str, *by: str, hint: str) -> Unsupported:
    return Unsupported(name, re.compile(pattern, re.IGNORECASE), by, hint)


# In style attributes: inlined styles reach every client, so they must work everywhere.
STYLES = (
    _unsupported("flex", r"(?:^|;)display:(?:inline-)?flex", GMAIL, WORD, hint="Use a table."),  # Gmail's apps
    _unsupported("grid", r"(?:^|;)display:(?:inline-)?grid", GMAIL, WORD, hint="Use a table."),
    _unsupported("float", r"(?:^|;)float:", WORD, hint="Use align on a table or a picture."),
    _unsupported("position", r"(?:^|;)position:", GMAIL, WORD, hint="Use cells of a table."),
    _unsupported("variables", r"var\(|(?:^|;)--", GMAIL, WORD, OUTLOOK, YAHOO, hint="Write the value itself."),
    _unsupported("functions", r"\b(?:clamp|min|max)\(", WORD, OUTLOOK, YAHOO, hint="Write the value itself."),
    _unsupported("rem", r"\drem\b", WORD, YAHOO, hint="Use pixels."),
    _unsupported("gap", r"(?:^|;)(?:row-|column-)?gap:", WORD, YAHOO, hint="Use padding of cells."),
    _unsupported("gradient", r"-gradient\(", WORD, OUTLOOK, YAHOO, hint="Use a plain colour."),
    _unsupported("shadow", r"(?:^|;)text-shadow:", GMAIL, WORD, OUTLOOK, YAHOO, hint="Use a border or a plain colour."),
    _unsupported("transform", r"(?:^|;)transform:", GMAIL, WORD, OUTLOOK, YAHOO, hint="Do not transform it."),
    _unsupported("opacity", r"(?:^|;)opacity:|\brgba\(|\bhsla\(", WORD, hint="Use the resulting colour."),
    _unsupported("columns", r"(?:^|;)column(?:s|-count|-width):", WORD, YAHOO, hint="Use a table, or one column."),
    _unsupported("logical", r"(?:margin|padding)-(?:inline|block)", GMAIL, WORD, OUTLOOK, YAHOO, hint="Name the side."),
    _unsupported("shape", r"(?:^|;)(?:clip-path|filter|aspect-ratio):", GMAIL, WORD, OUTLOOK, YAHOO, hint="Remove it."),
    _unsupported("colours", r"\b(?:ok)?(?:lab|lch)\(", GMAIL, WORD, OUTLOOK, YAHOO, hint="Write it as #rrggbb."),
)
PICTURES = (
    _unsupported("webp", r"\.webp(?:[?#]|$)", WORD, hint="Use JPEG or PNG."),
    _unsupported("avif", r"\.avif(?:[?#]|$)", WORD, GMAIL, hint="Use JPEG or PNG."),
    _unsupported("svg", r"\.svgz?(?:[?#]|$)", GMAIL, hint="Use PNG."),
)
TAGS = {"picture": (GMAIL, WORD, OUTLOOK, YAHOO), "marquee": (GMAIL, OUTLOOK), "dialog": (GMAIL, WORD, OUTLOOK, YAHOO)}
# Gmail drops a whole style block that it cannot parse.
NESTED = re.compile(r"\{[^{}@]*\{")


def check_client_support(parsed: ParsedHtml) -> Iterator[Finding]:
    """Report each unsupported feature once, at its first place, with the number of occurrences."""
    # a hidden element, such as a preheader, may use any feature
    shown = [(e, _tight(e)) for e in parsed.elements if not e.is_hidden]
    for feature in STYLES:
        affected = [element for element, style in shown if feature.pattern.search(style)]
        yield from _found(feature.name, feature.by, affected, feature.hint)
    for feature in PICTURES:
        affected = [e for e in parsed.of("img") if feature.pattern.search(e.attrs.get("src", ""))]
        yield from _found(feature.name, feature.by, affected, feature.hint)
    for tag, by in TAGS.items():
        yield from _found(tag, by, parsed.of(tag), "Use plain elements.")
    for number, css in enumerate(parsed.styles, start=1):
        if NESTED.search(_rules(css)):
            hint = f"{GMAIL} drops a style block with nested rules. Write the rules one after another."
            yield Finding("support.nesting", "warn", f"style block {number}", hint)


def _tight(element: Element) -> str:
    """Return the declarations of an element without insignificant spaces."""
    return re.sub(r" ?([:;,]) ?", r"\1", " ".join(element.attrs.get("style", "").split()))


def _rules(css: str) -> str:
    """Return `css` without comments and without the openings of conditions.

    Only what is closed later is searched, so that the time stays linear.
    """
    closed = css.rfind("*/") + 2 if "*/" in css else 0
    css = re.sub(r"/\*.*?\*/", "", css[:closed], flags=re.DOTALL) + css[closed:]
    return re.sub(r"@(?:media|supports)[^{]*\{", "", css[: css.rfind("{") + 1])


def _found(name: str, by: tuple[str, ...], affected: list[Element], hint: str) -> Iterator[Finding]:
    if affected:
        times = f" ({len(affected)} times)" if len(affected) > 1 else ""
        yield Finding(
            f"support.{name}", "warn", at(affected) + times, f"{' and '.join(by)} do not support this. {hint}"
        )
