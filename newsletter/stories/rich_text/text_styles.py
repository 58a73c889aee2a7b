"""The text style of an element, from its name and its style attribute. Pure.

Programs write emphasis in different ways: Google Docs as `font-weight:700` on a span inside a `b` that is not bold,
Word as `mso-…` properties, browsers as `b` or `strong`.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

STRUCK = {"del", "s", "strike"}
DECLARATION = re.compile(r"(?:^|;)\s*([a-z-]+)\s*:([^;]*)", re.IGNORECASE)
BOLD = {"bold", "bolder", "600", "700", "800", "900"}
NOT_BOLD = {"normal", "lighter", "100", "200", "300", "400", "500"}
RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


class TextStyle(NamedTuple):
    """`is_dropped`: struck-out text. `is_mark`: a list mark written as text. `script`: sup, sub or empty."""

    href: str = ""
    strong: bool = False
    em: bool = False
    is_dropped: bool = False
    is_mark: bool = False
    is_pre: bool = False
    script: str = ""


def style_inside(tag: str, style: str, outer: TextStyle) -> TextStyle:
    """Return the style of text in `tag` with the attribute `style`, inside an element of the style `outer`."""
    declarations = parse_style(style)
    weight, slant = declarations.get("font-weight", ""), declarations.get("font-style", "")
    raised = {"super": "sup", "sub": "sub", "baseline": ""}.get(declarations.get("vertical-align", ""), outer.script)
    return outer._replace(
        strong=weight in BOLD or (weight not in NOT_BOLD and (outer.strong or tag in ("b", "strong"))),
        em=slant in ("italic", "oblique") or (slant != "normal" and (outer.em or tag in ("i", "em"))),
        is_dropped=outer.is_dropped or tag in STRUCK or "line-through" in declarations.get("text-decoration", ""),
        is_mark=outer.is_mark or declarations.get("mso-list") == "ignore",
        is_pre=outer.is_pre or tag == "pre",
        script=tag if tag in ("sup", "sub") else raised,
    )


def parse_style(style: str) -> Mapping[str, str]:
    """Return the declarations of a style attribute, in lower case."""
    found = {name.lower(): value.strip().lower() for name, value in DECLARATION.findall(style)}
    if "text-decoration-line" in found:
        found["text-decoration"] = found["text-decoration-line"]
    return found


def with_script_characters(text: str, script: str) -> str:
    """Return `text` with superscript or subscript Unicode characters, so that 10⁶ stays 10⁶ everywhere.

    Text without such characters (the “st” of 1st, a footnote mark) is unchanged.
    """
    table = RAISED if script == "sup" else LOWERED
    if not script or any(ord(c) not in table for c in text.strip()):
        return text
    return text.translate(table)
