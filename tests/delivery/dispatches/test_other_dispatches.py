"""Whatever is done to one dispatch, the rows of another one in the same situation stay as they are."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from newsletter.delivery.dispatches import control_dispatch, settle_batch, split_batch
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.recipients import batch_recipients
from newsletter.delivery.sending import send_batches
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.editions.models import Edition
from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import ProviderError, Refused, Uncertain
from tests.delivery.begin_batches import begun
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(minutes=5)
Opener = Callable[..., Dispatch]
ACCEPTED, UNCERTAIN, REFUSED, CALLING, CLAIMED, PENDING = range(1, 7)  # the numbers of the batches


def under_way(opened: Opener) -> Dispatch:
    """A dispatch with a batch in each state."""
    dispatch = opened(readers=12, size=2)
    batches = {batch.number: batch for batch in dispatch.batches.all()}
    begun(batches[CALLING])
    send_batches.claim(batches[CLAIMED].pk, now=MONDAY)
    answers: dict[int, Receipt | ProviderError] = {
        ACCEPTED: Receipt(202, f"id-{dispatch.pk}"),
        UNCERTAIN: Uncertain("no answer"),
        REFUSED: Refused("the key", status=401),  # which pauses the dispatch
    }
    for number, answer in answers.items():
        send_batches.record_result(begun(batches[number]), answer, now=MONDAY)
    Dispatch.objects.filter(pk=dispatch.pk).update(state=DispatchState.OPEN, reason="")
    dispatch.refresh_from_db()
    return dispatch


def rows(dispatch: Dispatch) -> list[list[dict[str, Any]]]:
    found: tuple[Any, ...] = (
        Dispatch.objects.filter(pk=dispatch.pk),
        Edition.objects.filter(dispatch=dispatch),
        Batch.objects.filter(dispatch=dispatch).order_by("pk"),
        Attempt.objects.filter(batch__dispatch=dispatch).order_by("pk"),
    )
    return [list(query.values()) for query in found]


def batch(dispatch: Dispatch, number: int) -> Batch:
    return dispatch.batches.get(number=number)


def last(dispatch: Dispatch, number: int) -> Attempt:
    return Attempt.objects.get(batch=batch(dispatch, number))


def leave_out(dispatch: Dispatch) -> None:
    """What is refused is of one reader, and nothing else is left to do."""
    dispatch.batches.filter(number=REFUSED).update(submitted=1)
    Attempt.objects.filter(batch__dispatch=dispatch, status=AttemptStatus.REFUSED).update(http_status=400)
    Dispatch.objects.filter(pk=dispatch.pk).update(state=DispatchState.ATTENTION)
    control_dispatch.leave_out_refused(dispatch, by="otto", now=LATER)


def split(dispatch: Dispatch) -> None:
    Attempt.objects.filter(batch__dispatch=dispatch, status=AttemptStatus.REFUSED).update(http_status=400)
    assert split_batch.split(batch(dispatch, REFUSED).pk) == 2


def finish(dispatch: Dispatch) -> None:
    dispatch.batches.update(state=BatchState.ACCEPTED, lease_until=None)
    assert control_dispatch.finish_if_done(dispatch.pk, now=LATER) == DispatchState.FINISHED


def send(dispatch: Dispatch) -> None:
    send_batches.record_result(begun(batch(dispatch, PENDING)), Receipt(202, "new"), now=LATER)


def refuse_by_name(dispatch: Dispatch) -> None:
    refused = Refused("to: bad", status=400, readers=[1])
    send_batches.record_result(begun(batch(dispatch, PENDING)), refused, now=LATER)
    assert last(dispatch, PENDING).rejected_positions == [1]
    assert last(dispatch, ACCEPTED).rejected_positions is None


def stay_empty(dispatch: Dispatch) -> None:
    """Everybody in a claimed batch has left before the call."""
    claimed = send_batches.claim(batch(dispatch, PENDING).pk, now=MONDAY)
    assert claimed is not None
    people = batch_recipients.resolve_recipients(claimed)._replace(readers=[])
    assert send_batches.begin_attempt(claimed, people, now=LATER) is None


def give_back(dispatch: Dispatch) -> None:
    claimed = send_batches.claim(batch(dispatch, PENDING).pk, now=MONDAY)
    assert claimed is not None
    send_batches.release_claims([claimed])


ACTS: dict[str, tuple[Callable[[Dispatch], object], int | None, BatchState]] = {
    # what is done, the batch that it changes, and the new state of that one
    "pause": (lambda one: control_dispatch.pause(one, reason="wait"), None, BatchState.PENDING),
    "resume": (control_dispatch.resume, REFUSED, BatchState.PENDING),
    "stop": (lambda one: control_dispatch.stop(one, reason="wrong", now=LATER), None, BatchState.PENDING),
    "retry": (lambda one: control_dispatch.retry(batch(one, REFUSED)), REFUSED, BatchState.PENDING),
    "leave out": (leave_out, REFUSED, BatchState.EMPTY),
    "split": (split, REFUSED, BatchState.SPLIT),
    "refuse at once": (
        lambda one: control_dispatch.handle_refusal(batch(one, REFUSED).pk, at_once=True, detail=""),
        None,
        BatchState.PENDING,
    ),
    "count as accepted": (
        lambda one: settle_batch.count_as_accepted(batch(one, UNCERTAIN), by="otto", now=LATER),
        UNCERTAIN,
        BatchState.ACCEPTED,
    ),
    "send again": (
        lambda one: settle_batch.send_again(batch(one, UNCERTAIN), by="otto", now=LATER),
        UNCERTAIN,
        BatchState.PENDING,
    ),
    "evidence": (
        lambda one: settle_batch.settle_by_evidence(last(one, UNCERTAIN).pk, evidence="an event", now=LATER),
        UNCERTAIN,
        BatchState.ACCEPTED,
    ),
    "evidence during the call": (
        lambda one: settle_batch.settle_by_evidence(last(one, CALLING).pk, evidence="an event", now=LATER),
        CALLING,
        BatchState.ACCEPTED,
    ),
    "finish": (finish, PENDING, BatchState.ACCEPTED),
    "send": (send, PENDING, BatchState.ACCEPTED),
    "refuse by name": (refuse_by_name, PENDING, BatchState.SPLIT),
    "stay empty": (stay_empty, PENDING, BatchState.EMPTY),
    "give back": (give_back, None, BatchState.PENDING),
}


@pytest.mark.long
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("first", [True, False])
def test_an_act_on_one_dispatch_changes_no_other(opened: Opener, act: str, first: bool) -> None:
    pair = under_way(opened), under_way(opened)
    one, other = pair if first else pair[::-1]
    before, own = rows(other), rows(one)
    do, number, state = ACTS[act]
    do(one)
    assert rows(other) == before
    assert rows(one) != own
    if number:
        assert (batch(one, number).state, batch(one, number).lease_until) == (state, None)
