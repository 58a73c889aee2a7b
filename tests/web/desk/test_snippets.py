"""The pages of snippets."""

from datetime import timedelta

import pytest
from django.test import Client

from newsletter.editions import edit_snippet
from newsletter.editions.snippet_models import Snippet
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.web.asking import follow, words
from tests.web.browsing import form_of


@pytest.fixture
def events(publication: Publication) -> Snippet:
    return edit_snippet.create_snippet(
        publication, by=make.eddie(), name="events", title="This week", body="<p>Fish</p>"
    )


def test_an_editor_adds_changes_and_retires_a_snippet(eddie: Client, publication: Publication) -> None:
    form = form_of(eddie, "/desk/morning/snippets/new/", having="place")
    form.send(eddie, name="events", title="This week", body="Fish market\n\nChoir", place="after", story_number="2")
    made = Snippet.objects.get()
    assert (made.body, made.place, made.story_number) == ("<p>Fish market</p><p>Choir</p>", "after", 2)
    page = words(eddie.get("/desk/morning/snippets/"))
    assert "Running events This week No end · after story 2" in page
    form_of(eddie, f"/snippets/{made.pk}/", having="place").send(eddie, title="Next week")
    made.refresh_from_db()
    assert (made.title, made.body) == ("Next week", "<p>Fish market</p><p>Choir</p>")
    eddie.post(f"/snippets/{made.pk}/retire/")
    assert "Retired events" in words(eddie.get("/desk/morning/snippets/"))
    eddie.post(f"/snippets/{made.pk}/activate/")
    assert "Running events" in words(eddie.get("/desk/morning/snippets/"))


def test_the_preview_shows_the_next_email_with_the_snippet_as_typed(eddie: Client, events: Snippet) -> None:
    form = form_of(eddie, f"/snippets/{events.pk}/", having="place")
    form.action = "/desk/morning/snippets/preview/"
    page = form.send(eddie, title="Typed <b>").content.decode()  # type: ignore[attr-defined]
    assert "Typed &lt;b&gt;" in page
    assert "This week" not in page
    assert 'id="snippet"' in page
    events.refresh_from_db()
    assert events.title == "This week"


def test_what_is_wrong_is_shown_at_its_field_and_the_rest_is_kept(eddie: Client, publication: Publication) -> None:
    form = form_of(eddie, "/desk/morning/snippets/new/", having="place")
    answer = form.send(eddie, name="note", title="", body="", url="")
    assert answer.status_code == 422
    assert "both empty" in words(answer)
    assert 'value="note"' in answer.content.decode()  # type: ignore[attr-defined]


def test_two_people_who_change_different_fields_both_keep_theirs(eddie: Client, events: Snippet) -> None:
    form = form_of(eddie, f"/snippets/{events.pk}/", having="place")
    edit_snippet.update_snippet(events, by=make.eddie(), title="Theirs")
    form.send(eddie, ends_on=f"{(clock.now() + timedelta(days=3)).date()}")
    events.refresh_from_db()
    assert events.title == "Theirs"
    assert events.ends_on is not None
    form.send(eddie, title="Mine")
    events.refresh_from_db()
    assert events.title == "Theirs"  # shown as a conflict


def test_a_curator_sees_snippets_and_no_buttons(cora: Client, events: Snippet) -> None:
    page = cora.get("/desk/morning/snippets/").content.decode()
    assert "events" in page
    assert "/retire/" not in page
    assert "/snippets/new/" not in page


def test_a_snippet_is_left_out_of_one_edition_and_an_approval_ends_only_when_that_was_said(
    eddie: Client, events: Snippet, publication: Publication
) -> None:
    approved = make.approved_edition(publication, due_at=clock.now() + timedelta(hours=5))
    other = make.edition(publication, due_at=clock.now() + timedelta(days=2), local_date=None)
    make.story(publication)
    page, act = f"/editions/{approved.pk}/", f"/editions/{approved.pk}/snippets/{events.pk}/"
    assert "If you change this, it is rebuilt, the approval ends" in words(eddie.get(page))
    eddie.post(act)
    approved.refresh_from_db()
    assert approved.state == "approved", "nothing said that the approval ends"
    assert "must be approved again" in follow(form_of(eddie, page, having="announced").send(eddie), eddie)
    assert "This week" not in approved.letters.get().html
    assert "Left out of this edition" in words(eddie.get(page))
    assert "This week" in eddie.get(f"/editions/{other.pk}/letter/").content.decode()
    form_of(eddie, page, having="back").send(eddie)
    assert "This week" in approved.letters.get().html
