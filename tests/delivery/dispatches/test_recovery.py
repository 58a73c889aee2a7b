"""What is found by looking at rows: lost workers, silent bells, dispatches that are done."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.delivery.dispatches import control_dispatch, recovery, settle_batch
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.recipients import batch_recipients
from newsletter.delivery.sending import send_batches
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.editions.models import EditionState
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import Refused, RetryLater, Uncertain
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)
Opener = Callable[..., Dispatch]


def ended(dispatch: Dispatch, answer: Receipt | Refused | Uncertain, number: int = 1) -> Batch:
    """A batch of `dispatch` whose call came to this."""
    batch = send_batches.claim(dispatch.batches.get(number=number).pk, now=MONDAY)
    assert batch is not None
    attempt = send_batches.begin_attempt(batch, batch_recipients.resolve_recipients(batch), now=MONDAY)
    assert attempt is not None
    send_batches.record_result(attempt, answer, now=MONDAY)
    return dispatch.batches.get(number=number)


def test_a_worker_lost_before_its_attempt_costs_nothing(opened: Opener) -> None:
    dispatch = opened()
    send_batches.claim(dispatch.batches.get().pk, now=MONDAY)
    assert recovery.release_abandoned(now=MONDAY + timedelta(seconds=10)) == 0
    assert recovery.release_abandoned(now=LATER) == 1
    assert dispatch.batches.get().state == BatchState.PENDING


def test_a_worker_lost_after_its_attempt_leaves_the_batch_uncertain(opened: Opener) -> None:
    dispatch = opened()
    batch = send_batches.claim(dispatch.batches.get().pk, now=MONDAY)
    assert batch is not None
    send_batches.begin_attempt(batch, batch_recipients.resolve_recipients(batch), now=MONDAY)
    recovery.release_abandoned(now=LATER)
    assert dispatch.batches.get().state == BatchState.UNCERTAIN
    assert Attempt.objects.get().status == AttemptStatus.UNCERTAIN
    assert recovery.release_abandoned(now=LATER) == 0


def test_a_worker_that_begins_its_call_at_the_last_moment_keeps_its_batch(opened: Opener) -> None:
    """By its own clock the lease of its claim is not over, when another process already looks for lost workers."""
    dispatch = opened()
    batch = send_batches.claim(dispatch.batches.get().pk, now=MONDAY)
    assert batch is not None
    begun: list[Attempt | None] = []

    def begin_first(execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
        if statement.startswith("UPDATE") and not begun:
            begun.append(None)
            begun[0] = send_batches.begin_attempt(batch, batch_recipients.resolve_recipients(batch), now=MONDAY)
        return execute(statement, *rest)

    with connection.execute_wrapper(begin_first):
        assert recovery.release_abandoned(now=LATER) == 0
    assert begun[0] is not None
    assert dispatch.batches.get().state == BatchState.CALLING


def test_a_bell_is_rung_once_and_again_only_after_a_while(opened: Opener) -> None:
    dispatch = opened(readers=3, size=1)
    assert len(recovery.batches_to_enqueue(now=MONDAY, limit=2)) == 2
    assert len(recovery.batches_to_enqueue(now=MONDAY, limit=10)) == 1
    assert recovery.batches_to_enqueue(now=MONDAY + timedelta(seconds=1), limit=10) == []
    assert len(recovery.batches_to_enqueue(now=MONDAY + timedelta(seconds=11), limit=10)) == dispatch.batches.count()


def test_a_dispatch_is_finished_when_everybody_is_accepted_and_so_is_its_edition(opened: Opener) -> None:
    dispatch = opened(readers=2, size=1)
    ended(dispatch, Receipt(202, ""), 1)
    assert recovery.finish_completed(now=LATER) == []
    ended(dispatch, Receipt(202, ""), 2)
    assert recovery.finish_completed(now=LATER) == [dispatch.pk]
    assert recovery.finish_completed(now=LATER) == []
    dispatch.refresh_from_db()
    assert (dispatch.state, dispatch.edition.state) == (DispatchState.FINISHED, EditionState.DISPATCHED)


def test_an_uncertain_batch_keeps_the_dispatch_from_being_finished(opened: Opener) -> None:
    dispatch = opened(readers=2, size=1)
    ended(dispatch, Receipt(202, ""), 1)
    ended(dispatch, Uncertain("no answer"), 2)
    assert recovery.finish_completed(now=LATER) == []
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.ATTENTION
    assert progress(dispatch).uncertain == 1


def test_counting_an_uncertain_batch_as_accepted_finishes_the_dispatch_and_keeps_who_said_so(opened: Opener) -> None:
    dispatch = opened()
    batch = ended(dispatch, Uncertain("no answer"))
    settle_batch.count_as_accepted(batch, by="Otto", now=LATER)
    dispatch.refresh_from_db()
    assert (dispatch.state, progress(dispatch).complete) == (DispatchState.FINISHED, True)
    assert Attempt.objects.get().settled_by == "Otto: count as accepted"


def test_sending_again_is_a_second_attempt_and_keeps_who_said_so(opened: Opener) -> None:
    dispatch = opened()
    batch = ended(dispatch, Uncertain("no answer"))
    recovery.finish_completed(now=LATER)
    settle_batch.send_again(batch, by="Otto", now=MONDAY)
    dispatch.refresh_from_db()
    assert (dispatch.state, dispatch.reason) == (DispatchState.OPEN, "")
    ended(dispatch, Receipt(202, ""))
    assert [a.status for a in batch.attempts.order_by("ordinal")] == [AttemptStatus.UNCERTAIN, AttemptStatus.ACCEPTED]
    assert batch.attempts.get(ordinal=1).settled_by == "Otto: send again"


def test_a_batch_can_be_settled_once_only(opened: Opener) -> None:
    batch = ended(opened(), Uncertain("no answer"))
    settle_batch.count_as_accepted(batch, by="Otto", now=LATER)
    with pytest.raises(InvalidState):
        settle_batch.send_again(batch, by="Otto", now=LATER)


def test_refused_batches_want_attention_and_are_offered_again_on_resuming(opened: Opener) -> None:
    dispatch = opened(readers=2, size=1)
    ended(dispatch, Receipt(202, ""), 1)
    ended(dispatch, Refused("HTTP 400", status=400), 2)
    recovery.finish_completed(now=LATER)
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.ATTENTION
    control_dispatch.resume(dispatch)
    assert [b.state for b in dispatch.batches.order_by("number")] == [BatchState.ACCEPTED, BatchState.PENDING]


def test_stopping_ends_a_dispatch_for_good_and_keeps_the_count_of_those_who_got_nothing(opened: Opener) -> None:
    dispatch = opened(readers=2, size=1)
    ended(dispatch, Receipt(202, ""), 1)
    control_dispatch.stop(dispatch, reason="wrong headline", now=LATER)
    assert recovery.batches_to_enqueue(now=LATER, limit=10) == []
    assert (progress(dispatch).waiting, progress(dispatch).adds_up) == (1, True)
    assert dispatch.edition.__class__.objects.get().reason == "Stopped: wrong headline"
    with pytest.raises(InvalidState):
        control_dispatch.resume(dispatch)


def test_stopping_needs_a_reason(opened: Opener) -> None:
    with pytest.raises(BadInput):
        control_dispatch.stop(opened(), reason="  ", now=LATER)


def test_a_late_no_brings_a_dispatch_that_wanted_attention_back_to_sending(opened: Opener) -> None:
    dispatch = opened()
    batch = send_batches.claim(dispatch.batches.get().pk, now=MONDAY)
    assert batch is not None
    attempt = send_batches.begin_attempt(batch, batch_recipients.resolve_recipients(batch), now=MONDAY)
    assert attempt is not None
    recovery.release_abandoned(now=LATER)
    recovery.finish_completed(now=LATER)
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.ATTENTION
    send_batches.record_result(attempt, RetryLater("no connection"), now=LATER)
    recovery.finish_completed(now=LATER)
    assert recovery.batches_to_enqueue(now=LATER + timedelta(minutes=10), limit=10) == [batch.pk]


def test_nothing_of_a_stopped_dispatch_can_be_sent_again_but_doubt_can_be_settled(opened: Opener) -> None:
    dispatch = opened()
    batch = ended(dispatch, Uncertain("no answer"))
    control_dispatch.stop(dispatch, reason="enough", now=LATER)
    with pytest.raises(InvalidState, match="stopped"):
        settle_batch.send_again(batch, by="Otto", now=LATER)
    assert settle_batch.count_as_accepted(batch, by="Otto", now=LATER).state == BatchState.ACCEPTED


def test_one_dispatch_that_cannot_be_looked_at_does_not_keep_the_others_open(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = opened(), opened()
    ended(broken, Receipt(202, ""))
    ended(whole, Receipt(202, ""))
    finish = control_dispatch.finish_if_done

    def fails_for_one(pk: int, *, now: datetime) -> DispatchState | None:
        if pk == broken.pk:
            raise RuntimeError("inconsistent")
        return finish(pk, now=now)

    monkeypatch.setattr(control_dispatch, "finish_if_done", fails_for_one)
    assert recovery.finish_completed(now=LATER) == [whole.pk]


def test_what_wants_a_person_is_written_down_once(opened: Callable[..., Dispatch]) -> None:
    dispatch = opened(readers=2, size=1)
    Batch.objects.update(state=BatchState.UNCERTAIN, submitted=1)
    recovery.finish_completed(now=MONDAY)
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.ATTENTION
    with CaptureQueriesContext(connection) as seen:
        recovery.finish_completed(now=MONDAY)
    assert not [one["sql"] for one in seen if one["sql"].startswith("UPDATE")]
