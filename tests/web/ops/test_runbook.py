"""What the ops page shows of the runbook."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client, override_settings

from newsletter.editions.models import Edition, EditionState
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.web.ops.runbook import pages, runbook
from tests.support import factories as make
from tests.web.asking import words

TEXT = """# Runbook

Before any page.

## no-workers

Nobody works: see
*late-events*.

1. Ask `redis`.
2. Start it
   again.

Then:

    start this
    and that

## held-edition

Mend it.
"""


@pytest.fixture
def held(publication: Publication) -> Edition:
    edition = make.approved_edition(publication, due_at=clock.now() + timedelta(days=1))
    edition.state, edition.reason = EditionState.HELD, "Waiting for the lawyer"
    edition.save()
    return edition


def test_a_page_is_read_in_paragraphs_points_and_commands() -> None:
    assert pages(TEXT) == {
        "no-workers": (
            "<p>Nobody works: see\n<em>late-events</em>.</p>\n"
            "<ol>\n<li>Ask <code>redis</code>.</li>\n<li>Start it\nagain.</li>\n</ol>\n"
            "<p>Then:</p>\n<pre><code>start this\nand that\n</code></pre>\n"
        ),
        "held-edition": "<p>Mend it.</p>\n",
    }


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<script>x()</script>", "<p>&lt;script&gt;x()&lt;/script&gt;</p>"),
        ("Ask <b onclick=x()>now</b>", "<p>Ask &lt;b onclick=x()&gt;now&lt;/b&gt;</p>"),
        ("See [settings](settings.md).", "<p>See settings.</p>"),
        (
            "See *[one](https://a.org/) or [two](http://b.org/)*.",
            '<p>See <em><a href="https://a.org/">one</a> or two</em>.</p>',
        ),
        ("[x](javascript:x)", "<p>[x](javascript:x)</p>"),
    ],
)
def test_a_page_shows_no_html_and_links_to_the_web_only(written: str, shown: str) -> None:
    assert pages(f"## page\n\n{written}\n")["page"].strip() == shown


def test_every_page_of_the_runbook_is_shown_without_leftovers_of_markdown() -> None:
    for page in runbook().values():
        assert "](" not in page
        assert "**" not in page
        assert "&lt;script" not in page


def test_what_to_do_stands_beside_the_trouble(otto: Client, held: Edition) -> None:
    page = words(otto.get("/ops/"))
    assert "What to do: “held-edition” An edition waits for a person and says why" in page
    assert "Waiting for the lawyer. The edition is not sent until someone releases it." in page


def test_without_its_docs_the_ops_page_still_names_the_page(otto: Client, held: Edition, tmp_path: Path) -> None:
    runbook.cache_clear()
    try:
        with override_settings(BASE_DIR=tmp_path):
            page = words(otto.get("/ops/"))
    finally:
        runbook.cache_clear()
    assert "“held-edition”" in page
    assert "What to do" not in page


def test_a_held_edition_does_not_claim_its_old_approval(eddie: Client, held: Edition) -> None:
    assert "Approved" not in words(eddie.get(f"/editions/{held.pk}/"))
    Edition.objects.update(state=EditionState.APPROVED)
    assert "Approved" in words(eddie.get(f"/editions/{held.pk}/"))
