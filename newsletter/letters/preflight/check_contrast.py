"""Preflight of a letter's colours: can its words be read on what lies behind them, by day and by night?

Looks at colours as they are written: `#rgb`, `#rrggbb`, black and white, inherited as browsers do. What
it cannot make out, such as words on a picture, it passes over.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from newsletter.letters.preflight.finding import Finding, at
from newsletter.letters.preflight.parsed_html import Element, ParsedHtml
from newsletter.lib.colours import MIN_CONTRAST, contrast

NAMED = {"black": "#000000", "white": "#ffffff"}
LINK = "#0000ee"  # what a link has that is given no colour
MEDIA = re.compile("@media", re.IGNORECASE)
DARK = re.compile(r"prefers-color-scheme:\s*dark", re.IGNORECASE)
RULES = re.compile(r"(?:[^{}]*\{[^{}]*\})*")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
SELECTOR = re.compile(r"\.([\w-]+)(?:\s+([a-z][a-z0-9]*))?")  # a class, or an element in a class
DECLARED = re.compile(r"(?:^|;)\s*(color|background-color|background|display)\s*:\s*([^;!]+)", re.IGNORECASE)

INSIDE = ">"  # no element's name: in rules it stands with a class that says something of elements in it

Declarations = Mapping[str, str]
Rules = Mapping[tuple[str, str], Declarations]  # by class and element in it, or by class and nothing


class Seen(NamedTuple):
    """Colours as `#rrggbb`; None for one that cannot be made out."""

    ink: str | None
    behind: str | None


def legible(anatomy: ParsedHtml) -> Iterator[Finding]:
    """One finding for the day and one for the night, at the first place where words cannot be read."""
    for code, rules in (("contrast.light", {}), ("contrast.dark", _dark(anatomy.styles))):
        if code == "contrast.dark" and not rules:
            continue
        faint = list(_faint(anatomy.content(), Seen("#000000", "#ffffff"), rules, _around(anatomy, rules)))
        if faint:
            element, ratio = faint[0]
            hint = f"Contrast is {ratio:.1f}; at least {MIN_CONTRAST} can be read. Change one of its colours."
            yield Finding(code, "stop", at([element]), hint)


def _faint(
    elements: list[Element], around: Seen, rules: Rules, inside: tuple[str, ...]
) -> Iterator[tuple[Element, float]]:
    for element in elements:
        declared = _declared(element, rules, inside)
        if declared.get("display", "").strip() == "none" or element.attrs.get("aria-hidden") == "true":
            continue
        seen = _seen(element, declared, around)
        if element.own.strip() and seen.ink and seen.behind:
            ratio = contrast(seen.ink, seen.behind)
            if ratio < MIN_CONTRAST:
                yield element, ratio
        if element.children:
            yield from _faint(element.children, seen, rules, _deeper(element, rules, inside))


def _around(anatomy: ParsedHtml, rules: Rules) -> tuple[str, ...]:
    """The classes that what stands in the body is inside of."""
    inside: tuple[str, ...] = ()
    for element in [*anatomy.of("html")[:1], *anatomy.of("body")[:1]]:
        inside = _deeper(element, rules, inside)
    return inside


def _deeper(element: Element, rules: Rules, inside: tuple[str, ...]) -> tuple[str, ...]:
    """The classes that say something of what is in `element`, its own first; each once, where it is furthest out."""
    own = tuple(name for name in element.attrs.get("class", "").split() if (name, INSIDE) in rules)
    return tuple(dict.fromkeys((own + inside)[::-1]))[::-1] if own else inside


def _declared(element: Element, rules: Rules, inside: tuple[str, ...]) -> dict[str, str]:
    found = _read(element.attrs.get("style", ""))
    for name in element.attrs.get("class", "").split():
        found |= rules.get((name, ""), {})
    for name in inside:
        found |= rules.get((name, element.tag), {})
    return found


def _seen(element: Element, declared: Declarations, around: Seen) -> Seen:
    ink, behind = around
    if element.tag == "a" and "href" in element.attrs:
        ink = LINK
    if "bgcolor" in element.attrs:
        behind = _colour(element.attrs["bgcolor"])
    if "background-color" in declared:
        behind = _behind(declared["background-color"], behind)
    elif "background" in declared:
        behind = _behind(declared["background"], behind)
    if "color" in declared:
        ink = ink if declared["color"].strip() == "inherit" else _colour(declared["color"])
    return Seen(ink, behind)


def _behind(value: str, before: str | None) -> str | None:
    return before if value.strip() in ("none", "transparent") else _colour(value)


def _dark(styles: list[str]) -> dict[tuple[str, str], Declarations]:
    """By class, or by class and element inside it: what the night changes. Other selectors are passed over."""
    found: dict[tuple[str, str], Declarations] = {}
    for css in styles:
        for media in MEDIA.split(css)[1:]:
            question, _, block = media.partition("{")
            rules = RULES.match(block) if DARK.search(question) else None
            for selectors, declarations in RULE.findall(rules[0]) if rules else ():
                for selector in selectors.split(","):
                    if match := SELECTOR.fullmatch(selector.strip()):
                        key = (match[1], match[2] or "")
                        found[key] = {**found.get(key, {}), **_read(declarations)}
                        if match[2]:
                            found[(match[1], INSIDE)] = {}
    return found


def _read(declarations: str) -> dict[str, str]:
    return {name.lower(): value for name, value in DECLARED.findall(declarations)}


def _colour(value: str) -> str | None:
    value = NAMED.get(value.strip().lower(), value.strip().lower())
    if re.fullmatch(r"#[0-9a-f]{3}", value):
        value = "#" + "".join(digit * 2 for digit in value[1:])
    return value if re.fullmatch(r"#[0-9a-f]{6}", value) else None
