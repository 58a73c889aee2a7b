"""Pausing all sending or one publication: nothing is sent until it ends, and then everything goes on."""

from datetime import timedelta

import pytest

from newsletter.accounts.models import Role
from newsletter.accounts.permissions import NotPermitted
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.delivery.dispatches import confirm_installation, control_dispatch, open_dispatch, recovery
from newsletter.delivery.dispatches.active_pauses import active_pauses
from newsletter.delivery.dispatches.pause_sending import end_expired, enforce, pause_sending, resume_sending
from newsletter.delivery.models import Dispatch
from newsletter.delivery.pause_models import SendingPause
from newsletter.delivery.states import DispatchState
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def opened(publication: Publication) -> Dispatch:
    make.readers(publication, 3)
    dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch
    return dispatch


def pause(publication: Publication | None = None, *, hours: float | None = None, by: object = "Otto") -> SendingPause:
    until = None if hours is None else MONDAY + timedelta(hours=hours)
    return pause_sending(publication, reason="wrong headline", until=until, by=by, now=MONDAY)  # type: ignore[arg-type]


def state(dispatch: Dispatch) -> str:
    dispatch.refresh_from_db()
    return dispatch.state


def test_a_pause_of_everything_pauses_every_dispatch_and_its_end_resumes_them() -> None:
    dispatches = [opened(make.publication(slug="one")), opened(make.publication(slug="two"))]
    found = pause()
    assert [state(each) for each in dispatches] == ["paused", "paused"]
    assert dispatches[0].reason == "All sending is paused by Otto: wrong headline"
    assert recovery.batches_to_enqueue(now=MONDAY, limit=10) == []
    resume_sending(found, by="Olga", now=MONDAY + HOUR)
    assert [state(each) for each in dispatches] == ["open", "open"]
    assert len(recovery.batches_to_enqueue(now=MONDAY + HOUR, limit=10)) == 2
    assert list(active_pauses(now=MONDAY + HOUR)) == []


def test_a_pause_of_one_publication_leaves_the_others_alone() -> None:
    one, two = opened(make.publication(slug="one")), opened(make.publication(slug="two"))
    pause(one.edition.publication)
    assert (state(one), state(two)) == ("paused", "open")


def test_a_due_edition_is_not_opened_during_a_pause_and_is_opened_after_it() -> None:
    publication = make.publication()
    make.readers(publication, 3)
    edition = make.approved_edition(publication)
    found = pause(publication, hours=1)
    assert open_dispatch.due(now=MONDAY) == []
    assert open_dispatch.open_dispatch(edition.pk, now=MONDAY) is None
    later = MONDAY + HOUR
    assert open_dispatch.due(now=later) == [edition.pk]
    assert open_dispatch.open_dispatch(edition.pk, now=later) is not None
    assert found.ended_at is None


def test_a_dispatch_that_opened_in_the_moment_of_the_pause_is_paused_a_second_later() -> None:
    dispatch = opened(make.publication())
    pause()
    Dispatch.objects.update(state=DispatchState.OPEN, sending_pause=None)
    enforce(now=MONDAY)
    assert state(dispatch) == "paused"


def test_a_pause_ends_by_itself_when_its_time_is_over() -> None:
    dispatch = opened(make.publication())
    pause(hours=1)
    end_expired(now=MONDAY + timedelta(minutes=59))
    assert state(dispatch) == "paused"
    enforce(now=MONDAY + HOUR)
    assert state(dispatch) == "open"
    assert Record.objects.filter(act=Act.SENDING_RESUMED).get().details == {"reason": "Its time was over."}


def test_a_dispatch_stays_paused_while_another_pause_covers_it() -> None:
    dispatch = opened(make.publication())
    everything, alone = pause(), pause(dispatch.edition.publication)
    resume_sending(everything, by="Otto", now=MONDAY)
    assert (state(dispatch), dispatch.sending_pause) == ("paused", alone)
    resume_sending(alone, by="Otto", now=MONDAY)
    assert state(dispatch) == "open"


def test_dispatches_that_a_person_paused_or_stopped_before_stay_as_they_are() -> None:
    paused, stopped = opened(make.publication(slug="one")), opened(make.publication(slug="two"))
    control_dispatch.pause(paused, reason="", by="Olga")
    control_dispatch.stop(stopped, reason="rain", by="Olga", now=MONDAY)
    resume_sending(pause(), by="Otto", now=MONDAY)
    assert (state(paused), state(stopped)) == ("paused", "stopped")


def test_what_a_person_pauses_during_a_pause_stays_paused_after_it() -> None:
    dispatch, other = opened(make.publication(slug="one")), opened(make.publication(slug="two"))
    found = pause()
    control_dispatch.pause(dispatch, reason="a name is wrong", by="Olga")
    resume_sending(found, by="Otto", now=MONDAY)
    assert (state(dispatch), state(other)) == ("paused", "open")
    assert dispatch.reason == "Paused by Olga: a name is wrong"
    assert Record.objects.filter(act=Act.DISPATCH_PAUSED).count() == 1


def test_one_dispatch_cannot_be_resumed_during_a_pause() -> None:
    dispatch = opened(make.publication())
    found = pause()
    with pytest.raises(InvalidState, match=r"All sending is paused\. Resume it first\."):
        control_dispatch.resume(dispatch, by="Otto")
    resume_sending(found, by="Otto", now=MONDAY)
    assert state(dispatch) == "open"


def test_what_is_paused_cannot_be_paused_twice_but_again_after_its_end() -> None:
    found = pause(hours=1)
    with pytest.raises(InvalidState, match="already paused"):
        pause()
    resume_sending(found, by="Otto", now=MONDAY)
    resume_sending(found, by="Otto", now=MONDAY)
    assert pause().pk != found.pk
    assert Record.objects.filter(act=Act.SENDING_RESUMED).count() == 1


def test_a_pause_that_is_over_does_not_stand_in_the_way_of_the_next() -> None:
    pause(hours=1)
    again = pause_sending(None, reason="rain", until=None, by="Otto", now=MONDAY + HOUR)
    assert again.ended_at is None


@pytest.mark.parametrize(
    ("reason", "hours", "message"), [("  ", 1, "is empty"), ("x" * 201, 1, "200"), ("rain", 0, "not in the future")]
)
def test_a_pause_needs_a_reason_and_an_end_in_the_future(reason: str, hours: int, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        pause_sending(None, reason=reason, until=MONDAY + timedelta(hours=hours), by="Otto", now=MONDAY)


def test_the_act_itself_asks_for_the_permission() -> None:
    with pytest.raises(NotPermitted):
        pause(by=make.cora())
    found = pause(by=make.eddie())
    with pytest.raises(NotPermitted):
        resume_sending(found, by=make.person(Role.AUDIENCE, "Ada"), now=MONDAY)
    assert Record.objects.filter(act=Act.SENDING_PAUSED).count() == 1


def test_the_end_of_an_old_pause_resumes_nothing_in_a_restored_database() -> None:
    dispatch = opened(make.publication())
    pause(hours=1)
    confirm_installation.confirm(name="production", by=make.otto(), now=MONDAY)
    enforce(now=MONDAY + HOUR)
    assert state(dispatch) == "paused"
