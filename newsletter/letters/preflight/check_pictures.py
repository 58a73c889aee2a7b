"""Preflight of an email's pictures: alt text, dimensions, and that they are served from our own address."""

import re
from collections.abc import Iterator

from newsletter.letters.preflight.finding import Finding, at
from newsletter.letters.preflight.link_targets import objection
from newsletter.letters.preflight.parsed_html import ParsedHtml

# Styles can load pictures too. Our templates load none in styles.
CSS_IMAGE = re.compile(r"url\(|\bimage-set\(", re.IGNORECASE)
MAX_ASPECT = 1.5  # height as a multiple of width; a taller picture does not fit on one screen
FOREIGN_HINT = "Upload the picture or let it be fetched: another server could replace it or track readers."


def check_pictures(parsed: ParsedHtml, *, local: bool, home: str) -> Iterator[Finding]:
    """Check all pictures. `home` is the address below which our own pictures are served."""
    for picture in parsed.of("img"):
        if "alt" not in picture.attrs:
            yield Finding(
                "picture.alt", "stop", at([picture]), 'Describe the picture, or set alt="" if it is decorative.'
            )
        for name in ("width", "height"):
            if not picture.attrs.get(name, "").isdecimal():
                hint = f"Set the {name} in pixels; Outlook needs the number."
                yield Finding(f"picture.{name}", "stop", at([picture]), hint)
        width, height = (picture.attrs.get(name, "") for name in ("width", "height"))
        if width.isdecimal() and height.isdecimal() and int(height) > MAX_ASPECT * int(width) > 0:
            hint = "The picture fills most of a screen. Crop it."
            yield Finding("picture.tall", "warn", f"{at([picture])}: {width} × {height}", hint)
        source = picture.attrs.get("src", "")
        if found := objection(source, local=local):
            yield Finding(found.code, found.severity, at([picture]), found.hint)
        if not source.startswith(f"{home}/") or "srcset" in picture.attrs:
            yield Finding("picture.foreign", "stop", at([picture]), FOREIGN_HINT)
    for element in parsed.elements:
        if "background" in element.attrs or CSS_IMAGE.search(element.attrs.get("style", "")):
            yield Finding("picture.foreign", "stop", at([element]), FOREIGN_HINT)
    for number, css in enumerate(parsed.styles, start=1):
        if CSS_IMAGE.search(css):
            yield Finding("picture.foreign", "stop", f"style block {number}", FOREIGN_HINT)
