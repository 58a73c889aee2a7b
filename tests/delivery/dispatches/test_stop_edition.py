"""Stopping an edition at any moment: what the page announced is what happens."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from newsletter.accounts.models import Role
from newsletter.accounts.permissions import NotPermitted
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.delivery.dispatches import control_dispatch, open_dispatch, stop_edition
from newsletter.delivery.dispatches.stop_edition import StopChanged, StopEffect
from newsletter.delivery.models import Dispatch
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.delivery.states import DispatchState
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import edition_decisions
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
BEFORE = MONDAY - timedelta(minutes=30)


@pytest.fixture
def publication() -> Publication:
    publication = make.publication()
    make.readers(publication, 3)
    return publication


def ahead(publication: Publication) -> Edition:
    """Due in 45 minutes; its emails may be submitted from an hour ahead."""
    Publication.objects.update(schedule_ahead_minutes=60, lead_minutes=90)
    publication.refresh_from_db()
    return make.approved_edition(publication, due_at=MONDAY + timedelta(minutes=45))


def test_before_sending_it_is_held(publication: Publication) -> None:
    edition = make.approved_edition(publication)
    assert stop_edition.effect_of_stopping(edition, now=BEFORE) == StopEffect.HOLD
    assert stop_edition.stoppable_until(edition, now=BEFORE) == edition.due_at
    assert stop_edition.stop(edition, reason="A wrong name.", by=make.eddie(), now=BEFORE) == StopEffect.HOLD
    edition.refresh_from_db()
    assert (edition.state, edition.reason) == (EditionState.HELD, "A wrong name.")
    assert open_dispatch.due(now=MONDAY) == []


def test_while_it_is_being_sent_it_is_paused(publication: Publication) -> None:
    edition = make.approved_edition(publication)
    open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    assert stop_edition.stop(edition, reason="A wrong name.", by=make.otto(), now=MONDAY) == StopEffect.PAUSE
    assert Dispatch.objects.get().state == DispatchState.PAUSED
    edition.refresh_from_db()
    assert stop_edition.stoppable_until(edition, now=MONDAY) is None
    with pytest.raises(InvalidState, match="nothing left to stop"):
        stop_edition.stop(edition, reason="Again.", by=make.otto(), now=MONDAY)
    assert list(Record.objects.filter(who="otto@example.org").values_list("act", flat=True)) == [Act.DISPATCH_PAUSED]


def test_what_the_provider_has_is_recalled_for_good_and_only_when_that_was_announced(publication: Publication) -> None:
    edition = ahead(publication)
    until = scheduled_sends.last_cancel_at(edition.due_at)
    assert stop_edition.stoppable_until(edition, now=MONDAY) == until, "the same before and after it is submitted"
    open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    edition.refresh_from_db()
    assert stop_edition.effect_of_stopping(edition, now=MONDAY) == StopEffect.RECALL
    assert stop_edition.stoppable_until(edition, now=MONDAY) == until
    for announced in (None, StopEffect.HOLD, StopEffect.PAUSE):
        with pytest.raises(StopChanged):
            stop_edition.stop(edition, reason="Wrong.", by=make.eddie(), now=MONDAY, announced=announced)
    assert Dispatch.objects.get().state == DispatchState.OPEN
    done = stop_edition.stop(edition, reason="Wrong.", by=make.eddie(), now=MONDAY, announced=StopEffect.RECALL)
    assert (done, Dispatch.objects.get().state) == (StopEffect.RECALL, DispatchState.STOPPED)


def test_an_edition_that_began_to_leave_meanwhile_is_paused_in_place_of_held(publication: Publication) -> None:
    seen = make.approved_edition(publication)
    open_dispatch.open_dispatch(seen.pk, now=MONDAY)
    done = stop_edition.stop(seen, reason="Wrong.", by=make.eddie(), now=MONDAY, announced=StopEffect.HOLD)
    assert done == StopEffect.PAUSE


def test_what_is_over_or_held_has_nothing_to_stop(publication: Publication) -> None:
    edition = make.approved_edition(publication)
    dispatch = open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    assert dispatch
    control_dispatch.stop(dispatch, reason="Wrong.", now=MONDAY)
    edition.refresh_from_db()
    held = make.edition(publication, local_date=None, state=EditionState.HELD, reason="Wrong.")
    for one in (edition, held):
        assert stop_edition.effect_of_stopping(one, now=MONDAY) == StopEffect.NOTHING
        with pytest.raises(InvalidState, match="nothing left to stop"):
            stop_edition.stop(one, reason="Again.", by=make.eddie(), now=MONDAY)


def test_who_may_stop_what_and_that_a_reason_is_needed(publication: Publication) -> None:
    edition = make.approved_edition(publication)
    for by in (make.cora(), make.otto()):  # ops stop what is being sent, editors hold what is not
        with pytest.raises(NotPermitted):
            stop_edition.stop(edition, reason="Wrong.", by=by, now=BEFORE)
    with pytest.raises(BadInput):
        stop_edition.stop(edition, reason="  ", by=make.person(Role.ADMIN, "Ada"), now=BEFORE)
    edition.refresh_from_db()
    assert edition.state == EditionState.APPROVED


@pytest.mark.django_db(transaction=True)
def test_a_person_who_stops_an_edition_while_its_dispatch_finishes_does_not_block_it(publication: Publication) -> None:
    edition = make.approved_edition(publication)
    dispatch = open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    assert dispatch
    person, problems = make.eddie(), list[BaseException]()

    def stop() -> None:
        try:
            stop_edition.stop(edition, reason="Wrong.", by=person, now=MONDAY)
        except InvalidState:
            pass  # it is over
        except BaseException as error:  # noqa: BLE001 -- the test fails with it
            problems.append(error)
        finally:
            connection.close()

    stopping = threading.Thread(target=stop)
    with transaction.atomic():  # as `finish_if_done`: first the dispatch, then its edition
        Dispatch.objects.select_for_update().get(pk=dispatch.pk)
        stopping.start()
        stopping.join(0.5)
        edition_decisions.mark_dispatched(edition, now=MONDAY)
    stopping.join(20)
    assert problems == []
    edition.refresh_from_db()
    assert edition.state == EditionState.DISPATCHED
