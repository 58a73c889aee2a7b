"""Does an eye meet what stands in an element? By its own attributes and those of what it stands in; pure.

Looks at styles as they are inlined. `mso-hide` alone hides from Outlook only, so it does not count.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

UNREAD = frozenset({"style", "script", "title", "head", "template"})
NOTHING = re.compile(r"(?:0+(?:\.0*)?|\.0+)(?:[a-z]+|%)?")  # 0, 0px, 0.0em
SHARE = re.compile(r"[\d.]+(?:em|%)|inherit|larger|smaller")  # a size that is nothing where the one around it is


class Sight(NamedTuple):
    """Why an eye does not meet what stands directly in an element. What is `gone` nothing inside brings back."""

    gone: bool = False
    tiny: bool = False  # letters without size; an element inside may give itself one
    transparent: bool = False  # invisible; an element inside may be visible again

    @property
    def is_clear(self) -> bool:
        return not any(self)


IN_VIEW = Sight()


def is_hidden(attrs: Mapping[str, str]) -> bool:
    """True for an element that mail programs leave out, with all that is in it."""
    return "hidden" in attrs or "display:none" in attrs.get("style", "").replace(" ", "").lower()


def sight(tag: str, attrs: Mapping[str, str], around: Sight) -> Sight:
    """That of an element with these attributes, inside what has the sight `around`."""
    style = _read(attrs.get("style", ""))
    clipped = style.get("overflow") == "hidden" and any(
        NOTHING.fullmatch(style.get(name, "none")) for name in ("max-height", "height", "max-width", "width")
    )
    see_through = bool(NOTHING.fullmatch(style.get("opacity", "none")))
    return Sight(
        around.gone or tag in UNREAD or is_hidden(attrs) or clipped or see_through,
        _is_tiny(style.get("font-size", ""), around),
        around.transparent if style.get("visibility", "inherit") == "inherit" else style["visibility"] != "visible",
    )


def _is_tiny(size: str, around: Sight) -> bool:
    if not size or (around.tiny and SHARE.fullmatch(size)):
        return around.tiny
    return bool(NOTHING.fullmatch(size))


def _read(style: str) -> dict[str, str]:
    """Declarations by their names, in small letters; the size in a `font` counts as `font-size`."""
    found: dict[str, str] = {}
    for declaration in style.lower().replace("!important", "").split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font":
            name, value = "font-size", _size_in(value)
        found[name] = value
    return found


def _size_in(font: str) -> str:
    """The size in a `font` such as `bold 16px/1.5 Georgia, serif`; that of a word such as `menu` is no matter."""
    sizes = re.findall(r"(?:^|\s)([\d.]+(?:[a-z]+|%)|0)(?=\s*/|\s)", font)
    return sizes[0] if sizes else "inherit" if font == "inherit" else "medium"
