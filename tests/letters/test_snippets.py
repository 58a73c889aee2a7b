"""Snippets in emails: where they stand, on which days, in every layout and in plain text, and what approves them."""

from datetime import date, timedelta

import pytest

from newsletter.accounts.permissions import NotPermitted
from newsletter.audit.models import Record
from newsletter.editions import edit_snippet
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.snippet_models import Snippet, SnippetPlace
from newsletter.letters import assemble_edition, preflight, sample_letters
from newsletter.letters.content.letter_content import build_content
from newsletter.letters.content.snippet_view import views_of_snippets
from newsletter.letters.render_letter import render
from newsletter.lib import clock
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Layout, Publication
from tests.golden.looks import coast
from tests.support import factories as make

NOW = make.MONDAY
TODAY = date(2026, 11, 23)
TITLE = "This week in town"


@pytest.fixture
def publication(db: None) -> Publication:
    return make.publication(slug="morning")


def snippet(publication: Publication, **given: object) -> Snippet:
    fields = {"name": "events", "title": TITLE, "body": "<ul><li>Fish market</li><li>Choir</li></ul>"} | given
    return edit_snippet.create_snippet(publication, by=make.eddie(), **fields)  # type: ignore[arg-type]


def built(publication: Publication, stories: int = 3) -> Edition:
    for number in range(1, stories + 1):
        make.story(publication, headline=f"Story no. {number}")
    edition = make.edition(publication, due_at=NOW, local_date=None)
    return assemble_edition.assemble(edition.pk, now=NOW - timedelta(hours=1))


def html_of(edition: Edition) -> str:
    return str(edition.letters.get(variant="default").html).partition("</div>")[2]  # without the preview text


@pytest.mark.parametrize(
    ("place", "number", "before", "after"),
    [
        (SnippetPlace.START, 1, None, "story-1"),
        (SnippetPlace.AFTER, 1, "story-1", "story-2"),
        (SnippetPlace.AFTER, 2, "story-2", "story-3"),
        (SnippetPlace.AFTER, 9, "story-3", None),
        (SnippetPlace.END, 1, "story-3", None),
    ],
)
def test_a_snippet_stands_where_it_is_placed(
    publication: Publication, place: str, number: int, before: str | None, after: str | None
) -> None:
    snippet(publication, place=place, story_number=number)
    edition = built(publication)
    html = html_of(edition)
    at = html.index(TITLE)
    assert before is None or html.index(f'id="{before}"') < at
    assert after is None or at < html.index(f'id="{after}"')
    text = edition.letters.get(variant="default").text
    assert text.count(TITLE) == 1
    assert "- Fish market" in text


def test_a_snippet_is_printed_on_its_days_only(publication: Publication) -> None:
    snippet(publication, name="now", title="Now", starts_on=TODAY, ends_on=TODAY)
    snippet(publication, name="over", title="Over", ends_on=TODAY - timedelta(days=1))
    snippet(publication, name="later", title="Later", starts_on=TODAY + timedelta(days=1))
    snippet(publication, name="retired", title="Retired", is_active=False)
    html = html_of(built(publication))
    assert [title for title in ("Now", "Over", "Later", "Retired") if f">{title}</h2>" in html] == ["Now"]


@pytest.mark.parametrize("change", [{"title": "Next week"}, {"is_active": False}, {"place": "start"}])
def test_a_change_makes_a_built_email_out_of_date(publication: Publication, change: dict[str, object]) -> None:
    made = snippet(publication)
    edition = built(publication)
    assert assemble_edition.refresh_stale(now=NOW - timedelta(minutes=50)) == []
    edit_snippet.update_snippet(made, by=make.eddie(), **change)  # type: ignore[arg-type]
    assert assemble_edition.refresh_stale(now=NOW - timedelta(minutes=50)) == [edition.pk]
    edition.refresh_from_db()
    assert edition.state == EditionState.PLANNED


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("place", SnippetPlace)
def test_every_layout_prints_it_without_a_finding(layout: Layout, place: str) -> None:
    publication = coast(layout=layout)
    stories = sample_letters.sample_stories(publication, shown=True)
    now = clock.now()
    shown = Snippet(
        title=TITLE, body="<p>See <a href='https://example.org/fish'>the market</a>.</p>", place=place,
        url="https://example.org/events",
    )  # fmt: skip
    contents = build_content(
        Edition(publication=publication, due_at=now, assemble_at=now),
        stories=stories, appeal=None, spot=None, base_url="https://letters.example.org", snippets=[shown],
    )  # fmt: skip
    letter = render(contents)
    assert 'href="https://example.org/events"' in letter.html
    assert "the market [1]" in letter.text
    assert [finding for finding in preflight.check(letter, contents) if finding.severity == "stop"] == []


