"""Published templates of others, inlined by us: does each element still look as it did?

They are no part of this project; the test runs where they lie beside the checkout. What is counted are
elements of which any computed property differs between source and output.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize

from newsletter.rendering.markup.css_inlining import inline_css
from tests.browser.test_letters import DESKTOP, PHONE, Scheme, differing

SAMPLES = sorted((Path(__file__).parents[2].parent / "shared" / "reference" / "email-samples").glob("*.html"))

pytestmark = pytest.mark.skipif(not SAMPLES, reason="the published templates do not lie beside the checkout")


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(DESKTOP, "light"), (PHONE, "light"), (DESKTOP, "dark")], ids=["desktop", "phone", "dark"]
)
def test_templates_of_others_look_inlined_as_they_did(browser: Browser, viewport: ViewportSize, scheme: Scheme) -> None:
    """With the inliner's own defaults 495 elements differ on a phone and 253 at night."""
    elements = 0
    others: dict[str, int] = {}
    for sample in SAMPLES:
        source = sample.read_text(encoding="utf-8")
        count, found = differing(browser, (source, inline_css(source)), viewport, scheme)
        elements += count
        others[sample.stem] = len(found)
    assert elements > 100 * len(SAMPLES)
    assert {name: count for name, count in others.items() if count} == {}
