"""The real letter in its frame: whose links it holds, by day and by night, and what it may load."""

from datetime import timedelta

import pytest
from django.test import Client

from newsletter.delivery.recipients import reader_links
from newsletter.delivery.recipients.sample_reader import ANONYMOUS_ID, anonymous_letter
from newsletter.editions.models import Edition
from newsletter.letters import assemble_edition
from newsletter.lib import clock
from newsletter.mail.message import Letter, MergeTag
from newsletter.publications.models import Publication
from newsletter.web.shared.anonymous_letter_views import with_color_scheme
from tests.support import factories as make


@pytest.fixture
def edition(publication: Publication) -> Edition:
    make.story(publication)
    return make.edition(publication, due_at=clock.now() + timedelta(days=1))


def test_the_frame_shows_the_letter_that_leaves(cora: Client, edition: Edition) -> None:
    assemble_edition.assemble(edition.pk, now=clock.now())
    frozen = edition.letters.get()
    shown = cora.get(f"/editions/{edition.pk}/letter/").content.decode()
    for mark, value in (
        (MergeTag.FIRST_NAME_HTML, "reader"),
        (MergeTag.READER, reader_links.token_signer(edition.pk)(ANONYMOUS_ID)),
    ):
        frozen.html = frozen.html.replace(mark, value)
    added = '<base target="_blank">'
    assert shown.count(added) == 1
    assert shown.replace(added, "").replace("(min-width: 0)", "").replace("(max-width: 0)", "") == (
        frozen.html.replace("(prefers-color-scheme: dark)", "").replace("(prefers-color-scheme: light)", "")
    )


def test_a_preview_and_the_frozen_letter_come_by_the_same_road(cora: Client, edition: Edition) -> None:
    before = cora.get(f"/editions/{edition.pk}/letter/").content
    assemble_edition.assemble(edition.pk, now=clock.now())
    assert cora.get(f"/editions/{edition.pk}/letter/").content == before


def test_its_links_belong_to_nobody(cora: Client, edition: Edition) -> None:
    shown = cora.get(f"/editions/{edition.pk}/letter/").content.decode()
    assert "__nl_" not in shown
    assert (
        reader_links.parse_reader_token(reader_links.token_signer(edition.pk)(ANONYMOUS_ID)).subscriber_id
        == ANONYMOUS_ID
    )


def test_a_fallback_name_is_escaped_in_html_and_plain_in_text(edition: Edition) -> None:
    edition.publication.fallback_name = "<b>&"
    letter = anonymous_letter(Letter(MergeTag.FIRST_NAME, MergeTag.FIRST_NAME, MergeTag.FIRST_NAME_HTML), edition)
    assert letter == Letter("<b>&", "<b>&", "&lt;b&gt;&amp;")


@pytest.mark.parametrize(("dark", "rule"), [(True, "(min-width: 0)"), (False, "(max-width: 0)")])
def test_night_is_shown_whatever_the_computer_prefers(dark: bool, rule: str) -> None:
    css = "@media (prefers-color-scheme:dark){a{}} @media screen and ( prefers-color-scheme : light ) {b{}}"
    other = "(max-width: 0)" if dark else "(min-width: 0)"
    assert with_color_scheme(css, dark=dark) == f"@media {rule}{{a{{}}}} @media screen and {other} {{b{{}}}}"


def test_the_frame_may_run_nothing_and_send_nothing(cora: Client, edition: Edition) -> None:
    policy = cora.get(f"/editions/{edition.pk}/letter/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "form-action 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "frame-ancestors 'self'" in policy
