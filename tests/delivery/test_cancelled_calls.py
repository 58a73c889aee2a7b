"""A cancelled group takes back the calls that were made under it, and nothing that was sent in another way since."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings

from newsletter.audience.models import Subscriber
from newsletter.delivery.dispatches import control_dispatch, recovery, settle_batch
from newsletter.delivery.models import Attempt, Batch, BatchState, DispatchState, Fate, Group, GroupState
from newsletter.delivery.recipients import batch_recipients
from newsletter.delivery.scheduled import scheduled_groups, scheduled_sends
from newsletter.delivery.sending import send_batches
from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import Refused
from newsletter.ops.system_status import status
from tests.delivery.living import House, living

pytestmark = pytest.mark.django_db
S = BatchState


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with living(tmp_path / "ahead.sqlite3") as one, override_settings(DISPATCH_BATCH_SIZE=1, DISPATCH_LEASE=300):
        yield one


@pytest.fixture
def doubtful_and_refused(house: House) -> House:
    """One of three calls ahead of time is uncertain, the next one was refused: its key is not accepted."""
    house.prepare(readers=3)
    house.postbox.order(do="drop", accept=True)
    house.postbox.order(do="status", status=401)
    return house.at(-60).live()


def states() -> list[str]:
    return list(Batch.objects.order_by("number").values_list("state", flat=True))


def twice(house: House) -> int:
    return int(house.postbox.counts()["arriving_twice"])


@pytest.mark.parametrize("minutes", [-45, -12, -1, 0, 90])
def test_a_refused_batch_is_sent_once_whenever_the_dispatch_is_resumed(
    doubtful_and_refused: House, minutes: int
) -> None:
    house = doubtful_and_refused
    house.live_until(minutes, step=1 if minutes < 60 else 5)
    assert Group.objects.order_by("pk")[0].state == GroupState.CANCELLED
    control_dispatch.resume(house.dispatch)
    house.live_until(minutes + 10)
    house.live_until(max(5, minutes + 15))
    assert (twice(house), house.fates["sent"]) == (0, 3)
    assert house.dispatch.state == DispatchState.FINISHED


def test_an_uncertain_call_at_its_time_is_for_a_person_and_not_for_a_machine(doubtful_and_refused: House) -> None:
    house = doubtful_and_refused
    house.live_until(-1)
    control_dispatch.resume(house.dispatch)
    house.postbox.order(do="drop", accept=True)
    house.live_until(5)
    assert (twice(house), house.dispatch.state) == (0, DispatchState.ATTENTION)
    assert sorted(states()) == [S.ACCEPTED, S.ACCEPTED, S.UNCERTAIN]


def test_a_batch_in_a_workers_hands_while_its_group_is_cancelled_is_sent_once(house: House) -> None:
    house.prepare(readers=3)
    house.postbox.order(do="drop", accept=True)
    house.at(-60).open()
    house.tend()
    first, second, _ = Batch.objects.order_by("number")
    send_batches.send(first.pk, client=house.client, clock=house.clock)
    (claimed,) = send_batches.claim_all([second.pk], now=house.at(-49.9).clock())
    for _ in range(3):
        house.tend()
    assert Group.objects.order_by("pk")[0].state == GroupState.CANCELLED
    send_batches.give_back([claimed])
    house.live_until(5)
    assert (twice(house), house.fates["sent"]) == (0, 3)


def test_readers_of_a_batch_that_was_split_meanwhile_are_sent_one_each(house: House) -> None:
    with override_settings(DISPATCH_BATCH_SIZE=3):
        edition = house.prepare(readers=6)
        bad = Subscriber.objects.order_by("-pk")[0]
        Subscriber.objects.filter(pk=bad.pk).update(email=f"not an address {bad.pk}@readers.example")
        house.postbox.order(do="drop", accept=True)
        house.at(-60).live()
        house.live_until(5)
    assert (twice(house), house.fates["sent"]) == (0, 5)
    assert house.dispatch.edition == edition
    assert Batch.objects.filter(state=S.SPLIT).count() == 1
    assert control_dispatch.leave_out_refused(house.dispatch, by="otto", now=house.clock()) == 1


def test_what_was_accepted_at_its_time_stays_so_when_an_earlier_group_is_doubtful(house: House) -> None:
    house.prepare(readers=2)
    house.at(-60).open()
    house.tend()
    one, two = Batch.objects.order_by("number")
    house.postbox.order(do="drop", accept=True)
    house.at(-21)
    send_batches.send(one.pk, client=house.client, clock=house.clock)
    house.postbox.order(do="status", status=429, times=1)
    send_batches.send(two.pk, client=house.client, clock=house.clock)
    house.live_until(-16)
    house.postbox.order(do="drop", accept=True, call="scheduled_sends", times=None)  # cancels stand, and are not seen
    house.live_until(0)
    house.postbox.clear_orders()
    house.live_until(3)
    assert states() == [S.UNCERTAIN, S.ACCEPTED]
    assert Group.objects.get().state == GroupState.DOUBTFUL


def test_a_late_answer_to_a_call_that_was_perhaps_cancelled_does_not_count(house: House) -> None:
    house.prepare(readers=2)
    house.at(-60).open()
    house.tend()
    house.postbox.order(do="drop", accept=True)
    send_batches.send(Batch.objects.get(number=2).pk, client=house.client, clock=house.clock)
    lost = send_batches.claim(Batch.objects.get(number=1).pk, now=house.clock())
    assert lost is not None
    group = scheduled_sends.group_for(lost, now=house.clock())
    attempt = send_batches.begin(lost, batch_recipients.address(lost), now=house.clock(), group=group)
    assert attempt is not None
    house.postbox.order(do="drop", accept=True, call="scheduled_sends", times=None)
    house.at(-30)
    for minutes in (-14, -12, -10, -1):
        house.at(minutes).tend()
    house.postbox.clear_orders()
    house.at(1).tend()
    assert Group.objects.get().state == GroupState.DOUBTFUL
    assert send_batches.record(attempt, Receipt(202, "late"), now=house.clock()) is None
    assert states() == [S.UNCERTAIN, S.UNCERTAIN]
    assert settle_batch.settle_by_evidence(attempt.pk, evidence="event “delivered”", now=house.clock())
    assert states() == [S.ACCEPTED, S.UNCERTAIN]


def test_what_was_cancelled_before_everything_stood_still_is_taken_back_hours_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.prepare(readers=2)
    house.postbox.order(do="drop", accept=True)
    house.at(-60).live()
    with monkeypatch.context() as lost:
        lost.setattr(scheduled_groups, "take_back", lambda *_, **__: 0)  # the worker is lost between the two commits
        house.live_until(-40)
    assert Group.objects.get().state == GroupState.CANCELLED
    house.at(150).live()
    control_dispatch.resume(house.dispatch) if house.dispatch.state == DispatchState.PAUSED else None
    house.live()
    assert (twice(house), house.fates["sent"], house.dispatch.state) == (0, 2, DispatchState.FINISHED)


def test_a_dispatch_does_not_finish_while_a_group_of_it_is_taken_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.prepare(readers=1)
    house.at(-60).live()
    Group.objects.update(state=GroupState.CANCELLED)  # seen in time, and its worker was lost then
    house.at(1)
    asked = scheduled_sends.is_waiting

    def take_back_meanwhile(*given: object, **named: object) -> bool:
        answer = asked(*given, **named)  # type: ignore[arg-type]
        scheduled_groups.take_back(Group.objects.get().pk, now=house.clock())
        return answer

    monkeypatch.setattr(scheduled_sends, "is_waiting", take_back_meanwhile)
    assert control_dispatch.finish(house.dispatch.pk, now=house.clock()) is None
    assert (states(), house.dispatch.state) == ([S.PENDING], DispatchState.OPEN)


def test_groups_that_are_left_take_the_calls_of_a_cancelled_one(house: House) -> None:
    house.prepare(readers=41)  # in three groups
    house.postbox.order(do="drop", accept=True)
    house.at(-60).live()
    house.live_until(-45)
    assert sorted(Group.objects.values_list("state", flat=True)) == ["cancelled", "open", "open"]
    assert set(states()) == {S.ACCEPTED}
    house.live_until(1)
    assert (twice(house), house.fates["sent"]) == (0, 41)


def test_an_uncertain_call_at_its_time_can_be_settled_while_a_cancel_is_awaited(house: House) -> None:
    house.prepare(readers=2)
    house.at(-60).open()
    house.tend()
    one, two = Batch.objects.order_by("number")
    house.postbox.order(do="drop", accept=True)
    send_batches.send(one.pk, client=house.client, clock=house.clock)
    Group.objects.update(state=GroupState.CANCELLING)
    house.postbox.order(do="status", status=500, call="scheduled_sends", times=None)
    house.postbox.order(do="drop", accept=False)
    house.at(0).send()
    house.live()
    assert states() == [S.UNCERTAIN, S.UNCERTAIN]
    assert [batch.pk for batch in scheduled_sends.uncertain(house.dispatch)] == [two.pk]
    assert "uncertain-batches" in {trouble.page for trouble in status(now=house.clock()).verdict.troubles}
    settle_batch.send_again(two, by="otto", now=house.clock())


@pytest.mark.parametrize("opens_before", [timedelta(hours=10), timedelta(minutes=60)])
def test_an_id_that_is_refused_is_asked_for_a_few_times_a_minute_at_most(house: House, opens_before: timedelta) -> None:
    minutes = int(opens_before.total_seconds() // 60)
    house.prepare(readers=1, ahead=minutes)
    house.at(-minutes).open()
    asked: list[int] = []

    class Refusing:
        def mint(self) -> str:
            asked.append(1)
            raise Refused("forbidden", status=403)

    for second in range(30 * 60):
        house.at(-minutes + second / 60)
        for group in scheduled_groups.due(now=house.clock()):
            scheduled_groups.tend(group, provider=Refusing(), clock=house.clock)  # type: ignore[arg-type]
    assert 30 <= len(asked) < 50


def test_a_call_ahead_of_time_is_not_written_after_its_deadline(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.prepare(readers=1)
    house.at(-60).open()
    house.tend()
    send = house.client.send

    def sleep_and_send(body: bytes, **given: object) -> Receipt:
        house.at(-19)  # the worker was asleep before the last byte
        return send(body, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(house.client, "send", sleep_and_send)
    assert send_batches.send(Batch.objects.get().pk, client=house.client, clock=house.clock) == Fate.LATER
    assert house.postbox.counts()["accepted"] == 0


def test_an_answer_that_comes_after_a_persons_word_keeps_the_batch_from_being_sent_again(house: House) -> None:
    house.prepare(readers=1, ahead=60)
    house.at(0).open()
    claimed = send_batches.claim(Batch.objects.get().pk, now=house.clock())
    assert claimed is not None
    attempt = send_batches.begin(claimed, batch_recipients.address(claimed), now=house.clock())
    assert attempt is not None
    recovery.release_abandoned(now=house.at(6).clock())
    settle_batch.send_again(Batch.objects.get(), by="otto", now=house.clock())
    assert send_batches.record(attempt, Receipt(202, "late"), now=house.clock()) == Fate.ACCEPTED
    assert states() == [S.ACCEPTED]


def test_a_group_is_taken_back_with_its_dispatch_locked_first(house: House) -> None:
    """`finish` locks a dispatch and then batches of it. Whoever locks them the other way round waits for ever."""
    house.prepare(readers=1)
    house.at(-60).live()
    Group.objects.update(state=GroupState.CANCELLED)
    locked: list[str] = []

    def note(execute: object, sql: str, params: object, many: bool, context: object) -> object:
        for table in ("delivery_dispatch", "delivery_group", "delivery_batch"):
            if f'FROM "{table}"' in sql and "FOR UPDATE" in sql:
                locked.append(table)
        return execute(sql, params, many, context)  # type: ignore[operator]

    connection = transaction.get_connection()
    with connection.execute_wrapper(note):
        assert scheduled_groups.take_back(Group.objects.get().pk, now=house.clock()) == 1
    if connection.vendor == "postgresql":
        assert locked == ["delivery_dispatch", "delivery_group", "delivery_batch"]
    assert Attempt.objects.get().fate == Fate.CANCELLED
