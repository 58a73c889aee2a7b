"""Claim, attempt, call, record: what each leaves behind, and who wins when two try."""

import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import override_settings

from newsletter.audience import subscriptions
from newsletter.audience.models import Subscriber
from newsletter.delivery.dispatches import control_dispatch, recovery
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.recipients import batch_recipients
from newsletter.delivery.sending import send_batches, worker_shutdown
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import Refused, RetryLater, Uncertain
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.postbox.postbox import Postbox
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)
Opener = Callable[..., Dispatch]


def calling(dispatch: Dispatch) -> Attempt:
    """An attempt that is written down and not yet made."""
    batch = send_batches.claim(dispatch.batches.get().pk, now=MONDAY)
    assert batch is not None
    attempt = send_batches.begin_attempt(batch, batch_recipients.resolve_recipients(batch), now=MONDAY)
    assert attempt is not None
    return attempt


def test_each_reader_is_accepted_once(opened: Opener, client: Client, postbox: Postbox) -> None:
    dispatch = opened(readers=25, size=10)
    for batch in dispatch.batches.all():
        assert send_batches.send(batch.pk, client=client, clock=lambda: MONDAY) == AttemptStatus.ACCEPTED
        assert send_batches.send(batch.pk, client=client, clock=lambda: MONDAY) is None
    assert (postbox.counts()["addresses"], postbox.counts()["accepted_twice"]) == (25, 0)
    assert progress(dispatch).complete


def test_only_one_of_two_claims_wins(opened: Opener) -> None:
    batch = opened().batches.get()
    assert send_batches.claim(batch.pk, now=MONDAY) is not None
    assert send_batches.claim(batch.pk, now=MONDAY) is None


def test_a_batch_that_is_not_due_cannot_be_claimed(opened: Opener) -> None:
    batch = opened().batches.get()
    assert send_batches.claim(batch.pk, now=MONDAY - timedelta(seconds=1)) is None


def test_nothing_of_a_paused_dispatch_can_be_claimed_or_begun(opened: Opener) -> None:
    dispatch = opened()
    batch = send_batches.claim(dispatch.batches.get().pk, now=MONDAY)
    assert batch is not None
    control_dispatch.pause(dispatch, reason="wait")
    assert send_batches.begin_attempt(batch, batch_recipients.resolve_recipients(batch), now=MONDAY) is None
    assert (Batch.objects.get().state, Attempt.objects.count()) == (BatchState.PENDING, 0)
    assert send_batches.claim(batch.pk, now=MONDAY) is None


def test_no_call_is_begun_when_the_lease_of_the_claim_is_over(opened: Opener) -> None:
    batch = send_batches.claim(opened().batches.get().pk, now=MONDAY)
    assert batch is not None
    over = MONDAY + send_batches.CLAIM_LEASE
    assert send_batches.begin_attempt(batch, batch_recipients.resolve_recipients(batch), now=over) is None
    assert Batch.objects.get().state == BatchState.PENDING


def test_a_batch_that_a_lost_worker_only_prepared_is_taken_up_again_within_half_a_minute(opened: Opener) -> None:
    batch = opened().batches.get()
    send_batches.claim(batch.pk, now=MONDAY)
    recovery.release_abandoned(now=MONDAY + timedelta(seconds=31))
    assert send_batches.claim(batch.pk, now=MONDAY + timedelta(seconds=31)) is not None


def test_a_reader_who_left_since_the_opening_is_not_mailed_and_is_accounted_for(opened: Opener, client: Client) -> None:
    dispatch = opened(readers=3)
    gone = Subscriber.objects.first()
    assert gone is not None
    subscriptions.unsubscribe(
        subscriber_id=gone.pk, publication_id=dispatch.edition.publication_id, by="one-click", now=MONDAY
    )
    send_batches.send(dispatch.batches.get().pk, client=client, clock=lambda: MONDAY)
    batch = dispatch.batches.get()
    assert batch.left_out == {"left": [gone.pk]}
    done = progress(dispatch)
    assert (done.accepted, done.left_since, done.adds_up) == (2, 1, True)


def test_a_batch_that_everybody_left_is_not_sent_and_the_dispatch_finishes(opened: Opener, client: Client) -> None:
    dispatch = opened(readers=2)
    Subscriber.objects.all().delete()
    assert send_batches.send(dispatch.batches.get().pk, client=client, clock=lambda: MONDAY) is None
    assert dispatch.batches.get().state == BatchState.EMPTY
    assert recovery.finish_completed(now=MONDAY) == [dispatch.pk]
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    ("answer", "status", "state"),
    [
        (Receipt(202, "m1"), AttemptStatus.ACCEPTED, BatchState.ACCEPTED),
        (Refused("HTTP 400", status=400), AttemptStatus.REFUSED, BatchState.REFUSED),
        (RetryLater("no connection"), AttemptStatus.LATER, BatchState.PENDING),
        (Uncertain("no answer"), AttemptStatus.UNCERTAIN, BatchState.UNCERTAIN),
    ],
)
def test_every_answer_has_its_fate(opened: Opener, answer: object, status: AttemptStatus, state: BatchState) -> None:
    attempt = calling(opened())
    assert send_batches.record_result(attempt, answer, now=MONDAY) == status  # type: ignore[arg-type]  # one of each kind
    attempt.refresh_from_db()
    assert (attempt.status, attempt.batch.state) == (status, state)


