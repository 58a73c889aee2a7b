"""Preflight of an email's colours: contrast of text and background in light mode and in dark mode.

Understands `#rgb`, `#rrggbb`, black and white, inherited as in browsers. Anything else, such as text on a picture, is
skipped.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from newsletter.letters.preflight.finding import Finding, at
from newsletter.letters.preflight.parsed_html import Element, ParsedHtml
from newsletter.lib.colours import MIN_CONTRAST, contrast

NAMED = {"black": "#000000", "white": "#ffffff"}
LINK = "#0000ee"  # default colour of a link
MEDIA = re.compile("@media", re.IGNORECASE)
DARK = re.compile(r"prefers-color-scheme:\s*dark", re.IGNORECASE)
RULES = re.compile(r"(?:[^{}]*\{[^{}]*\})*")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
SELECTOR = re.compile(r"\.([\w-]+)(?:\s+([a-z][a-z0-9]*))?")  # a class, or an element inside a class
DECLARED = re.compile(r"(?:^|;)\s*(color|background-color|background|display)\s*:\s*([^;!]+)", re.IGNORECASE)

INSIDE = ">"  # not an element name: marks a class whose rules apply to elements inside it

Declarations = Mapping[str, str]
Rules = Mapping[tuple[str, str], Declarations]  # keyed by class and element inside it, or by class and ""


class Colours(NamedTuple):
    """Colours as `#rrggbb`; None for a colour that is not understood."""

    text: str | None
    background: str | None


def check_contrast(parsed: ParsedHtml) -> Iterator[Finding]:
    """Report the first illegible text of light mode and of dark mode."""
    for code, rules in (("contrast.light", {}), ("contrast.dark", _dark_rules(parsed.styles))):
        if code == "contrast.dark" and not rules:
            continue
        illegible = list(
            _find_illegible(parsed.content(), Colours("#000000", "#ffffff"), rules, _body_classes(parsed, rules))
        )
        if illegible:
            element, ratio = illegible[0]
            hint = f"The contrast is {ratio:.1f}; text needs at least {MIN_CONTRAST}. Change one of the colours."
            yield Finding(code, "stop", at([element]), hint)


def _find_illegible(
    elements: list[Element], around: Colours, rules: Rules, inside: tuple[str, ...]
) -> Iterator[tuple[Element, float]]:
    for element in elements:
        declared = _declared(element, rules, inside)
        if declared.get("display", "").strip() == "none" or element.attrs.get("aria-hidden") == "true":
            continue
        colours = _colours_of(element, declared, around)
        if element.own_text.strip() and colours.text and colours.background:
            ratio = contrast(colours.text, colours.background)
            if ratio < MIN_CONTRAST:
                yield element, ratio
        if element.children:
            yield from _find_illegible(element.children, colours, rules, _classes_inside(element, rules, inside))


def _body_classes(parsed: ParsedHtml, rules: Rules) -> tuple[str, ...]:
    """Return the classes of `html` and `body` that have rules for elements inside them."""
    inside: tuple[str, ...] = ()
    for element in [*parsed.of("html")[:1], *parsed.of("body")[:1]]:
        inside = _classes_inside(element, rules, inside)
    return inside


def _classes_inside(element: Element, rules: Rules, inside: tuple[str, ...]) -> tuple[str, ...]:
    """Return the classes whose rules apply inside `element`, its own first; each once, at its outermost place."""
    own = tuple(name for name in element.attrs.get("class", "").split() if (name, INSIDE) in rules)
    return tuple(dict.fromkeys((own + inside)[::-1]))[::-1] if own else inside


def _declared(element: Element, rules: Rules, inside: tuple[str, ...]) -> dict[str, str]:
    found = _read(element.attrs.get("style", ""))
    for name in element.attrs.get("class", "").split():
        found |= rules.get((name, ""), {})
    for name in inside:
        found |= rules.get((name, element.tag), {})
    return found


def _colours_of(element: Element, declared: Declarations, around: Colours) -> Colours:
    text, background = around
    if element.tag == "a" and "href" in element.attrs:
        text = LINK
    if "bgcolor" in element.attrs:
        background = _colour(element.attrs["bgcolor"])
    if "background-color" in declared:
        background = _background(declared["background-color"], background)
    elif "background" in declared:
        background = _background(declared["background"], background)
    if "color" in declared:
        text = text if declared["color"].strip() == "inherit" else _colour(declared["color"])
    return Colours(text, background)


def _background(value: str, before: str | None) -> str | None:
    return before if value.strip() in ("none", "transparent") else _colour(value)


def _dark_rules(styles: list[str]) -> dict[tuple[str, str], Declarations]:
    """Return the dark-mode rules by class, or by class and element inside it. Other selectors are skipped."""
    found: dict[tuple[str, str], Declarations] = {}
    for css in styles:
        for media in MEDIA.split(css)[1:]:
            query, _, block = media.partition("{")
            rules = RULES.match(block) if DARK.search(query) else None
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
