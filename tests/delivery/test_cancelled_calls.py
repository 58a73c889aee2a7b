"""A cancelled group takes back the calls that were made under it, and nothing that was sent in another way since."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings

from newsletter.audience.models import Subscriber
from newsletter.delivery.dispatches import control_dispatch, recovery, settle_batch
from newsletter.delivery.models import Attempt, Batch, ScheduledGroup
from newsletter.delivery.recipients import batch_recipients
from newsletter.delivery.scheduled import scheduled_groups, scheduled_sends
from newsletter.delivery.sending import send_batches
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState, ScheduledGroupState
from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import Refused
from newsletter.ops.system_status import status
from tests.delivery.living import System, living

pytestmark = [pytest.mark.django_db, pytest.mark.long]
S = BatchState


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with living(tmp_path / "ahead.sqlite3") as one, override_settings(DISPATCH_BATCH_SIZE=1, DISPATCH_LEASE=300):
        yield one


@pytest.fixture
def doubtful_and_refused(system: System) -> System:
    """One of three calls ahead of time is uncertain, the next one was refused: its key is not accepted."""
    system.prepare(readers=3)
    system.postbox.order(do="drop", accept=True)
    system.postbox.order(do="status", status=401)
    return system.at(-60).live()


def states() -> list[str]:
    return list(Batch.objects.order_by("number").values_list("state", flat=True))


def twice(system: System) -> int:
    return int(system.postbox.counts()["arriving_twice"])


@pytest.mark.parametrize("minutes", [-45, -12, -1, 0, 90])
def test_a_refused_batch_is_sent_once_whenever_the_dispatch_is_resumed(
    doubtful_and_refused: System, minutes: int
) -> None:
    system = doubtful_and_refused
    system.live_until(minutes, step=1 if minutes < 60 else 5)
    assert ScheduledGroup.objects.order_by("pk")[0].state == ScheduledGroupState.CANCELLED
    control_dispatch.resume(system.dispatch)
    system.live_until(minutes + 10)
    system.live_until(max(5, minutes + 15))
    assert (twice(system), system.fates["sent"]) == (0, 3)
    assert system.dispatch.state == DispatchState.FINISHED


def test_an_uncertain_call_at_its_time_is_for_a_person_and_not_for_a_machine(doubtful_and_refused: System) -> None:
    system = doubtful_and_refused
    system.live_until(-1)
    control_dispatch.resume(system.dispatch)
    system.postbox.order(do="drop", accept=True)
    system.live_until(5)
    assert (twice(system), system.dispatch.state) == (0, DispatchState.ATTENTION)
    assert sorted(states()) == [S.ACCEPTED, S.ACCEPTED, S.UNCERTAIN]


def test_a_batch_in_a_workers_hands_while_its_group_is_cancelled_is_sent_once(system: System) -> None:
    system.prepare(readers=3)
    system.postbox.order(do="drop", accept=True)
    system.at(-60).open()
    system.tend()
    first, second, _ = Batch.objects.order_by("number")
    send_batches.send(first.pk, client=system.client, clock=system.clock)
    (claimed,) = send_batches.claim_batches([second.pk], now=system.at(-49.9).clock())
    for _ in range(3):
        system.tend()
    assert ScheduledGroup.objects.order_by("pk")[0].state == ScheduledGroupState.CANCELLED
    send_batches.release_claims([claimed])
    system.live_until(5)
    assert (twice(system), system.fates["sent"]) == (0, 3)


def test_readers_of_a_batch_that_was_split_meanwhile_are_sent_one_each(system: System) -> None:
    with override_settings(DISPATCH_BATCH_SIZE=3):
        edition = system.prepare(readers=6)
        bad = Subscriber.objects.order_by("-pk")[0]
        Subscriber.objects.filter(pk=bad.pk).update(email=f"not an address {bad.pk}@readers.example")
        system.postbox.order(do="drop", accept=True)
        system.at(-60).live()
        system.live_until(5)
    assert (twice(system), system.fates["sent"]) == (0, 5)
    assert system.dispatch.edition == edition
    assert Batch.objects.filter(state=S.SPLIT).count() == 1
    assert control_dispatch.leave_out_refused(system.dispatch, by="otto", now=system.clock()) == 1


def test_what_was_accepted_at_its_time_stays_so_when_an_earlier_group_is_doubtful(system: System) -> None:
    system.prepare(readers=2)
    system.at(-60).open()
    system.tend()
    one, two = Batch.objects.order_by("number")
    system.postbox.order(do="drop", accept=True)
    system.at(-21)
    send_batches.send(one.pk, client=system.client, clock=system.clock)
    system.postbox.order(do="status", status=429, times=1)
    send_batches.send(two.pk, client=system.client, clock=system.clock)
    system.live_until(-16)
    system.postbox.order(do="drop", accept=True, call="scheduled_sends", times=None)  # cancels stand, and are not seen
    system.live_until(0)
    system.postbox.clear_orders()
    system.live_until(3)
    assert states() == [S.UNCERTAIN, S.ACCEPTED]
    assert ScheduledGroup.objects.get().state == ScheduledGroupState.DOUBTFUL


def test_a_late_answer_to_a_call_that_was_perhaps_cancelled_does_not_count(system: System) -> None:
    system.prepare(readers=2)
    system.at(-60).open()
    system.tend()
    system.postbox.order(do="drop", accept=True)
    send_batches.send(Batch.objects.get(number=2).pk, client=system.client, clock=system.clock)
    lost = send_batches.claim(Batch.objects.get(number=1).pk, now=system.clock())
    assert lost is not None
    group = scheduled_sends.group_for(lost, now=system.clock())
    attempt = send_batches.begin_attempt(
        lost, batch_recipients.resolve_recipients(lost), now=system.clock(), group=group
    )
    assert attempt is not None
    system.postbox.order(do="drop", accept=True, call="scheduled_sends", times=None)
    system.at(-30)
    for minutes in (-14, -12, -10, -1):
        system.at(minutes).tend()
    system.postbox.clear_orders()
    system.at(1).tend()
    assert ScheduledGroup.objects.get().state == ScheduledGroupState.DOUBTFUL
    assert send_batches.record_result(attempt, Receipt(202, "late"), now=system.clock()) is None
    assert states() == [S.UNCERTAIN, S.UNCERTAIN]
    assert settle_batch.settle_by_evidence(attempt.pk, evidence="event “delivered”", now=system.clock())
    assert states() == [S.ACCEPTED, S.UNCERTAIN]


def test_what_was_cancelled_before_everything_stood_still_is_taken_back_hours_later(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.prepare(readers=2)
    system.postbox.order(do="drop", accept=True)
    system.at(-60).live()
    with monkeypatch.context() as lost:
        lost.setattr(
            scheduled_groups, "requeue_batches", lambda *_, **__: 0
        )  # the worker is lost between the two commits
        system.live_until(-40)
    assert ScheduledGroup.objects.get().state == ScheduledGroupState.CANCELLED
    system.at(150).live()
    control_dispatch.resume(system.dispatch) if system.dispatch.state == DispatchState.PAUSED else None
    system.live()
    assert (twice(system), system.fates["sent"], system.dispatch.state) == (0, 2, DispatchState.FINISHED)


def test_a_dispatch_does_not_finish_while_a_group_of_it_is_taken_back(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.prepare(readers=1)
    system.at(-60).live()
    ScheduledGroup.objects.update(state=ScheduledGroupState.CANCELLED)  # seen in time, and its worker was lost then
    system.at(1)
    asked = scheduled_sends.is_waiting

    def take_back_meanwhile(*given: object, **named: object) -> bool:
        answer = asked(*given, **named)  # type: ignore[arg-type]
        scheduled_groups.requeue_batches(ScheduledGroup.objects.get().pk, now=system.clock())
        return answer

    monkeypatch.setattr(scheduled_sends, "is_waiting", take_back_meanwhile)
    assert control_dispatch.finish_if_done(system.dispatch.pk, now=system.clock()) is None
    assert (states(), system.dispatch.state) == ([S.PENDING], DispatchState.OPEN)


def test_groups_that_are_left_take_the_calls_of_a_cancelled_one(system: System) -> None:
    system.prepare(readers=41)  # in three groups
    system.postbox.order(do="drop", accept=True)
    system.at(-60).live()
    system.live_until(-45)
    assert sorted(ScheduledGroup.objects.values_list("state", flat=True)) == ["cancelled", "open", "open"]
    assert set(states()) == {S.ACCEPTED}
    system.live_until(1)
    assert (twice(system), system.fates["sent"]) == (0, 41)


def test_an_uncertain_call_at_its_time_can_be_settled_while_a_cancel_is_awaited(system: System) -> None:
    system.prepare(readers=2)
    system.at(-60).open()
    system.tend()
    one, two = Batch.objects.order_by("number")
    system.postbox.order(do="drop", accept=True)
    send_batches.send(one.pk, client=system.client, clock=system.clock)
    ScheduledGroup.objects.update(state=ScheduledGroupState.CANCELLING)
    system.postbox.order(do="status", status=500, call="scheduled_sends", times=None)
    system.postbox.order(do="drop", accept=False)
    system.at(0).send()
    system.live()
    assert states() == [S.UNCERTAIN, S.UNCERTAIN]
    assert [batch.pk for batch in scheduled_sends.uncertain(system.dispatch)] == [two.pk]
    assert "uncertain-batches" in {trouble.page for trouble in status(now=system.clock()).verdict.problems}
    settle_batch.send_again(two, by="otto", now=system.clock())


@pytest.mark.parametrize("opens_before", [timedelta(hours=10), timedelta(minutes=60)])
def test_an_id_that_is_refused_is_asked_for_a_few_times_a_minute_at_most(
    system: System, opens_before: timedelta
) -> None:
    minutes = int(opens_before.total_seconds() // 60)
    system.prepare(readers=1, ahead=minutes)
    system.at(-minutes).open()
    asked: list[int] = []

    class Refusing:
        def create_batch_id(self) -> str:
            asked.append(1)
            raise Refused("forbidden", status=403)

    for second in range(8 * 60):
        system.at(-minutes + second / 60)
        for group in scheduled_groups.groups_due(now=system.clock()):
            scheduled_groups.advance_group(group, provider=Refusing(), clock=system.clock)  # type: ignore[arg-type]
    assert 8 <= len(asked) < 14


def test_a_call_ahead_of_time_is_not_written_after_its_deadline(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.prepare(readers=1)
    system.at(-60).open()
    system.tend()
    send = system.client.send

    def sleep_and_send(body: bytes, **given: object) -> Receipt:
        system.at(-19)  # the worker was asleep before the last byte
        return send(body, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(system.client, "send", sleep_and_send)
    assert send_batches.send(Batch.objects.get().pk, client=system.client, clock=system.clock) == AttemptStatus.LATER
    assert system.postbox.counts()["accepted"] == 0


def test_an_answer_that_comes_after_a_persons_word_keeps_the_batch_from_being_sent_again(system: System) -> None:
    system.prepare(readers=1, ahead=60)
    system.at(0).open()
    claimed = send_batches.claim(Batch.objects.get().pk, now=system.clock())
    assert claimed is not None
    attempt = send_batches.begin_attempt(claimed, batch_recipients.resolve_recipients(claimed), now=system.clock())
    assert attempt is not None
    recovery.release_abandoned(now=system.at(6).clock())
    settle_batch.send_again(Batch.objects.get(), by="otto", now=system.clock())
    assert send_batches.record_result(attempt, Receipt(202, "late"), now=system.clock()) == AttemptStatus.ACCEPTED
    assert states() == [S.ACCEPTED]


def test_a_group_is_taken_back_with_its_dispatch_locked_first(system: System) -> None:
    """`finish` locks a dispatch and then batches of it. Whoever locks them the other way round waits for ever."""
    system.prepare(readers=1)
    system.at(-60).live()
    ScheduledGroup.objects.update(state=ScheduledGroupState.CANCELLED)
    locked: list[str] = []

    def note(execute: object, sql: str, params: object, many: bool, context: object) -> object:
        for table in ("delivery_dispatch", "delivery_scheduledgroup", "delivery_batch"):
            if f'FROM "{table}"' in sql and "FOR UPDATE" in sql:
                locked.append(table)
        return execute(sql, params, many, context)  # type: ignore[operator]

    connection = transaction.get_connection()
    with connection.execute_wrapper(note):
        assert scheduled_groups.requeue_batches(ScheduledGroup.objects.get().pk, now=system.clock()) == 1
    if connection.vendor == "postgresql":
        assert locked == ["delivery_dispatch", "delivery_scheduledgroup", "delivery_batch"]
    assert Attempt.objects.get().status == AttemptStatus.CANCELLED
