"""Preflight of a letter's pictures: words and numbers beside them, and that they are our own."""

import re
from collections.abc import Iterator

from newsletter.letters.preflight.finding import Finding, at
from newsletter.letters.preflight.link_targets import objection
from newsletter.letters.preflight.parsed_html import ParsedHtml

# Styles load pictures too. Ours load none at all.
LOADED = re.compile(r"url\(|\bimage-set\(", re.IGNORECASE)
TALL = 1.5  # times its width; taller ones are cut off by the lower edge of a screen
MEND = "Upload it or have it fetched: a letter shows no picture from another server, which could change or watch."


def pictures(anatomy: ParsedHtml, *, local: bool, home: str) -> Iterator[Finding]:
    """`home` is the address below which our own pictures stand."""
    for picture in anatomy.of("img"):
        if "alt" not in picture.attrs:
            yield Finding("picture.alt", "stop", at([picture]), 'Say what it shows, or alt="" for mere decoration.')
        for name in ("width", "height"):
            if not picture.attrs.get(name, "").isdecimal():
                hint = f"Give a {name} in pixels; Outlook needs the number."
                yield Finding(f"picture.{name}", "stop", at([picture]), hint)
        width, height = (picture.attrs.get(name, "") for name in ("width", "height"))
        if width.isdecimal() and height.isdecimal() and int(height) > TALL * int(width) > 0:
            hint = "It takes most of a screen. Crop it to what matters."
            yield Finding("picture.tall", "warn", f"{at([picture])}: {width} × {height}", hint)
        source = picture.attrs.get("src", "")
        if found := objection(source, local=local):
            yield Finding(found.code, found.severity, at([picture]), found.hint)
        if not source.startswith(f"{home}/") or "srcset" in picture.attrs:
            yield Finding("picture.foreign", "stop", at([picture]), MEND)
    for element in anatomy.elements:
        if "background" in element.attrs or LOADED.search(element.attrs.get("style", "")):
            yield Finding("picture.foreign", "stop", at([element]), MEND)
    for number, css in enumerate(anatomy.styles, start=1):
        if LOADED.search(css):
            yield Finding("picture.foreign", "stop", f"style block {number}", MEND)