def test_a_batch_that_must_wait_is_due_later_and_longer_each_time(opened: Opener) -> None:
    dispatch, now, waits = opened(), MONDAY, []
    for _ in range(4):
        batch = send_batches.claim(dispatch.batches.get().pk, now=now)
        assert batch is not None
        attempt = send_batches.begin_attempt(batch, batch_recipients.resolve_recipients(batch), now=now)
        assert attempt is not None
        send_batches.record_result(attempt, RetryLater("no connection"), now=now)
        due_at = dispatch.batches.get().due_at
        waits.append((due_at - now).total_seconds())
        now = due_at
    assert waits == sorted(set(waits))
    assert dispatch.batches.get().attempts.filter(status=AttemptStatus.LATER).count() == 4


def test_an_answer_that_never_came_is_uncertain_and_is_not_sent_again(
    opened: Opener, client: Client, postbox: Postbox
) -> None:
    postbox.order(do="drop", accept=True)
    dispatch = opened()
    assert send_batches.send(dispatch.batches.get().pk, client=client, clock=lambda: MONDAY) == AttemptStatus.UNCERTAIN
    assert recovery.batches_to_enqueue(now=LATER, limit=10) == []
    assert send_batches.claim(dispatch.batches.get().pk, now=LATER) is None
    assert postbox.counts()["addresses"] == 3


def test_a_worker_that_wakes_after_its_lease_may_still_say_what_the_provider_answered(opened: Opener) -> None:
    attempt = calling(opened())
    assert recovery.release_abandoned(now=LATER) == 1
    assert send_batches.record_result(attempt, Receipt(202, "m1"), now=LATER) == AttemptStatus.ACCEPTED
    assert Batch.objects.get().state == BatchState.ACCEPTED


def test_a_worker_that_wakes_after_a_newer_claim_changes_nothing(opened: Opener) -> None:
    attempt = calling(opened())
    Batch.objects.update(fence=attempt.fence + 1)
    assert send_batches.record_result(attempt, Receipt(202, "m1"), now=LATER) is None
    attempt.refresh_from_db()
    assert (attempt.status, Batch.objects.get().state) == ("", BatchState.CALLING)


def test_a_second_live_attempt_cannot_even_be_written_down(opened: Opener) -> None:
    attempt = calling(opened())
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(batch=attempt.batch, ordinal=2, fence=attempt.fence, began_at=MONDAY)


