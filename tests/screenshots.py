"""Make the pictures in docs/pictures anew: a system of its own with the sample publication, seen in Chromium,
and letters of each look.

make pictures
"""

import os
import re
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Route, sync_playwright

from newsletter.mail.message import MergeTag
from tests.support import chromium
from tests.support.surroundings import ROOT
from tests.support.system import System
from tests.support.waiting import wait_until

FOLDER = ROOT / "docs" / "pictures"
STORIES = (
    (
        "The ferry keeps its morning crossing, by one vote",
        "Nora Vance",
        "Eleven hours of hearings.\n\nThen a show of hands.",
    ),
    (
        "Who owns the empty cannery? We asked four offices",
        "Imani Brandt",
        "Nobody does, said three.\n\nThe fourth rang back.",
    ),
    ("A school orchestra without violins", "Per Lindahl", "They play what there is: eleven tubas and a harp."),
)


def take(system: System, browser: Browser) -> None:
    """The letter as a reader sees it, the desk as a curator does, the ops page, all from a running system."""
    [(email, password)] = wait_until(
        lambda: re.findall(r"Sign in as (\S+) with the password (\S+)", system.story()), timeout=120
    )
    wait_until(lambda: "Read it here" in system.story(), timeout=180, what="the first edition to be dispatched")
    [one] = system.letters(limit=1)[:1]
    full = system.letters(address=one["address"], full=1)[0]

    page = browser.new_page(viewport={"width": 640, "height": 900})
    page.set_content(full["html"])
    page.screenshot(path=FOLDER / "letter.png", clip={"x": 0, "y": 0, "width": 640, "height": 1500}, full_page=True)

    for number, (headline, byline, body) in enumerate(STORIES, start=1):
        words = (
            "--headline",
            headline,
            "--byline",
            byline,
            "--body",
            body,
            "--url",
            f"https://example.org/{number}",
        )
        system.tell("stories", "add", *words)
    page = browser.new_page(viewport={"width": 1200, "height": 680})
    page.goto(system.web)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name=re.compile("sign in", re.IGNORECASE)).click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / "desk.png")
    page.get_by_role("link", name="Preview email").click()
    page.set_viewport_size({"width": 1200, "height": 900})
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / "edition.png")
    page.goto(f"{system.web}/pitches/")
    page.get_by_role("link", name="Pitch a story").click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / "pitch.png")
    page.set_viewport_size({"width": 1200, "height": 680})
    page.goto(f"{system.web}/ops/")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / "ops.png")


# Where a photograph would be: a shore by the light of three days.
SHORE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1600 900" width="1600" height="900">
<linearGradient id="sky" x2="0" y2="1"><stop stop-color="{high}"/><stop offset="1" stop-color="{low}"/></linearGradient>
<rect width="1600" height="900" fill="url(#sky)"/><circle cx="{sun}" cy="300" r="80" fill="#fbf1d0"/>
<path d="M0 610 Q420 540 860 620 T1600 590 V900 H0Z" fill="{far}"/>
<path d="M0 760 Q500 640 900 760 T1600 720 V900 H0Z" fill="{near}"/></svg>"""
LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 60" width="360" height="60"><g fill="{ink}">
<path d="M4 52 L22 8 L40 52Z M50 44 h26 v8 h-26z"/>
<text x="90" y="44" font-family="Georgia,serif" font-size="34">The Coast Road</text></g></svg>"""
LIGHTS = (
    {"high": "#7ba3b8", "low": "#e6d3ad", "sun": 1180, "far": "#56767f", "near": "#324a50"},
    {"high": "#c98f77", "low": "#f3dcb4", "sun": 420, "far": "#7b6166", "near": "#44373f"},
    {"high": "#9fb8a4", "low": "#e9e6cf", "sun": 820, "far": "#64806b", "near": "#3a4d40"},
)
# a name for the file, the letter, how wide, how much of it, in the dark
LETTERS = (
    ("look-digest", "rich", 640, 2100, False),
    ("look-story", "letter", 640, 2100, False),
    ("look-briefing", "briefing", 640, 2100, False),
    ("look-arabic", "arabic-letter", 640, 2100, False),
    ("look-phone", "letter", 375, 2100, False),
    ("look-dark", "letter", 375, 2100, True),
)


def take_letters(browser: Browser) -> None:
    """The kept letters of each look, and one that was copied off a page."""
    from newsletter.letters.render_letter import render
    from newsletter.publications.models import Layout
    from tests.golden.copied import copied
    from tests.golden.looks import EVERY

    for file, name, width, height, dark in LETTERS:
        photograph(browser, file, render(EVERY[name]()).html, width, height, dark=dark)
    photograph(browser, "look-copied", render(copied(Layout.STORY)).html, 640, 2100)


def paint(route: Route) -> None:
    """Scenery in place of a letter's picture, or a logo."""
    if "png" in route.request.url:  # a logo
        ink = "#f09aa8" if "night" in route.request.url else "#8a2b3c"
        route.fulfill(body=LOGO.format(ink=ink), content_type="image/svg+xml")
    else:
        light = LIGHTS[len(route.request.url) % len(LIGHTS)]
        route.fulfill(body=SHORE.format(**light), content_type="image/svg+xml")


def photograph(browser: Browser, file: str, html: str, width: int, height: int, *, dark: bool = False) -> None:
    """At most `height` pixels of a letter, with scenery in place of its pictures."""
    with browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    ) as context:
        context.route("**/*", paint)
        page = context.new_page()
        page.set_content(html.replace(MergeTag.FIRST_NAME_HTML, "Rita"))
        page.wait_for_load_state("networkidle")
        whole = page.evaluate("document.documentElement.scrollHeight")
        clip = {"x": 0.0, "y": 0.0, "width": float(width), "height": float(min(whole, height))}
        page.screenshot(path=FOLDER / f"{file}.png", clip=clip, full_page=True)  # type: ignore[arg-type] # a plain dict


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = chromium.ready().program
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        system = System(Path(folder))
        browser = playwright.chromium.launch(executable_path=program, args=chromium.FLAGS)
        try:
            os.environ["NEWSLETTER_DATA"] = folder
            django.setup()
            take_letters(browser)
            system.start()
            take(system, browser)
        finally:
            browser.close()
            system.close()


if __name__ == "__main__":
    main()
