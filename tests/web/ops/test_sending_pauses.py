"""The pages that pause and resume sending, and the note on every page."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.delivery.dispatches import control_dispatch, open_dispatch
from newsletter.delivery.models import Dispatch
from newsletter.delivery.pause_models import SendingPause
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.web.asking import words

FORM = {"publication": "", "reason": "wrong headline", "hours": "1"}


@pytest.fixture
def dispatch(publication: Publication) -> Dispatch:
    make.readers(publication, 10)
    edition = make.approved_edition(publication, due_at=clock.now() - timedelta(minutes=1))
    dispatch = open_dispatch.open_dispatch(edition.pk, now=clock.now())
    assert dispatch
    return dispatch


def test_a_pause_is_shown_to_everybody_with_its_reason_its_name_and_its_end(
    otto: Client, cora: Client, eddie: Client, dispatch: Dispatch
) -> None:
    assert "edition 1" in words(otto.get("/ops/pause/")).lower()
    said = words(otto.post("/ops/pause/", FORM, follow=True))
    assert "All sending is paused. Requests in progress finish" in said
    page = words(cora.get("/"))
    assert re.search(r"All sending is paused for (1 h|59 min) more\. Otto, (now|\d+ s ago): wrong headline\.", page)
    assert "Resume …" not in page, "a curator cannot"
    dispatch.refresh_from_db()
    assert dispatch.state == "paused"
    for paused in (otto.get("/ops/"), eddie.get(f"/editions/{dispatch.edition_id}/")):
        assert "Resume sending" not in words(paused), "the dispatch goes on with the end of the pause only"


def test_resuming_says_first_what_goes_on(otto: Client, dispatch: Dispatch) -> None:
    otto.post("/ops/pause/", FORM | {"hours": "0"})
    late = make.approved_edition(make.publication(slug="late"), due_at=clock.now() - timedelta(minutes=1))
    pause = SendingPause.objects.get()
    assert pause.until is None
    question = words(otto.get(f"/ops/pauses/{pause.pk}/resume/"))
    assert f"edition {dispatch.edition_id}" in question
    assert f"edition {late.pk}: leaves at once" in question
    assert "Resumed: all sending." in words(otto.post(f"/ops/pauses/{pause.pk}/resume/", follow=True))
    dispatch.refresh_from_db()
    assert dispatch.state == "open"
    again = words(otto.get(f"/ops/pauses/{pause.pk}/resume/"))
    assert "This pause is over" in again
    assert Record.objects.filter(act=Act.SENDING_RESUMED).count() == 1


def test_resuming_says_what_another_pause_and_the_lateness_limit_keep_from_going_on(
    otto: Client, dispatch: Dispatch
) -> None:
    otto.post("/ops/pause/", FORM | {"hours": "0"})
    Dispatch.objects.update(too_late_after=clock.now() - timedelta(seconds=1))
    pause = SendingPause.objects.get()
    number = dispatch.edition_id
    said = f"edition {number}: over its lateness limit, so it stays paused until somebody resumes it"
    assert said in words(otto.get(f"/ops/pauses/{pause.pk}/resume/"))
    otto.post("/ops/pause/", FORM | {"publication": str(dispatch.edition.publication_id)})
    said = f"edition {number}: stays paused, because another pause covers it"
    assert said in words(otto.get(f"/ops/pauses/{pause.pk}/resume/"))
    otto.post(f"/ops/pauses/{pause.pk}/resume/")
    dispatch.refresh_from_db()
    assert dispatch.state == "paused"
    otto.post(f"/ops/pauses/{SendingPause.objects.get(ended_at=None).pk}/resume/")
    control_dispatch.pause_late(now=clock.now())
    dispatch.refresh_from_db()
    assert (dispatch.state, dispatch.reason) == ("paused", control_dispatch.TOO_LATE)


def test_an_edition_whose_sending_stands_still_says_when_it_continues(
    otto: Client, eddie: Client, dispatch: Dispatch
) -> None:
    otto.post("/ops/pause/", FORM)
    page = words(eddie.get(f"/editions/{dispatch.edition_id}/"))
    assert "No more emails are sent until the pause ends, t" in page
    assert "Sending continues when the pause ends, t" in page
    otto.post(f"/ops/pauses/{SendingPause.objects.get().pk}/resume/")
    otto.post("/ops/pause/", FORM | {"hours": "0"})
    assert "No more emails are sent until someone resumes sending." in words(
        eddie.get(f"/editions/{dispatch.edition_id}/")
    )


def test_one_publication_is_paused_by_an_editor(eddie: Client, publication: Publication) -> None:
    eddie.post("/ops/pause/", FORM | {"publication": str(publication.pk)})
    assert SendingPause.objects.get().publication == publication
    assert f"Sending of {publication.name} is paused" in words(eddie.get("/editions/", follow=True))


def test_a_second_pause_and_an_empty_reason_are_refused_beside_the_form(otto: Client, db: None) -> None:
    assert "This field is required" in words(otto.post("/ops/pause/", FORM | {"reason": " "}))
    otto.post("/ops/pause/", FORM)
    assert "All sending is already paused. Resume it first." in words(otto.post("/ops/pause/", FORM))


def test_a_visitor_sees_no_pause(client: Client, otto: Client) -> None:
    otto.post("/ops/pause/", FORM)
    assert "paused" not in words(client.get("/sign-in/"))


def test_an_editor_pauses_the_publication_whose_editions_they_look_at(
    eddie: Client, cora: Client, publication: Publication
) -> None:
    make.publication(slug="weekend", name="The Weekend Letter")
    link = f"/ops/pause/?publication={publication.pk}"
    assert link in eddie.get("/desk/morning/editions/").content.decode()
    assert link not in cora.get("/desk/morning/editions/").content.decode()
    page = eddie.get(link).content.decode()
    assert f'<option value="{publication.pk}" selected>' in page
    assert '<a href="/editions/" aria-current="page">' in page
    said = eddie.post(link, FORM | {"publication": publication.pk}, follow=True)
    assert "Sending of The Morning Post is paused" in words(said)
    assert "Pause sending …" in words(said), "back at the editions"