def test_one_batch_that_crashes_does_not_stop_the_others(
    opened: Opener, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch = opened(readers=3, size=1)
    ids = list(dispatch.batches.order_by("number").values_list("pk", flat=True))
    whole = batch_recipients.resolve_recipients

    def crash_for_the_first(batch: batch_recipients.ClaimedBatch) -> batch_recipients.BatchRecipients:
        if batch.pk == ids[0]:
            raise RuntimeError("cosmic ray")
        return whole(batch)

    monkeypatch.setattr(batch_recipients, "resolve_recipients", crash_for_the_first)
    send_batches.send_all(ids, client=client, clock=lambda: MONDAY, connections=1)
    states = list(dispatch.batches.order_by("number").values_list("state", flat=True))
    assert states == [BatchState.CLAIMED, BatchState.ACCEPTED, BatchState.ACCEPTED]
    recovery.release_abandoned(now=LATER)
    assert dispatch.batches.get(pk=ids[0]).state == BatchState.PENDING


@pytest.mark.django_db(transaction=True)
def test_a_slice_is_sent_over_several_connections_at_once(opened: Opener, client: Client, postbox: Postbox) -> None:
    dispatch = opened(readers=40, size=5)
    ids = list(dispatch.batches.values_list("pk", flat=True))
    send_batches.send_all(ids, client=client, clock=lambda: MONDAY, connections=4)
    assert progress(dispatch).accepted == 40
    assert (postbox.counts()["addresses"], postbox.counts()["accepted_twice"]) == (40, 0)


def test_whoever_leaves_while_a_claimed_batch_waits_for_others_gets_no_letter(
    opened: Opener, client: Client, postbox: Postbox
) -> None:
    dispatch = opened(readers=4, size=2)
    rita = Subscriber.objects.order_by("-pk")[0]
    first, second = send_batches.claim_batches(list(dispatch.batches.values_list("pk", flat=True)), now=MONDAY)

    class TakenByOthers(nullcontext[None]):
        def __enter__(self) -> None:
            subscriptions.unsubscribe(
                subscriber_id=rita.pk,
                publication_id=dispatch.edition.publication_id,
                by="one-click",
                now=MONDAY,
            )

    assert send_batches._send(second, client, lambda: MONDAY, TakenByOthers()) == AttemptStatus.ACCEPTED
    assert send_batches._send(first, client, lambda: MONDAY, nullcontext()) == AttemptStatus.ACCEPTED
    assert rita.email not in {letter["address"] for letter in postbox.letters()}
    assert postbox.counts()["addresses"] == 3


@pytest.mark.django_db(transaction=True)
def test_no_more_calls_are_in_flight_than_there_are_connections(
    opened: Opener, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way: set[int] = set()
    seen: list[int] = []
    whole = Client.send

    def watched(self: Client, body: bytes, **how: Any) -> Receipt:
        under_way.add(threading.get_ident())
        seen.append(len(under_way))
        try:
            time.sleep(0.02)  # long enough for the others to come
            return whole(self, body, **how)
        finally:
            under_way.discard(threading.get_ident())

    monkeypatch.setattr(Client, "send", watched)
    dispatch = opened(readers=24, size=1)
    ids = list(dispatch.batches.values_list("pk", flat=True))
    send_batches.send_all(ids, client=client, clock=lambda: MONDAY, connections=3)
    assert progress(dispatch).accepted == 24
    assert max(seen) == 3


def test_after_a_few_refusals_the_dispatch_pauses_itself_and_says_why(opened: Opener) -> None:
    dispatch = opened(readers=4, size=1)
    with override_settings(DISPATCH_REFUSALS=2):
        for number in (1, 2):
            batch = send_batches.claim(dispatch.batches.get(number=number).pk, now=MONDAY)
            assert batch is not None
            attempt = send_batches.begin_attempt(batch, batch_recipients.resolve_recipients(batch), now=MONDAY)
            assert attempt is not None
            send_batches.record_result(attempt, Refused("HTTP 400 – content: too short", status=400), now=MONDAY)
            dispatch.refresh_from_db()
            assert dispatch.state == (DispatchState.OPEN if number == 1 else DispatchState.PAUSED)
    assert "content: too short" in dispatch.reason


def test_a_key_that_is_not_accepted_pauses_the_dispatch_at_once(opened: Opener) -> None:
    dispatch = opened(readers=4, size=1)
    batch = send_batches.claim(dispatch.batches.get(number=1).pk, now=MONDAY)
    assert batch is not None
    attempt = send_batches.begin_attempt(batch, batch_recipients.resolve_recipients(batch), now=MONDAY)
    assert attempt is not None
    send_batches.record_result(attempt, Refused("HTTP 401", status=401), now=MONDAY)
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.PAUSED


def test_an_answer_is_written_down_again_when_the_database_was_away_for_a_moment(
    opened: Opener, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, tries = send_batches.record_result, []

    def away_at_first(attempt: Attempt, answer: Receipt, *, now: datetime) -> AttemptStatus | None:
        tries.append(answer)
        if len(tries) == 1:
            raise OperationalError("server closed the connection")
        return record(attempt, answer, now=now)

    monkeypatch.setattr(send_batches, "record_result", away_at_first)
    monkeypatch.setattr(send_batches, "RETRY_PAUSES_SECONDS", (0, 0))
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own transaction lives in it
    dispatch = opened()
    assert send_batches.send(dispatch.batches.get().pk, client=client, clock=lambda: MONDAY) == AttemptStatus.ACCEPTED
    assert len(tries) == 2


def test_a_process_that_is_about_to_end_takes_no_more_batches(
    opened: Opener, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_shutdown, "leaving", threading.Event())
    dispatch = opened(readers=3, size=1)
    worker_shutdown.stop_claiming()
    send_batches.send_all(
        list(dispatch.batches.values_list("pk", flat=True)), client=client, clock=lambda: MONDAY, connections=1
    )
    assert progress(dispatch).waiting == 3


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Receipt(202, "x" * 400), AttemptStatus.ACCEPTED),
        (Receipt(202, "a\u0000b\ud83d"), AttemptStatus.ACCEPTED),
        (Refused("HTTP 400 – subject: bad \u0000 sign \ud83d", status=400), AttemptStatus.REFUSED),
        (RetryLater("slow\u0000" + "x" * 900, status=429), AttemptStatus.LATER),
        (Uncertain("\u0000", status=999), AttemptStatus.UNCERTAIN),
    ],
    ids=["long id", "odd id", "odd complaint", "long detail", "only odd"],
)
def test_an_answer_is_written_down_whatever_signs_are_in_it(
    opened: Opener, answer: object, status: AttemptStatus
) -> None:
    attempt = calling(opened())
    assert send_batches.record_result(attempt, answer, now=MONDAY) == status  # type: ignore[arg-type]  # one of its kinds
    attempt.refresh_from_db()
    assert attempt.status == status
    assert "\u0000" not in attempt.provider_id + attempt.detail


def test_a_call_that_has_begun_is_not_given_back(opened: Opener) -> None:
    batch = send_batches.claim(opened().batches.get().pk, now=MONDAY)
    assert batch is not None
    assert send_batches.begin_attempt(batch, batch_recipients.resolve_recipients(batch), now=MONDAY) is not None
    send_batches.release_claims([batch])
    assert Batch.objects.get().state == BatchState.CALLING
