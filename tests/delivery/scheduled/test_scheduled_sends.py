"""Submitting ahead, over HTTP against a postbox with the provider's documented rules and a clock that is set."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from newsletter.audience import subscriptions
from newsletter.delivery.dispatches import control_dispatch, open_dispatch, settle_batch
from newsletter.delivery.dispatches.delay_reasons import waiting
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Attempt, Batch, BatchState, Dispatch, DispatchState, Fate, Group, GroupState
from newsletter.delivery.recipients import batch_recipients
from newsletter.delivery.scheduled import scheduled_groups, scheduled_sends
from newsletter.delivery.sending import send_batches
from newsletter.editions.models import Edition, State
from newsletter.insights import apply_events
from newsletter.lib.errors import NotAllowed
from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import TryLater
from newsletter.mail.sendgrid.event_webhook import Cause, Event, Kind
from newsletter.ops.system_status import status
from tests.delivery.living import DUE, House, living
from tests.support import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with living(tmp_path / "ahead.sqlite3") as one, override_settings(DISPATCH_BATCH_SIZE=1, DISPATCH_LEASE=300):
        yield one


def states() -> list[str]:
    return list(Batch.objects.order_by("number").values_list("state", flat=True))


def groups() -> list[str]:
    return list(Group.objects.order_by("pk").values_list("state", flat=True))


def said(house: House) -> scheduled_sends.Standing:
    found = scheduled_sends.standing(house.dispatch, now=house.clock())
    assert found is not None
    return found


def test_an_edition_is_handed_over_ahead_and_leaves_at_its_time(house: House) -> None:
    house.prepare(readers=3)
    house.at(-61).live()
    assert not Dispatch.objects.exists()
    house.at(-60).live()
    assert (states(), house.fates) == ([BatchState.ACCEPTED] * 3, {"waiting": 3})
    calls = house.postbox.letters()
    assert {call["send_at"] for call in calls} == {int(DUE.timestamp())}
    assert {call["batch_id"] for call in calls} == {Group.objects.get().provider_batch}
    assert set(Attempt.objects.values_list("group", flat=True)) == {Group.objects.get().pk}
    house.at(0).live()
    assert (house.fates, groups()) == ({"sent": 3}, [GroupState.LEFT])


def test_a_dispatch_is_not_finished_before_its_letters_may_leave(house: House) -> None:
    edition = house.prepare()
    house.at(-60).live()
    house.at(-1).live()
    assert (house.dispatch.state, progress(house.dispatch).phase) == (DispatchState.OPEN, "submitted ahead")
    house.at(0).live()
    edition.refresh_from_db()
    assert (house.dispatch.state, edition.state) == (DispatchState.FINISHED, State.DISPATCHED)


def test_a_publication_that_does_not_ask_for_it_has_no_groups(house: House) -> None:
    publication = make.publication()
    make.readers(publication, 2)
    make.approved_edition(publication, due_at=DUE)
    house.at(-1).live()
    assert not Dispatch.objects.exists()
    house.at(0).live()
    assert (house.fates, Group.objects.count(), house.dispatch.leaves_at) == ({"sent": 2}, 0, None)
    assert scheduled_sends.standing(house.dispatch, now=house.clock()) is None


def test_batches_sleep_until_their_group_has_an_id_and_a_lost_mint_costs_nothing(house: House) -> None:
    house.prepare()
    house.postbox.order(do="drop", accept=True, call="batch", times=2)
    house.at(-60).live()
    assert (set(states()), house.postbox.counts()["accepted"]) == ({BatchState.PENDING}, 0)
    house.at(-59).live()  # the answer to the mint is lost a second time
    house.at(-58).live()
    assert house.fates == {"waiting": 3}


def test_without_an_id_letters_leave_at_their_time_in_immediate_mode(house: House) -> None:
    house.prepare()
    house.postbox.order(do="status", status=500, call="batch", times=None)
    house.at(-60).live_until(-1)
    assert house.postbox.counts()["accepted"] == 0
    house.at(0).live()
    assert (house.fates, house.postbox.counts()["accepted_twice"]) == ({"sent": 3}, 0)
    assert {call["send_at"] for call in house.postbox.letters()} == {None}


def test_evidence_settles_a_lost_answer_and_nothing_is_cancelled(house: House) -> None:
    house.prepare(readers=2)
    house.postbox.order(do="drop", accept=True)
    house.at(-60).live()
    doubtful = Batch.objects.get(state=BatchState.UNCERTAIN)
    attempt = doubtful.attempts.get()
    assert settle_batch.settle_by_evidence(attempt.pk, evidence="event “processed”", now=house.clock())
    house.live_until(1)
    assert (house.fates, groups()) == ({"sent": 2}, [GroupState.LEFT])


@pytest.mark.parametrize("was_accepted", [True, False])
def test_an_uncertain_group_is_cancelled_and_submitted_anew_for_the_same_moment(
    house: House, was_accepted: bool
) -> None:
    house.prepare(readers=3)
    house.postbox.order(do="drop", accept=was_accepted)
    house.at(-60).live()
    assert sorted(states()) == [BatchState.ACCEPTED, BatchState.ACCEPTED, BatchState.UNCERTAIN]
    house.live_until(-45)
    assert groups() == [GroupState.CANCELLED, GroupState.OPEN]
    assert set(states()) == {BatchState.ACCEPTED}
    assert Attempt.objects.filter(fate=Fate.CANCELLED).count() == 3
    house.live_until(1)
    counts = house.postbox.counts()
    assert (counts["addresses"], counts["arriving_twice"], counts["fates"]["sent"]) == (3, 0, 3)
    assert house.dispatch.state == DispatchState.FINISHED
    assert progress(house.dispatch).complete


def test_when_there_is_no_time_for_another_group_the_letters_leave_in_immediate_mode(house: House) -> None:
    house.prepare(readers=2)
    house.postbox.order(do="drop", accept=True)
    house.at(-21).live()
    house.live_until(-10)
    assert (groups(), set(states())) == ([GroupState.CANCELLED], {BatchState.PENDING})
    house.live_until(-1)
    assert house.fates == {"waiting": 2}
    house.live_until(1)
    assert house.fates == {"cancelled": 2, "sent": 2}
    assert house.postbox.counts()["arriving_twice"] == 0


def test_a_cancel_whose_answer_was_lost_is_asked_for_again_and_seen(house: House) -> None:
    house.prepare(readers=2)
    house.postbox.order(do="drop", accept=True)
    house.at(-60).live()
    house.postbox.order(do="drop", accept=True, call="scheduled_sends", times=3)
    house.live_until(1)
    assert groups() == [GroupState.CANCELLED, GroupState.LEFT]
    assert house.postbox.counts()["arriving_twice"] == 0
    assert house.fates["sent"] == 2


def test_a_cancel_that_never_came_through_leaves_things_as_in_immediate_mode(house: House) -> None:
    house.prepare(readers=2)
    house.postbox.order(do="drop", accept=True)
    house.at(-60).live()
    house.postbox.order(do="status", status=500, call="scheduled_sends", times=None)
    house.live_until(-5)
    assert groups() == [GroupState.CANCELLING]
    house.postbox.clear_orders()
    house.live_until(1)
    assert (groups(), house.fates) == ([GroupState.LEFT], {"sent": 2})
    assert sorted(states()) == [BatchState.ACCEPTED, BatchState.UNCERTAIN]
    assert house.dispatch.state == DispatchState.ATTENTION


def test_a_cancel_that_was_seen_too_late_makes_the_whole_group_doubtful(house: House) -> None:
    house.prepare(readers=2)
    house.postbox.order(do="drop", accept=True)
    house.at(-60).live()
    house.postbox.order(do="drop", accept=True, call="scheduled_sends", times=None)  # taken, never answered
    house.live_until(-5)
    house.postbox.clear_orders()
    house.live_until(1)
    assert (groups(), states()) == ([GroupState.DOUBTFUL], [BatchState.UNCERTAIN] * 2)
    assert house.dispatch.state == DispatchState.ATTENTION
    assert said(house).doubtful == 2


def test_a_person_cannot_have_a_batch_sent_again_that_can_still_be_cancelled(house: House) -> None:
    house.prepare(readers=1)
    house.postbox.order(do="drop", accept=True)
    house.at(-60).live()
    with pytest.raises(NotAllowed, match="12:00 UTC"):
        settle_batch.send_again(Batch.objects.get(), by="otto", now=house.clock())


def test_a_batch_that_misses_the_last_submit_waits_for_its_time_and_leaves_once(house: House) -> None:
    house.prepare(readers=2)
    house.at(-60)
    house.open()
    house.tend()
    house.at(-20)
    house.send()
    assert (house.postbox.counts()["accepted"], set(states())) == (0, {BatchState.PENDING})
    house.live_until(-1)
    assert house.postbox.counts()["accepted"] == 0
    house.live_until(1)
    assert house.fates == {"sent": 2}


def test_every_lease_is_over_when_a_group_is_decided() -> None:
    for seconds in (20, 300, 900, 3600):
        with override_settings(DISPATCH_LEASE=seconds):
            latest = scheduled_sends.last_submit(DUE)
            assert latest + timedelta(seconds=seconds) <= DUE - scheduled_sends.DECIDE
            assert latest <= DUE - scheduled_sends.LAST_SUBMIT
            assert DUE - scheduled_sends.DECIDE < scheduled_sends.last_ask(DUE) < DUE - scheduled_sends.CUT


def test_a_worker_that_sleeps_before_the_last_byte_does_not_write_it(house: House) -> None:
    house.prepare(readers=1)
    house.at(-60)
    house.open()
    house.tend()
    batch = send_batches.claim(Batch.objects.get().pk, now=house.clock())
    assert batch is not None
    group = scheduled_sends.group_for(batch, now=house.clock())
    assert group is not None
    attempt = send_batches.begin(batch, batch_recipients.address(batch), now=house.clock(), group=group)
    assert attempt is not None
    until = scheduled_sends.deadline(group, began_at=attempt.began_at)
    body = batch_recipients.payload(batch).body(
        batch_recipients.address(batch).readers,
        batch_recipients.address(batch).tokens,
        ids={"nl": "1"},
        ahead=scheduled_sends.terms(group),
    )
    house.at(5)  # asleep until after the letters were to leave
    with pytest.raises(TryLater, match="not made"):
        house.client.send(body, still=lambda: house.clock() < until)
    assert house.postbox.counts()["accepted"] == 0
    house.at(-59)
    house.client.send(body, still=lambda: house.clock() < until)
    assert house.fates == {"waiting": 1}


def test_no_call_begins_under_a_group_that_is_being_cancelled(house: House) -> None:
    house.prepare(readers=1)
    house.at(-60)
    house.open()
    house.tend()
    batch = send_batches.claim(Batch.objects.get().pk, now=house.clock())
    assert batch is not None
    group = scheduled_sends.group_for(batch, now=house.clock())
    assert group is not None
    Group.objects.update(state=GroupState.CANCELLING)
    assert send_batches.begin(batch, batch_recipients.address(batch), now=house.clock(), group=group) is None
    assert (states(), Attempt.objects.count()) == ([BatchState.PENDING], 0)


def test_a_worker_lost_in_a_call_has_its_group_cancelled_and_its_late_answer_changes_nothing(house: House) -> None:
    house.prepare(readers=2)
    house.at(-60)
    house.open()
    house.tend()
    lost = send_batches.claim(Batch.objects.get(number=1).pk, now=house.clock())
    assert lost is not None
    group = scheduled_sends.group_for(lost, now=house.clock())
    attempt = send_batches.begin(lost, batch_recipients.address(lost), now=house.clock(), group=group)
    assert attempt is not None
    house.live_until(-40)
    assert groups() == [GroupState.CANCELLED, GroupState.OPEN]
    assert send_batches.record(attempt, Receipt(202, "late"), now=house.clock()) is None
    house.live_until(1)
    assert (house.postbox.counts()["arriving_twice"], house.fates["sent"]) == (0, 2)


def test_stopped_in_time_everything_is_cancelled_and_said_to_be(house: House) -> None:
    house.prepare(readers=5)
    house.at(-60).live()
    control_dispatch.stop(house.dispatch, reason="wrong picture", now=house.clock())
    assert said(house).cancelling == 5
    house.live()
    done = said(house)
    assert (done.cancelled, done.cancelling, done.submitted, done.waiting) == (5, 0, 0, 0)
    assert "5 cancelled for certain" in scheduled_sends.words(done, leaves="today at 07:00", until="06:49")
    assert progress(house.dispatch).adds_up
    house.live_until(120, step=10)
    assert house.fates == {"cancelled": 5}


def test_stopped_while_it_is_being_submitted_the_rest_is_not_submitted(house: House) -> None:
    house.prepare(readers=4)
    house.at(-60)
    house.open()
    house.tend()
    send_batches.send(Batch.objects.get(number=1).pk, client=house.client, clock=house.clock)
    control_dispatch.stop(house.dispatch, reason="wrong picture", now=house.clock())
    house.live_until(5)
    done = said(house)
    assert (done.waiting, done.cancelled, house.fates) == (3, 1, {"cancelled": 1})


def test_stopped_too_late_it_says_so_plainly(house: House) -> None:
    house.prepare(readers=3)
    house.at(-60).live()
    house.at(-10.5)
    assert said(house).stoppable_until is None
    control_dispatch.stop(house.dispatch, reason="wrong picture", now=house.clock())
    house.live()
    done = said(house)
    assert (done.submitted, done.cancelled) == (3, 0)
    assert "3 too late to be stopped" in scheduled_sends.words(done, leaves="at 07:00", until="06:49")
    house.live_until(1)
    assert house.fates == {"sent": 3}


def test_a_paused_dispatch_submits_nothing_more_and_what_is_submitted_leaves(house: House) -> None:
    house.prepare(readers=2)
    house.at(-60)
    house.open()
    house.tend()
    send_batches.send(Batch.objects.get(number=1).pk, client=house.client, clock=house.clock)
    control_dispatch.pause(house.dispatch, reason="wait")
    house.live_until(5)
    assert house.fates == {"sent": 1}
    control_dispatch.resume(house.dispatch)
    house.live()
    assert house.fates == {"sent": 2}


def test_a_large_dispatch_has_eight_groups_at_most_and_a_second_one_what_is_left(house: House) -> None:
    first, second = house.prepare(readers=170), house.prepare(readers=3)
    house.at(-60).live()
    assert Group.objects.filter(dispatch__edition=first).count() == 8
    assert Batch.objects.filter(dispatch__edition=first).exclude(state=BatchState.ACCEPTED).count() == 0
    assert "taken by others" in scheduled_sends.reason_against(second, now=house.clock())
    house.live_until(-1, step=10)
    assert not Dispatch.objects.filter(edition=second).exists()
    house.live_until(1)
    assert house.fates == {"sent": 173}
    assert Dispatch.objects.get(edition=second).leaves_at is None


def test_no_two_groups_have_the_same_place(house: House) -> None:
    house.prepare(readers=170)
    house.prepare(readers=60)
    house.at(-60).live()
    places = [place for place in Group.objects.values_list("place", flat=True) if place]
    assert len(places) == len(set(places)) <= scheduled_sends.FIRST_PLACES


def test_while_many_cancels_stand_nothing_more_is_submitted_ahead(house: House) -> None:
    house.prepare(readers=170)
    house.at(-60).live()
    control_dispatch.stop(house.dispatch, reason="wrong picture", now=house.clock())
    house.live()
    assert Group.objects.filter(state=GroupState.CANCELLED, place__isnull=False).count() == 8
    second = house.prepare(readers=2)
    house.live_until(-1, step=5)
    assert not Attempt.objects.filter(batch__dispatch__edition=second).exists()
    house.live_until(1)
    assert house.fates == {"cancelled": 170, "sent": 2}


def test_a_place_is_given_back_an_hour_after_the_letters_are_gone_and_not_before(house: House) -> None:
    house.prepare(readers=2)
    house.at(-60).live()
    control_dispatch.stop(house.dispatch, reason="wrong picture", now=house.clock())
    house.live_until(59, step=7)
    group = Group.objects.get()
    assert (group.place, house.provider.status(group.provider_batch)) == (1, "cancel")
    house.at(60).live()
    group.refresh_from_db()
    assert (group.place, house.provider.status(group.provider_batch)) == (None, "")
    assert house.fates == {"cancelled": 2}


def test_a_group_that_somebody_paused_at_the_provider_is_cancelled_all_the_same(house: House) -> None:
    house.prepare(readers=1)
    house.at(-60).live()
    batch = Group.objects.get().provider_batch
    house.provider._call("POST", "/v3/user/scheduled_sends", {"batch_id": batch, "status": "pause"})
    control_dispatch.stop(house.dispatch, reason="wrong picture", now=house.clock())
    house.live_until(1)
    assert (groups(), house.fates) == ([GroupState.CANCELLED], {"cancelled": 1})


def test_a_worker_lost_between_a_cancel_and_its_record_is_replaced(house: House) -> None:
    house.prepare(readers=1)
    house.at(-60).live()
    control_dispatch.stop(house.dispatch, reason="wrong picture", now=house.clock())
    group = Group.objects.get()
    house.provider.cancel(group.provider_batch)  # done, and never written down
    Group.objects.update(lease_until=house.clock() + scheduled_groups.TENDING)
    house.live()
    assert groups() == [GroupState.CANCELLING]
    house.at(-59).live()
    assert groups() == [GroupState.CANCELLED]


def test_an_edition_approved_with_no_time_left_is_sent_when_it_is_due(house: House) -> None:
    edition = house.prepare(readers=2)
    house.at(-15).live_until(-1)
    assert "not enough time" in scheduled_sends.reason_against(edition, now=house.clock())
    assert not Dispatch.objects.exists()
    house.live_until(1)
    assert house.fates == {"sent": 2}


def test_batches_frozen_after_their_group_has_its_id_are_woken(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_dispatch, "LOT", 2)
    monkeypatch.setattr(open_dispatch, "FIRST_LOTS", 1)
    edition = house.prepare(readers=7)
    house.at(-60)
    open_dispatch.open(edition.pk, now=house.clock())
    assert Batch.objects.count() == 2
    house.tend()
    house.send()
    house.live()
    assert house.fates == {"waiting": 7}


def test_due_editions_are_found_in_the_database_by_their_publications_wish() -> None:
    plain, early = make.publication(), make.publication(ahead_minutes=90)
    for publication in (plain, early):
        make.approved_edition(publication, due_at=DUE)
    before = Edition.objects.due_for_dispatch(DUE - timedelta(minutes=90))
    assert [edition.publication for edition in before] == [early]
    assert Edition.objects.due_for_dispatch(DUE - timedelta(minutes=91)).count() == 0
    assert Edition.objects.due_for_dispatch(DUE).count() == 2


def test_readers_who_leave_after_the_call_still_get_the_letter_and_those_before_do_not(house: House) -> None:
    edition = house.prepare(readers=2)
    house.at(-60)
    house.open()
    house.tend()
    first, second = Batch.objects.order_by("number")
    send_batches.send(first.pk, client=house.client, clock=house.clock)
    for batch in (first, second):
        (reader,) = unpack(batch.subscribers)
        subscriptions.leave(
            subscriber_id=reader, publication_id=edition.publication_id, by="a click", now=house.clock()
        )
    house.live_until(1)
    assert (house.fates, states()) == ({"sent": 1}, [BatchState.ACCEPTED, BatchState.EMPTY])


@pytest.mark.parametrize(("kind", "proves"), [("processed", False), ("delivered", True)])
def test_of_a_doubtful_call_only_an_event_that_a_letter_had_left_proves_anything(
    house: House, kind: str, proves: bool
) -> None:
    house.prepare(readers=1)
    house.postbox.order(do="drop", accept=True)
    house.at(-60).live()
    house.postbox.order(do="drop", accept=True, call="scheduled_sends", times=None)
    house.live_until(-5)
    house.postbox.clear_orders()
    house.live_until(1)
    assert groups() == [GroupState.DOUBTFUL]
    tell(house, kind)
    assert states() == [BatchState.ACCEPTED if proves else BatchState.UNCERTAIN]


def test_late_evidence_about_a_cancelled_call_does_not_keep_its_readers_from_the_next_one(house: House) -> None:
    house.prepare(readers=1)
    house.postbox.order(do="drop", accept=True)
    house.at(-21).live()
    house.live_until(-10)
    attempt = Attempt.objects.get()
    assert (attempt.fate, states()) == (Fate.CANCELLED, [BatchState.PENDING])
    tell(house, "processed")
    assert not settle_batch.settle_by_evidence(attempt.pk, evidence="event “processed”", now=house.clock())
    assert states() == [BatchState.PENDING]
    house.live_until(1)
    assert house.fates == {"cancelled": 1, "sent": 1}


def test_an_event_that_a_cancelled_letter_left_is_called_by_its_name(house: House) -> None:
    house.prepare(readers=1)
    house.at(-60).live()
    control_dispatch.stop(house.dispatch, reason="wrong picture", now=house.clock())
    house.live_until(1)
    assert scheduled_sends.cancels_that_did_not_hold(house.dispatch) == 0
    tell(house, "delivered")
    assert scheduled_sends.cancels_that_did_not_hold(house.dispatch) == 1
    standings = status(now=house.clock())
    assert "doubtful-cancels" in {trouble.page for trouble in standings.verdict.troubles}


def tell(house: House, kind: str) -> None:
    """An event of this kind about the first letter that the postbox took."""
    letter = house.postbox.letters()[0]
    ids = {name: int(value) for name, value in letter["custom_args"].items() if name != "nl_house"}
    told = Event(
        Kind(kind), house.clock(), letter["address"], letter["message_id"], ids["nl_dispatch"], ids["nl_batch"],
        ids["nl_attempt"], ids["nl_subscriber"], Cause.NONE, "",
    )  # fmt: skip
    apply_events.settle([told], now=house.clock())


def test_what_is_submitted_ahead_is_told_in_one_sentence_on_the_publications_clock(house: House) -> None:
    house.prepare(readers=2)
    house.at(-60).live()
    waits = waiting(house.dispatch, now=house.clock())
    assert waits is not None
    assert waits.sentences == ("2 readers submitted ahead; leaves at 07:00; can be stopped until 06:49.",)
    house.at(-8)
    waits = waiting(house.dispatch, now=house.clock())
    assert waits is not None
    assert waits.sentences == ("2 readers submitted ahead; leaves at 07:00; too late to be stopped.",)


def test_a_doubt_that_can_still_be_cancelled_is_nobodys_trouble(house: House) -> None:
    house.prepare(readers=1)
    house.postbox.order(do="drop", accept=True)
    house.at(-60).live()
    house.at(-52)
    seen = {trouble.page for trouble in status(now=house.clock()).verdict.troubles}
    assert not seen & {"uncertain-batches", "stuck-dispatch", "doubtful-cancels"}


def test_a_cancel_that_nobody_confirms_is_a_persons_trouble(house: House) -> None:
    house.prepare(readers=1)
    house.at(-60).live()
    house.postbox.order(do="status", status=500, call="scheduled_sends", times=None)
    control_dispatch.stop(house.dispatch, reason="wrong picture", now=house.clock())
    house.live_until(-9, step=3)
    assert "doubtful-cancels" in {trouble.page for trouble in status(now=house.clock()).verdict.troubles}
