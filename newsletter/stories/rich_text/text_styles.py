"""How an element makes its words look, told from its name and its style attribute. Pure.

Programs that people copy from write emphasis in their own ways: Google Docs as `font-weight:700` on a span inside
a `b` that is not bold, Word as `mso-…` properties, browsers as `b` or `strong`.
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


class Look(NamedTuple):
    """`is_unsaid`: struck out, or a list's mark that a program wrote as text. `script`: sup, sub or nothing."""

    href: str = ""
    strong: bool = False
    em: bool = False
    is_unsaid: bool = False
    is_mark: bool = False
    is_pre: bool = False
    script: str = ""


def look_inside(tag: str, style: str, around: Look) -> Look:
    """The look of words in `tag` with the style attribute `style`, when that stands in a look `around`."""
    said = declared(style)
    weight, slant = said.get("font-weight", ""), said.get("font-style", "")
    raised = {"super": "sup", "sub": "sub", "baseline": ""}.get(said.get("vertical-align", ""), around.script)
    return around._replace(
        strong=weight in BOLD or (weight not in NOT_BOLD and (around.strong or tag in ("b", "strong"))),
        em=slant in ("italic", "oblique") or (slant != "normal" and (around.em or tag in ("i", "em"))),
        is_unsaid=around.is_unsaid or tag in STRUCK or "line-through" in said.get("text-decoration", ""),
        is_mark=around.is_mark or said.get("mso-list") == "ignore",
        is_pre=around.is_pre or tag == "pre",
        script=tag if tag in ("sup", "sub") else raised,
    )


def declared(style: str) -> Mapping[str, str]:
    """The declarations of a style attribute, in small letters."""
    found = {name.lower(): value.strip().lower() for name, value in DECLARATION.findall(style)}
    if "text-decoration-line" in found:
        found["text-decoration"] = found["text-decoration-line"]
    return found


def written(text: str, script: str) -> str:
    """`text` with figures that are set high or low as characters of their own, so that 10⁶ stays 10⁶ everywhere.

    What has no such characters (the “st” of 1st, a mark of a footnote) stays as it is.
    """
    table = RAISED if script == "sup" else LOWERED
    if not script or any(ord(c) not in table for c in text.strip()):
        return text
    return text.translate(table)
