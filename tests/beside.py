"""Our letters beside other people's: sheets of pictures to look at, each with one of ours and three of theirs.

python -m tests.beside CORPUS FOLDER

CORPUS is a folder of HTML files, one a letter; FOLDER gets the sheets. Nothing outside this machine is asked for:
pictures are scenery, and where they are off they are off for all.
"""

import argparse
import base64
import os
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, sync_playwright

from newsletter.mail.message import MergeTag
from tests.screenshots import paint
from tests.support import chromium

WIDE, TALL = 800, 1600  # pixels of a letter that are looked at
ABREAST = 3  # of theirs, beside one of ours
SHEET = """<!DOCTYPE html><body style="margin:0;padding:12px;background:#888;font:bold 16px sans-serif;
display:flex;gap:12px;align-items:start;width:max-content">{figures}</body>"""
FIGURE = '<div>{name}<br><img src="data:image/png;base64,{data}" style="margin-top:6px;display:block"></div>'


class Way(NamedTuple):
    """How a letter is looked at; `width` in pixels."""

    name: str
    width: int
    scheme: Literal["light", "dark"] = "light"
    pictures: bool = True


WAYS = (Way("desktop", 600), Way("phone", 375), Way("dark", 600, "dark"), Way("without-images", 600, pictures=False))


def ours() -> dict[str, str]:
    """Names and HTML of the letters of ours that stand beside theirs, one a sheet."""
    from newsletter.letters.render_letter import render
    from newsletter.publications.models import Layout
    from tests.golden.copied import copied
    from tests.golden.looks import EVERY

    chosen = {f"ours: {name}": EVERY[name]() for name in ("rich", "letter", "briefing")}
    chosen["ours: copied"] = copied(Layout.STORY)
    return {name: render(contents).html.replace(MergeTag.FIRST_NAME_HTML, "Rita") for name, contents in chosen.items()}


def sheets(theirs: dict[str, str]) -> Iterator[dict[str, str]]:
    """All of theirs, a few at a time, each time behind the next of ours."""
    own, names = list(ours().items()), list(theirs)
    for start in range(0, len(names), ABREAST):
        first = own[start // ABREAST % len(own)]
        yield dict([first, *((name, theirs[name]) for name in names[start : start + ABREAST])])


def look(browser: Browser, html: str, way: Way) -> str:
    """The top of a letter as a PNG in base 64."""
    viewport = {"width": way.width, "height": 800}
    with browser.new_context(viewport=viewport, color_scheme=way.scheme) as context:  # type: ignore[arg-type] # plain
        context.route("**/*", paint if way.pictures else lambda route: route.abort())
        page = context.new_page()
        page.set_content(html)
        page.wait_for_load_state("networkidle")
        # a letter that is wider than its screen is shown as wide as it is
        wide, tall = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0.0, "y": 0.0, "width": float(min(wide, WIDE)), "height": float(min(tall, TALL))}
        data = page.screenshot(clip=clip, full_page=True)  # type: ignore[arg-type] # a plain dict
        return base64.b64encode(data).decode("ascii")


def main() -> None:
    import django

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    theirs = {file.stem: file.read_text(encoding="utf-8") for file in sorted(given.corpus.glob("*.html"))}
    if not theirs:
        parser.error(f"{given.corpus} holds no file whose name ends in .html")
    given.folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    program = chromium.ready().program
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        os.environ["NEWSLETTER_DATA"] = data
        django.setup()
        browser = playwright.chromium.launch(executable_path=program, args=chromium.FLAGS)
        try:
            for number, letters in enumerate(sheets(theirs), start=1):
                for way in WAYS:
                    seen = {name: look(browser, html, way) for name, html in letters.items()}
                    figures = "".join(FIGURE.format(name=escape(name), data=data) for name, data in seen.items())
                    page = browser.new_page()
                    page.set_content(SHEET.format(figures=figures))
                    page.locator("body").screenshot(path=given.folder / f"{number}-{way.name}.png")
                    page.close()
        finally:
            browser.close()


if __name__ == "__main__":
    main()
