"""The page that stops an edition, and the timeline on the page of an edition."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.models import Dispatch
from newsletter.editions.models import Edition, EditionState
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.web.asking import follow, words
from tests.web.browsing import form_of


@pytest.fixture
def edition(publication: Publication) -> Edition:
    make.readers(publication, 2)
    return make.approved_edition(publication, due_at=clock.now() + timedelta(hours=3))


def test_an_approved_edition_is_stopped_from_its_page(eddie: Client, cora: Client, edition: Edition) -> None:
    page, stop = f"/editions/{edition.pk}/", f"/editions/{edition.pk}/stop/"
    assert "Stop this edition …" in words(eddie.get(page))
    assert "Stop this edition …" not in words(cora.get(page))
    assert "If nobody acts: It is sent today" in words(eddie.get(page)) or "tomorrow" in words(eddie.get(page))
    assert "It can be stopped for all readers until" in words(eddie.get(stop))
    assert "Held." in follow(form_of(eddie, stop, having="reason").send(eddie, reason="A wrong name."), eddie)
    edition.refresh_from_db()
    assert (edition.state, edition.reason) == (EditionState.HELD, "A wrong name.")
    assert "Nothing to stop" in words(eddie.get(stop))
    assert "Stop this edition …" not in words(eddie.get(page))


def test_a_stop_that_would_end_it_for_good_is_asked_again(eddie: Client, publication: Publication) -> None:
    Publication.objects.update(schedule_ahead_minutes=60, lead_minutes=90)
    publication.refresh_from_db()
    make.readers(publication, 2)
    edition = make.approved_edition(publication, due_at=clock.now() + timedelta(minutes=45))
    stop = f"/editions/{edition.pk}/stop/"
    form = form_of(eddie, stop, having="reason")
    open_dispatch.open_dispatch(edition.pk, now=clock.now())
    answer: Any = form.send(eddie, reason="A wrong name.")
    assert answer.status_code == 422
    assert "Stopping recalls them and ends the edition." in words(answer)
    assert "A wrong name." in answer.content.decode()
    done = follow(form_of(eddie, stop, having="reason").send(eddie, reason="A wrong name."), eddie)
    assert "Stopped for good." in done
    assert Dispatch.objects.get().state == "stopped"


def test_a_stop_without_a_reason_does_nothing(eddie: Client, edition: Edition) -> None:
    stop = f"/editions/{edition.pk}/stop/"
    assert form_of(eddie, stop, having="reason").send(eddie, reason=" ").status_code == 422
    edition.refresh_from_db()
    assert edition.state == EditionState.APPROVED