def test_a_picture_is_as_wide_as_the_column_and_has_its_description(publication: Publication) -> None:
    snippet(publication, picture=make.picture(width=1200, height=600), picture_alt="The choir")
    html = html_of(built(publication))
    assert 'alt="The choir" width="536" height="268"' in html


def test_an_own_template_that_leaves_a_snippet_out_is_warned_of() -> None:
    contents = sample_letters.minimal_sample(coast())
    letter = render(contents)
    views = views_of_snippets([Snippet(title=TITLE)], stories=1, pictures="https://pictures.example.org")
    with_snippet = type(contents)(**{f: getattr(contents, f) for f in contents.__slots__} | {"snippets": views})
    codes = [finding.code for finding in preflight.check(letter, with_snippet)]
    assert "snippet.missing" in codes
    assert "snippet.missing" not in [finding.code for finding in preflight.check(render(with_snippet), with_snippet)]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"title": "", "body": ""}, "both empty"),
        ({"title": "", "url": "https://example.org/"}, "has a link"),
        ({"url": "javascript:x()"}, "link"),
        ({"body": "<p>" + "x" * 5001 + "</p>"}, "characters"),
        ({"starts_on": TODAY, "ends_on": TODAY - timedelta(days=1)}, "before the first day"),
        ({"story_number": 51}, "51"),
        ({"place": "middle"}, "middle"),
        ({"name": ""}, "empty"),
    ],
)
def test_what_cannot_be_printed_is_refused(publication: Publication, given: dict[str, object], problem: str) -> None:
    with pytest.raises(BadInput, match=problem):
        snippet(publication, **given)
    assert not Snippet.objects.exists()


def test_text_is_cleaned_and_fills_in_nothing(publication: Publication) -> None:
    made = snippet(publication, title="A __nl_reader__ <b>", body='<p onclick="x()">Hi<script>x()</script></p>')
    assert (made.title, made.body) == ("A _nl_reader__ <b>", "<p>Hi</p>")
    assert "&lt;b&gt;" in html_of(built(publication))


def test_who_may_approve_changes_snippets_and_each_change_is_recorded(publication: Publication) -> None:
    with pytest.raises(NotPermitted):
        edit_snippet.create_snippet(publication, by=make.cora(), name="x", title="X")
    made = snippet(publication)
    edit_snippet.update_snippet(made, by=make.eddie(), is_active=False)
    edit_snippet.update_snippet(made, by=make.eddie(), is_active=False)
    records = Record.objects.filter(subject="snippet").order_by("pk").values_list("act", "details")
    assert list(records) == [
        ("snippet-added", {"publication": "morning"}),
        ("snippet-changed", {"is_active": "yes → no"}),
    ]


def test_a_name_is_used_once_and_their_number_is_limited(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edit_snippet, "MAX_ACTIVE", 1)
    made = snippet(publication)
    with pytest.raises(BadInput):
        snippet(publication, is_active=False)  # the same name
    with pytest.raises(BadInput, match="Retire one"):
        snippet(publication, name="other")
    edit_snippet.update_snippet(made, by=make.eddie(), is_active=False)
    snippet(publication, name="other")
    with pytest.raises(BadInput, match="Retire one"):
        edit_snippet.update_snippet(made, by=make.eddie(), is_active=True)
