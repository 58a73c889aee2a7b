"""Preflight of what mail programs cannot show: features of HTML and CSS that large ones lack.

A small table of our own. The facts are those of caniemail.com (github.com/hteumeuleu/caniemail, data of
13 May 2026): listed is what at least one of Gmail, Outlook and Yahoo does not support, and whose absence readers
notice. Left out are graces that nobody misses, such as rounded corners.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from newsletter.letters.preflight.finding import Finding, at
from newsletter.letters.preflight.parsed_html import Element, ParsedHtml

GMAIL, OUTLOOK, WORD, YAHOO = "Gmail", "Outlook.com", "Outlook for Windows", "Yahoo"


class Lack(NamedTuple):
    """`pattern` is looked for in a style's declarations or a picture's address; `by` are those that lack it."""

    name: str
    pattern: "re.Pattern[str]"
    by: tuple[str, ...]
    hint: str


def _lack(name: str, pattern: str, *by: str, hint: str) -> Lack:
    return Lack(name, re.compile(pattern, re.IGNORECASE), by, hint)


# of the style attribute: what is inlined is for everybody, so it must work everywhere
STYLES = (
    _lack("flex", r"(?:^|;)display:(?:inline-)?flex", GMAIL, WORD, hint="Use a table."),  # Gmail's apps
    _lack("grid", r"(?:^|;)display:(?:inline-)?grid", GMAIL, WORD, hint="Use a table."),
    _lack("float", r"(?:^|;)float:", WORD, hint="Use align on a table or a picture."),
    _lack("position", r"(?:^|;)position:", GMAIL, WORD, hint="Use cells of a table."),
    _lack("variables", r"var\(|(?:^|;)--", GMAIL, WORD, OUTLOOK, YAHOO, hint="Write the value out."),
    _lack("functions", r"\b(?:clamp|min|max)\(", WORD, OUTLOOK, YAHOO, hint="Write the value out."),
    _lack("rem", r"\drem\b", WORD, YAHOO, hint="Use pixels."),
    _lack("gap", r"(?:^|;)(?:row-|column-)?gap:", WORD, YAHOO, hint="Use padding of cells."),
    _lack("gradient", r"-gradient\(", WORD, OUTLOOK, YAHOO, hint="Use a plain colour."),
    _lack("shadow", r"(?:^|;)text-shadow:", GMAIL, WORD, OUTLOOK, YAHOO, hint="Use a border or a plain colour."),
    _lack("transform", r"(?:^|;)transform:", GMAIL, WORD, OUTLOOK, YAHOO, hint="Leave it upright."),
    _lack("opacity", r"(?:^|;)opacity:|\brgba\(|\bhsla\(", WORD, hint="Use the colour that it comes to."),
    _lack("columns", r"(?:^|;)column(?:s|-count|-width):", WORD, YAHOO, hint="Use a table, or one column."),
    _lack("logical", r"(?:margin|padding)-(?:inline|block)", GMAIL, WORD, OUTLOOK, YAHOO, hint="Name the side."),
    _lack("shape", r"(?:^|;)(?:clip-path|filter|aspect-ratio):", GMAIL, WORD, OUTLOOK, YAHOO, hint="Do without."),
    _lack("colours", r"\b(?:ok)?(?:lab|lch)\(", GMAIL, WORD, OUTLOOK, YAHOO, hint="Write it as #rrggbb."),
)
PICTURES = (
    _lack("webp", r"\.webp(?:[?#]|$)", WORD, hint="Use JPEG or PNG."),
    _lack("avif", r"\.avif(?:[?#]|$)", WORD, GMAIL, hint="Use JPEG or PNG."),
    _lack("svg", r"\.svgz?(?:[?#]|$)", GMAIL, hint="Use PNG."),
)
TAGS = {"picture": (GMAIL, WORD, OUTLOOK, YAHOO), "marquee": (GMAIL, OUTLOOK), "dialog": (GMAIL, WORD, OUTLOOK, YAHOO)}
# in a style block Gmail drops the whole of a block that it cannot read
NESTED = re.compile(r"\{[^{}@]*\{")


def check_client_support(anatomy: ParsedHtml) -> Iterator[Finding]:
    """One finding for each feature, at the first place; how often it occurs is said."""
    for lack in STYLES:
        # what no eye sees, such as a preheader, may use what it likes
        having = [e for e in anatomy.elements if not e.is_hidden and lack.pattern.search(_tight(e))]
        yield from _found(lack.name, lack.by, having, lack.hint)
    for lack in PICTURES:
        having = [e for e in anatomy.of("img") if lack.pattern.search(e.attrs.get("src", ""))]
        yield from _found(lack.name, lack.by, having, lack.hint)
    for tag, by in TAGS.items():
        yield from _found(tag, by, anatomy.of(tag), "Use plain elements.")
    for number, css in enumerate(anatomy.styles, start=1):
        if NESTED.search(_rules(css)):
            hint = f"{GMAIL} drops the whole of a block with rules inside rules. Write them side by side."
            yield Finding("support.nesting", "warn", f"style block {number}", hint)


def _tight(element: Element) -> str:
    """Its declarations without the blanks that mean nothing."""
    return re.sub(r" ?([:;,]) ?", r"\1", " ".join(element.attrs.get("style", "").split()))


def _rules(css: str) -> str:
    """Without comments and without what begins a condition. Nothing is looked for that has no end further on."""
    closed = css.rfind("*/") + 2 if "*/" in css else 0
    css = re.sub(r"/\*.*?\*/", "", css[:closed], flags=re.DOTALL) + css[closed:]
    return re.sub(r"@(?:media|supports)[^{]*\{", "", css[: css.rfind("{") + 1])


def _found(name: str, by: tuple[str, ...], having: list[Element], hint: str) -> Iterator[Finding]:
    if having:
        times = f" ({len(having)} times)" if len(having) > 1 else ""
        yield Finding(f"support.{name}", "warn", at(having) + times, f"{' and '.join(by)} cannot show it. {hint}")
