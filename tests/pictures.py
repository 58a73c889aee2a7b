"""Make the pictures in docs/pictures anew: a house of its own with the sample publication, seen in Chromium.

make pictures
"""

import re
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.support import chromium
from tests.support.house import House
from tests.support.surroundings import ROOT
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


def take(house: House, browser: Browser) -> None:
    """The letter as a reader sees it, the desk as a curator does, the ops page, all from a running house."""
    [(email, password)] = wait_until(lambda: re.findall(r"sign in as (\S+) with the password (\S+)", house.story()))
    wait_until(lambda: "Read it here" in house.story(), timeout=180, what="the first edition to be dispatched")
    [one] = house.letters(limit=1)[:1]
    full = house.letters(address=one["address"], full=1)[0]

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
        house.tell("stories", "add", *words)
    page = browser.new_page(viewport={"width": 1200, "height": 680})
    page.goto(house.web)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name=re.compile("sign in", re.IGNORECASE)).click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / "desk.png")
    page.goto(f"{house.web}/ops/")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / "ops.png")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = chromium.ready().program
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        house = House(Path(folder))
        browser = playwright.chromium.launch(executable_path=program, args=chromium.FLAGS)
        try:
            house.start()
            take(house, browser)
        finally:
            browser.close()
            house.close()


if __name__ == "__main__":
    main()
