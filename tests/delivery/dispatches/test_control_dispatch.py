"""A person's acts on one dispatch, while another one is open beside it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from newsletter.audience.models import Subscriber
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.delivery.dispatches import control_dispatch, recovery
from newsletter.delivery.dispatches.delay_reasons import held_back
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.sending import send_batches
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.mail.provider_errors import Refused
from newsletter.mail.sendgrid.mail_send_client import Client
from tests.delivery.begin_batches import begun
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(minutes=5)
Opener = Callable[..., Dispatch]


@pytest.fixture
def pair(opened: Opener) -> tuple[Dispatch, Dispatch]:
    """Two open dispatches of three readers each."""
    return opened(), opened()


def refuse_one(dispatch: Dispatch, client: Client) -> Batch:
    """One reader's address is refused; the others of this dispatch get their email."""
    reader = Subscriber.objects.filter(subscriptions__publication=dispatch.edition.publication_id).order_by("pk")[1]
    Subscriber.objects.filter(pk=reader.pk).update(email=f"not an address {reader.pk}@readers.example")
    while due := list(dispatch.batches.filter(state=BatchState.PENDING).values_list("pk", flat=True)):
        for batch in due:
            send_batches.send(batch, client=client, clock=lambda: LATER)
    recovery.finish_completed(now=LATER)
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.ATTENTION
    return dispatch.batches.get(state=BatchState.REFUSED)


def audited(act: Act) -> Record:
    return Record.objects.get(act=act)


def test_a_resumed_dispatch_is_not_the_other_one(pair: tuple[Dispatch, Dispatch]) -> None:
    one, other = pair
    for dispatch in pair:
        control_dispatch.pause(dispatch, reason="wait")
    control_dispatch.resume(one)
    states = dict(Dispatch.objects.values_list("pk", "state"))
    assert states == {one.pk: DispatchState.OPEN, other.pk: DispatchState.PAUSED}


def test_a_dispatch_that_began_in_time_is_never_too_late(pair: tuple[Dispatch, Dispatch], client: Client) -> None:
    begun, not_begun = pair
    Dispatch.objects.update(too_late_after=LATER)
    send_batches.send(begun.batches.get().pk, client=client, clock=lambda: MONDAY)
    control_dispatch.pause_late(now=LATER + timedelta(minutes=1))
    found = {pk: (state, late) for pk, state, late in Dispatch.objects.values_list("pk", "state", "too_late_after")}
    assert found[begun.pk] == (DispatchState.OPEN, None)
    assert found[not_begun.pk][0] == DispatchState.PAUSED


def test_a_retry_opens_a_dispatch_that_needs_attention(pair: tuple[Dispatch, Dispatch], client: Client) -> None:
    dispatch, _ = pair
    batch = control_dispatch.retry(refuse_one(dispatch, client), by="otto")
    dispatch.refresh_from_db()
    assert (batch.state, dispatch.state, dispatch.reason) == (BatchState.PENDING, DispatchState.OPEN, "")
    assert audited(Act.BATCH_RETRIED).details["edition"] == dispatch.edition_id


def test_readers_who_are_left_out_change_no_other_refusal(pair: tuple[Dispatch, Dispatch], client: Client) -> None:
    dispatch, other = pair
    refused = [refuse_one(each, client) for each in pair]
    control_dispatch.leave_out_refused(dispatch, by="otto", now=LATER)
    settled = Attempt.objects.filter(status=AttemptStatus.REFUSED, batch__in=refused).values_list("batch", "settled_by")
    assert dict(settled) == {refused[0].pk: "otto: left out", refused[1].pk: ""}
    assert audited(Act.READERS_LEFT_OUT).details["edition"] == dispatch.edition_id
    other.refresh_from_db()
    assert other.state == DispatchState.ATTENTION


def test_a_stop_is_recorded_with_its_time_and_reason(pair: tuple[Dispatch, Dispatch]) -> None:
    dispatch, other = pair
    control_dispatch.stop(dispatch, reason="a mistake", by="otto", now=LATER)
    row = audited(Act.DISPATCH_STOPPED)
    assert (row.at, row.details) == (LATER, {"edition": dispatch.edition_id, "reason": "a mistake"})
    other.refresh_from_db()
    assert other.state == DispatchState.OPEN


def test_a_pause_and_a_resume_are_recorded_once_with_who_did_it_and_why(pair: tuple[Dispatch, Dispatch]) -> None:
    dispatch, _ = pair
    for _ in range(2):
        control_dispatch.pause(dispatch, reason="wrong picture", by="otto")
    assert dispatch.reason == "Paused by otto: wrong picture"
    for _ in range(2):
        control_dispatch.resume(dispatch, by="otto")
    paused, resumed = audited(Act.DISPATCH_PAUSED), audited(Act.DISPATCH_RESUMED)
    assert paused.details == {"edition": dispatch.edition_id, "reason": "wrong picture"}
    assert resumed.details == {"edition": dispatch.edition_id}


def test_a_long_refusal_is_shortened_to_what_a_reason_may_hold(pair: tuple[Dispatch, Dispatch]) -> None:
    dispatch, _ = pair
    attempt = begun(dispatch.batches.get())
    send_batches.record_result(attempt, Refused("the key", status=401), now=LATER)
    Dispatch.objects.filter(pk=dispatch.pk).update(state=DispatchState.OPEN)
    control_dispatch.handle_refusal(dispatch.batches.get().pk, at_once=True, detail="x" * 600)
    dispatch.refresh_from_db()
    assert len(dispatch.reason) == 500
    assert dispatch.reason.startswith("The provider refuses every batch. xxx")


def test_a_dispatch_that_a_person_has_paused_is_not_said_to_wait_for_its_time(pair: tuple[Dispatch, Dispatch]) -> None:
    dispatch, _ = pair
    dispatch.batches.update(due_at=MONDAY + timedelta(hours=5))
    assert held_back([dispatch], at=LATER) == {dispatch.pk}
    control_dispatch.pause(dispatch, reason="wait")
    assert not held_back([dispatch], at=LATER)
