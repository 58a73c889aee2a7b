"""Whether readers see the text of an element, judged by its attributes and those of the elements around it. Pure.

Reads inlined styles. `mso-hide` alone hides text from Outlook only, so it does not count.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

UNDISPLAYED_TAGS = frozenset({"style", "script", "title", "head", "template"})
ZERO = re.compile(r"(?:0+(?:\.0*)?|\.0+)(?:[a-z]+|%)?")  # 0, 0px, 0.0em
RELATIVE_SIZE = re.compile(r"[\d.]+(?:em|%)|inherit|larger|smaller")  # zero where the size around is zero


class Visibility(NamedTuple):
    """Why readers cannot see the text directly inside an element. No descendant can undo `hidden`."""

    hidden: bool = False
    tiny: bool = False  # font size zero; an element inside may set another size
    transparent: bool = False  # `visibility: hidden`; an element inside may be visible again

    @property
    def is_visible(self) -> bool:
        return not any(self)


IN_VIEW = Visibility()


def is_hidden(attrs: Mapping[str, str]) -> bool:
    """Return True for an element that email clients do not render, with everything in it."""
    return "hidden" in attrs or "display:none" in attrs.get("style", "").replace(" ", "").lower()


def visibility_of(tag: str, attrs: Mapping[str, str], around: Visibility) -> Visibility:
    """Return the visibility of an element with these attributes, inside an element with visibility `around`."""
    style = _read(attrs.get("style", ""))
    clipped = style.get("overflow") == "hidden" and any(
        ZERO.fullmatch(style.get(name, "none")) for name in ("max-height", "height", "max-width", "width")
    )
    is_see_through = bool(ZERO.fullmatch(style.get("opacity", "none")))
    return Visibility(
        around.hidden or tag in UNDISPLAYED_TAGS or is_hidden(attrs) or clipped or is_see_through,
        _is_tiny(style.get("font-size", ""), around),
        around.transparent if style.get("visibility", "inherit") == "inherit" else style["visibility"] != "visible",
    )


def _is_tiny(size: str, around: Visibility) -> bool:
    if not size or (around.tiny and RELATIVE_SIZE.fullmatch(size)):
        return around.tiny
    return bool(ZERO.fullmatch(size))


def _read(style: str) -> dict[str, str]:
    """Return lower-case declarations by name; the size in a `font` shorthand counts as `font-size`."""
    found: dict[str, str] = {}
    for declaration in style.lower().replace("!important", "").split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font":
            name, value = "font-size", _size_in(value)
        found[name] = value
    return found


def _size_in(font: str) -> str:
    """Return the size in a `font` such as `bold 16px/1.5 Georgia, serif`; visible for a keyword such as `menu`."""
    sizes = re.findall(r"(?:^|\s)([\d.]+(?:[a-z]+|%)|0)(?=\s*/|\s)", font)
    return sizes[0] if sizes else "inherit" if font == "inherit" else "medium"
