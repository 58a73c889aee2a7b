"""A picture of every page in light, dark and on a phone, in build/screenshots. To be looked at: `make screenshots`.

The pages are those that tests/browser/test_everybody.py opens, and it fails when a page is missing there.
"""

import re

from tests.browser.opened import Opened
from tests.browser.test_everybody import each_page, everything
from tests.support.surroundings import ROOT

__all__ = ["everything"]

FOLDER = ROOT / "build" / "screenshots"
LOOKS = (("light", "light", 1280), ("dark", "dark", 1280), ("phone", "light", 375))
MAX_HEIGHT = 6000  # pixels of a picture


def test_every_page_is_photographed(opened: Opened, everything: dict[str, object]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    made = 0
    for path, page in each_page(opened, everything):  # type: ignore[arg-type] # roles by path
        page.evaluate("document.querySelectorAll('details').forEach(element => element.open = false)")
        for look, scheme, width in LOOKS:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # one of the two
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_load_state("networkidle")
            height = min(page.evaluate("document.documentElement.scrollHeight"), MAX_HEIGHT)
            name = re.sub(r"[^a-z0-9]+", "-", re.sub(r"^/([cdpu])/.*", r"\1-token", path.lower())).strip("-") or "desk"
            page.screenshot(
                path=FOLDER / f"{name}-{look}.png",
                clip={"x": 0, "y": 0, "width": width, "height": height},
                full_page=True,
            )
            made += 1
        page.set_viewport_size({"width": 1280, "height": 720})
    assert made == 3 * (len(everything) + 1)
