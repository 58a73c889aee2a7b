"""The public archive in a real browser."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from newsletter.editions.models import Edition, EditionState
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.browser.opened import Opened
from tests.support import factories as make

# pixels between the words of an element and the right edge of its row
GAP = """element => {
  const words = document.createRange();
  words.selectNodeContents(element);
  return element.closest("ul").getBoundingClientRect().right - words.getBoundingClientRect().right;
}"""

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_english_headline_stands_on_the_right_of_an_arabic_archive(opened: Opened, publication: Publication) -> None:
    arabic = make.arabic_publication(slug="arabic", archive_open=True)
    for headline in ("الميناء يفتح أبوابه من جديد", "The bridge opens"):
        make.story(arabic, headline=headline)
    edition = make.approved_edition(arabic, due_at=clock.now() - timedelta(days=1), stories=0)
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.DISPATCHED, dispatched_at=clock.now())
    page = opened("/a/arabic/")
    english = page.get_by_text("The bridge opens")
    expect(english).to_be_visible()
    assert english.evaluate(GAP) < 20
