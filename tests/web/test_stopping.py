"""The stop button of an edition that is handed over ahead of its time."""

from datetime import timedelta

import pytest
from django.test import Client

from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.models import Dispatch
from newsletter.delivery.states import DispatchState
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.web.asking import words

pytestmark = pytest.mark.django_db


def opened(publication: Publication, *, due_in: int) -> Dispatch:
    """Due in so many minutes."""
    make.readers(publication, 10)
    edition = make.approved_edition(publication, due_at=clock.now() + timedelta(minutes=due_in))
    dispatch = open_dispatch.open_dispatch(edition.pk, now=clock.now())
    assert dispatch
    return dispatch


@pytest.fixture
def early(publication: Publication) -> Dispatch:
    """Scheduled at provider an hour ahead, and due in 45 minutes."""
    Publication.objects.update(schedule_ahead_minutes=60, lead_minutes=90)
    publication.refresh_from_db()
    return opened(publication, due_in=45)


def test_an_editor_sees_until_when_it_can_be_stopped_and_stops_it(eddie: Client, early: Dispatch) -> None:
    page = words(eddie.get(f"/editions/{early.edition_id}/"))
    assert "Scheduled at provider" in page
    assert "you can stop it until" in page
    assert "10 readers of 10 will not receive this edition" in words(eddie.get(f"/ops/dispatches/{early.pk}/stop/"))
    answer = eddie.post(f"/ops/dispatches/{early.pk}/stop/", {"reason": "The picture is wrong."}, follow=True)
    page = words(answer)
    assert "Stopped. No emails of this edition are sent." in page
    assert "Stopped: 10 readers not submitted; 0 cancelled." in page
    early.refresh_from_db()
    assert early.state == DispatchState.STOPPED


def test_a_curator_cannot_stop_it(cora: Client, early: Dispatch) -> None:
    assert cora.get(f"/ops/dispatches/{early.pk}/stop/").status_code == 403
    assert f"/ops/dispatches/{early.pk}/stop/" not in cora.get(f"/editions/{early.edition_id}/").content.decode()


def test_editors_and_ops_stop_what_leaves_at_once(
    cora: Client, eddie: Client, otto: Client, publication: Publication
) -> None:
    dispatch = opened(publication, due_in=-1)
    for client, status in ((cora, 403), (eddie, 200), (otto, 200)):
        assert client.get(f"/ops/dispatches/{dispatch.pk}/stop/").status_code == status


def test_ops_are_told_that_a_pause_does_not_hold_what_is_submitted(otto: Client, early: Dispatch) -> None:
    page = words(otto.post(f"/ops/dispatches/{early.pk}/pause/", follow=True))
    assert "still sent at their time unless you stop the dispatch" in page
