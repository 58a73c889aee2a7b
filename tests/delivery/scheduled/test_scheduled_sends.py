"""Submitting ahead, over HTTP against a postbox with the provider's documented rules and a clock that is set."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from newsletter.audience import subscriptions
from newsletter.delivery.dispatches import control_dispatch, open_dispatch, settle_batch
from newsletter.delivery.dispatches.delay_reasons import delay_of
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Attempt, Batch, Dispatch, ScheduledGroup
from newsletter.delivery.recipients import batch_recipients
from newsletter.delivery.scheduled import scheduled_counts, scheduled_groups, scheduled_sends
from newsletter.delivery.sending import send_batches
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState, ScheduledGroupState
from newsletter.editions.models import Edition, EditionState
from newsletter.insights import apply_events
from newsletter.lib.errors import InvalidState
from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import RetryLater
from newsletter.mail.sendgrid.event_webhook import Event, EventType, SuppressionCause
from newsletter.ops.system_status import status
from tests.delivery.living import DUE, System, living
from tests.support import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.long]


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with living(tmp_path / "ahead.sqlite3") as one, override_settings(DISPATCH_BATCH_SIZE=1, DISPATCH_LEASE=300):
        yield one


def states() -> list[str]:
    return list(Batch.objects.order_by("number").values_list("state", flat=True))


def groups() -> list[str]:
    return list(ScheduledGroup.objects.order_by("pk").values_list("state", flat=True))


def said(system: System) -> scheduled_sends.ScheduledSendStatus:
    found = scheduled_sends.scheduled_send_status(system.dispatch, now=system.clock())
    assert found is not None
    return found


def test_an_edition_is_handed_over_ahead_and_leaves_at_its_time(system: System) -> None:
    system.prepare(readers=3)
    system.at(-61).live()
    assert not Dispatch.objects.exists()
    system.at(-60).live()
    assert (states(), system.fates) == ([BatchState.ACCEPTED] * 3, {"waiting": 3})
    calls = system.postbox.letters()
    assert {call["send_at"] for call in calls} == {int(DUE.timestamp())}
    assert {call["batch_id"] for call in calls} == {ScheduledGroup.objects.get().provider_batch_id}
    assert set(Attempt.objects.values_list("group", flat=True)) == {ScheduledGroup.objects.get().pk}
    system.at(0).live()
    assert (system.fates, groups()) == ({"sent": 3}, [ScheduledGroupState.LEFT])


def test_a_dispatch_is_not_finished_before_its_letters_may_leave(system: System) -> None:
    edition = system.prepare()
    system.at(-60).live()
    system.at(-1).live()
    assert (system.dispatch.state, progress(system.dispatch).phase) == (DispatchState.OPEN, "scheduled at provider")
    system.at(0).live()
    edition.refresh_from_db()
    assert (system.dispatch.state, edition.state) == (DispatchState.FINISHED, EditionState.DISPATCHED)


def test_a_publication_that_does_not_ask_for_it_has_no_groups(system: System) -> None:
    publication = make.publication()
    make.readers(publication, 2)
    make.approved_edition(publication, due_at=DUE)
    system.at(-1).live()
    assert not Dispatch.objects.exists()
    system.at(0).live()
    assert (system.fates, ScheduledGroup.objects.count(), system.dispatch.leaves_at) == ({"sent": 2}, 0, None)
    assert scheduled_sends.scheduled_send_status(system.dispatch, now=system.clock()) is None


def test_batches_sleep_until_their_group_has_an_id_and_a_lost_mint_costs_nothing(system: System) -> None:
    system.prepare()
    system.postbox.order(do="drop", accept=True, call="batch", times=2)
    system.at(-60).live()
    assert (set(states()), system.postbox.counts()["accepted"]) == ({BatchState.PENDING}, 0)
    system.at(-59).live()  # the response with the batch id is lost a second time
    system.at(-58).live()
    assert system.fates == {"waiting": 3}


def test_without_an_id_letters_leave_at_their_time_in_immediate_mode(system: System) -> None:
    system.prepare()
    system.postbox.order(do="status", status=500, call="batch", times=None)
    system.at(-60).live_until(-1)
    assert system.postbox.counts()["accepted"] == 0
    system.at(0).live()
    assert (system.fates, system.postbox.counts()["accepted_twice"]) == ({"sent": 3}, 0)
    assert {call["send_at"] for call in system.postbox.letters()} == {None}


def test_evidence_settles_a_lost_answer_and_nothing_is_cancelled(system: System) -> None:
    system.prepare(readers=2)
    system.postbox.order(do="drop", accept=True)
    system.at(-60).live()
    doubtful = Batch.objects.get(state=BatchState.UNCERTAIN)
    attempt = doubtful.attempts.get()
    assert settle_batch.settle_by_evidence(attempt.pk, evidence="event “processed”", now=system.clock())
    system.live_until(1)
    assert (system.fates, groups()) == ({"sent": 2}, [ScheduledGroupState.LEFT])


@pytest.mark.parametrize("was_accepted", [True, False])
def test_an_uncertain_group_is_cancelled_and_submitted_anew_for_the_same_moment(
    system: System, was_accepted: bool
) -> None:
    system.prepare(readers=3)
    system.postbox.order(do="drop", accept=was_accepted)
    system.at(-60).live()
    assert sorted(states()) == [BatchState.ACCEPTED, BatchState.ACCEPTED, BatchState.UNCERTAIN]
    system.live_until(-45)
    assert groups() == [ScheduledGroupState.CANCELLED, ScheduledGroupState.OPEN]
    assert set(states()) == {BatchState.ACCEPTED}
    assert Attempt.objects.filter(status=AttemptStatus.CANCELLED).count() == 3
    system.live_until(1)
    counts = system.postbox.counts()
    assert (counts["addresses"], counts["arriving_twice"], counts["statuses"]["sent"]) == (3, 0, 3)
    assert system.dispatch.state == DispatchState.FINISHED
    assert progress(system.dispatch).complete


def test_the_cancel_of_one_edition_touches_no_other_edition_that_is_submitted_ahead(system: System) -> None:
    system.prepare(readers=1)
    system.at(-60).live()
    other, *_ = system.dispatches
    system.prepare(readers=2)
    system.postbox.order(do="drop", accept=True)
    system.live()
    doubtful = system.dispatches.exclude(pk=other.pk).get()
    calls = Attempt.objects.filter(batch__dispatch=doubtful)
    calls.filter(status=AttemptStatus.ACCEPTED).update(settled_by="Otto: count as accepted")
    system.live_until(-45)
    assert list(other.groups.values_list("state", "cancel_requested_at")) == [(ScheduledGroupState.OPEN, None)]
    kept = set(calls.filter(status=AttemptStatus.CANCELLED).values_list("settled_by", flat=True))
    assert kept == {"Otto: count as accepted", "cancelled with group 1"}
    assert scheduled_groups.requeue_batches(other.groups.get().pk, now=system.clock()) == 0
    assert set(other.batches.values_list("state", "fence")) == {(BatchState.ACCEPTED, 1)}
    assert list(doubtful.groups.order_by("number").values_list("state", flat=True)) == [
        ScheduledGroupState.CANCELLED,
        ScheduledGroupState.OPEN,
    ]
    system.live_until(1)
    assert (system.fates, system.postbox.counts()["arriving_twice"]) == ({"cancelled": 2, "sent": 3}, 0)
    assert {one.state for one in system.dispatches} == {DispatchState.FINISHED}


def test_when_there_is_no_time_for_another_group_the_letters_leave_in_immediate_mode(system: System) -> None:
    system.prepare(readers=2)
    system.postbox.order(do="drop", accept=True)
    system.at(-21).live()
    system.live_until(-10)
    assert (groups(), set(states())) == ([ScheduledGroupState.CANCELLED], {BatchState.PENDING})
    system.live_until(-1)
    assert system.fates == {"waiting": 2}
    system.live_until(1)
    assert system.fates == {"cancelled": 2, "sent": 2}
    assert system.postbox.counts()["arriving_twice"] == 0


def test_a_cancel_whose_answer_was_lost_is_asked_for_again_and_seen(system: System) -> None:
    system.prepare(readers=2)
    system.postbox.order(do="drop", accept=True)
    system.at(-60).live()
    system.postbox.order(do="drop", accept=True, call="scheduled_sends", times=3)
    system.live_until(1)
    assert groups() == [ScheduledGroupState.CANCELLED, ScheduledGroupState.LEFT]
    assert system.postbox.counts()["arriving_twice"] == 0
    assert system.fates["sent"] == 2


def test_a_cancel_that_never_came_through_leaves_things_as_in_immediate_mode(system: System) -> None:
    system.prepare(readers=2)
    system.postbox.order(do="drop", accept=True)
    system.at(-60).live()
    system.postbox.order(do="status", status=500, call="scheduled_sends", times=None)
    system.live_until(-5)
    assert groups() == [ScheduledGroupState.CANCELLING]
    system.postbox.clear_orders()
    system.live_until(1)
    assert (groups(), system.fates) == ([ScheduledGroupState.LEFT], {"sent": 2})
    assert sorted(states()) == [BatchState.ACCEPTED, BatchState.UNCERTAIN]
    assert system.dispatch.state == DispatchState.ATTENTION


def test_a_cancel_that_was_seen_too_late_makes_the_whole_group_doubtful(system: System) -> None:
    system.prepare(readers=2)
    system.postbox.order(do="drop", accept=True)
    system.at(-60).live()
    system.postbox.order(do="drop", accept=True, call="scheduled_sends", times=None)  # taken, never answered
    system.live_until(-5)
    system.postbox.clear_orders()
    system.live_until(0)  # the very moment at which nothing can change any more
    assert (groups(), states()) == ([ScheduledGroupState.DOUBTFUL], [BatchState.UNCERTAIN] * 2)
    assert system.dispatch.state == DispatchState.ATTENTION
    assert said(system).doubtful == 2


def test_a_person_cannot_have_a_batch_sent_again_that_can_still_be_cancelled(system: System) -> None:
    system.prepare(readers=1)
    system.postbox.order(do="drop", accept=True)
    system.at(-60).live()
    with pytest.raises(InvalidState, match="12:00 UTC"):
        settle_batch.send_again(Batch.objects.get(), by="otto", now=system.clock())


def test_a_batch_that_misses_the_last_submit_waits_for_its_time_and_leaves_once(system: System) -> None:
    system.prepare(readers=2)
    system.at(-60)
    system.open()
    system.tend()
    system.at(-20)
    system.send()
    assert (system.postbox.counts()["accepted"], set(states())) == (0, {BatchState.PENDING})
    system.live_until(-1)
    assert system.postbox.counts()["accepted"] == 0
    system.live_until(1)
    assert system.fates == {"sent": 2}


def test_every_lease_is_over_when_a_group_is_decided() -> None:
    for seconds in (20, 300, 900, 3600):
        with override_settings(DISPATCH_LEASE=seconds):
            latest = scheduled_sends.last_submit(DUE)
            assert latest + timedelta(seconds=seconds) <= DUE - scheduled_sends.EVIDENCE_DEADLINE
            assert latest <= DUE - scheduled_sends.LAST_SUBMISSION_BEFORE
            assert (
                DUE - scheduled_sends.EVIDENCE_DEADLINE
                < scheduled_sends.last_cancel_at(DUE)
                < DUE - scheduled_sends.PROVIDER_CANCEL_CUTOFF
            )


def test_a_worker_that_sleeps_before_the_last_byte_does_not_write_it(system: System) -> None:
    system.prepare(readers=1)
    system.at(-60)
    system.open()
    system.tend()
    batch = send_batches.claim(Batch.objects.get().pk, now=system.clock())
    assert batch is not None
    group = scheduled_sends.group_for(batch, now=system.clock())
    assert group is not None
    attempt = send_batches.begin_attempt(
        batch, batch_recipients.resolve_recipients(batch), now=system.clock(), group=group
    )
    assert attempt is not None
    until = scheduled_sends.deadline(group, began_at=attempt.began_at)
    body = batch_recipients.payload(batch).body(
        batch_recipients.resolve_recipients(batch).readers,
        batch_recipients.resolve_recipients(batch).tokens,
        ids={"nl": "1"},
        ahead=scheduled_sends.scheduled_send(group),
    )
    system.at(5)  # asleep until after the letters were to leave
    with pytest.raises(RetryLater, match="not sent"):
        system.client.send(body, may_finish=lambda: system.clock() < until)
    assert system.postbox.counts()["accepted"] == 0
    system.at(-59)
    system.client.send(body, may_finish=lambda: system.clock() < until)
    assert system.fates == {"waiting": 1}


def test_no_call_begins_under_a_group_that_is_being_cancelled(system: System) -> None:
    system.prepare(readers=1)
    system.at(-60)
    system.open()
    system.tend()
    batch = send_batches.claim(Batch.objects.get().pk, now=system.clock())
    assert batch is not None
    group = scheduled_sends.group_for(batch, now=system.clock())
    assert group is not None
    ScheduledGroup.objects.update(state=ScheduledGroupState.CANCELLING)
    assert (
        send_batches.begin_attempt(batch, batch_recipients.resolve_recipients(batch), now=system.clock(), group=group)
        is None
    )
    assert (states(), Attempt.objects.count()) == ([BatchState.PENDING], 0)


def test_a_worker_lost_in_a_call_has_its_group_cancelled_and_its_late_answer_changes_nothing(system: System) -> None:
    system.prepare(readers=2)
    system.at(-60)
    system.open()
    system.tend()
    lost = send_batches.claim(Batch.objects.get(number=1).pk, now=system.clock())
    assert lost is not None
    group = scheduled_sends.group_for(lost, now=system.clock())
    attempt = send_batches.begin_attempt(
        lost, batch_recipients.resolve_recipients(lost), now=system.clock(), group=group
    )
    assert attempt is not None
    system.live_until(-40)
    assert groups() == [ScheduledGroupState.CANCELLED, ScheduledGroupState.OPEN]
    assert send_batches.record_result(attempt, Receipt(202, "late"), now=system.clock()) is None
    system.live_until(1)
    assert (system.postbox.counts()["arriving_twice"], system.fates["sent"]) == (0, 2)


def test_stopped_in_time_everything_is_cancelled_and_said_to_be(system: System) -> None:
    system.prepare(readers=5)
    system.at(-60).live()
    control_dispatch.stop(system.dispatch, reason="wrong picture", now=system.clock())
    assert said(system).cancelling == 5
    system.live()
    done = said(system)
    assert (done.cancelled, done.cancelling, done.submitted, done.waiting) == (5, 0, 0, 0)
    assert "5 cancelled" in scheduled_sends.describe(done, leaves="today at 07:00", until="06:49")
    assert progress(system.dispatch).adds_up
    system.live_until(120, step=10)
    assert system.fates == {"cancelled": 5}


def test_stopped_while_it_is_being_submitted_the_rest_is_not_submitted(system: System) -> None:
    system.prepare(readers=4)
    system.at(-60)
    system.open()
    system.tend()
    send_batches.send(Batch.objects.get(number=1).pk, client=system.client, clock=system.clock)
    control_dispatch.stop(system.dispatch, reason="wrong picture", now=system.clock())
    system.live_until(5)
    done = said(system)
    assert (done.waiting, done.cancelled, system.fates) == (3, 1, {"cancelled": 1})


def test_stopped_too_late_it_says_so_plainly(system: System) -> None:
    system.prepare(readers=3)
    system.at(-60).live()
    system.at(-10.5)
    assert said(system).stoppable_until is None
    control_dispatch.stop(system.dispatch, reason="wrong picture", now=system.clock())
    system.live()
    done = said(system)
    assert (done.submitted, done.cancelled) == (3, 0)
    assert "3 could not be stopped in time" in scheduled_sends.describe(done, leaves="at 07:00", until="06:49")
    system.live_until(1)
    assert system.fates == {"sent": 3}


def test_a_paused_dispatch_submits_nothing_more_and_what_is_submitted_leaves(system: System) -> None:
    system.prepare(readers=2)
    system.at(-60)
    system.open()
    system.tend()
    send_batches.send(Batch.objects.get(number=1).pk, client=system.client, clock=system.clock)
    control_dispatch.pause(system.dispatch, reason="wait")
    system.live_until(5)
    assert system.fates == {"sent": 1}
    control_dispatch.resume(system.dispatch)
    system.live()
    assert system.fates == {"sent": 2}


def test_a_large_dispatch_has_eight_groups_at_most_and_a_second_one_what_is_left(system: System) -> None:
    first, second = system.prepare(readers=170), system.prepare(readers=3)
    system.at(-60).live()
    assert ScheduledGroup.objects.filter(dispatch__edition=first).count() == 8
    assert Batch.objects.filter(dispatch__edition=first).exclude(state=BatchState.ACCEPTED).count() == 0
    assert "in use" in scheduled_sends.reason_against(second, now=system.clock())
    system.live_until(-1, step=10)
    assert not Dispatch.objects.filter(edition=second).exists()
    system.live_until(1)
    assert system.fates == {"sent": 173}
    assert Dispatch.objects.get(edition=second).leaves_at is None


def test_a_slot_is_taken_by_an_open_group_and_by_a_cancel_that_stands_and_by_nothing_else(system: System) -> None:
    system.prepare()
    system.at(-60).live()
    later = make.edition(make.publication(schedule_ahead_minutes=60, lead_minutes=120), due_at=DUE)
    dispatch, now = system.dispatch, system.clock()
    for number in range(2, 12):
        dispatch.groups.create(number=number, send_at=DUE, state=ScheduledGroupState.LEFT)
    assert scheduled_sends.reason_against(later, now=now) == ""
    for slot, group in enumerate(dispatch.groups.filter(number__in=range(2, 8)), start=2):
        group.state, group.cancel_slot = ScheduledGroupState.CANCELLED, slot
        group.save()
    assert scheduled_sends.reason_against(later, now=now) == ""  # seven of eight
    dispatch.groups.filter(number=8).update(state=ScheduledGroupState.OPEN)
    assert scheduled_sends.reason_against(later, now=now) == "All cancel slots at the provider are in use."


def test_the_last_two_slots_are_for_groups_that_replace_a_cancelled_one(system: System) -> None:
    system.prepare()
    system.at(-60).live()
    dispatch, provider = system.dispatch, system.provider
    dispatch.groups.update(cancel_slot=1)
    taken = dispatch.groups.get()
    for slot in range(2, 9):
        dispatch.groups.create(
            number=slot, send_at=DUE, state=ScheduledGroupState.OPEN, cancel_slot=slot, provider_batch_id=f"b{slot}"
        )
    new = dispatch.groups.create(number=9, send_at=DUE, state=ScheduledGroupState.OPEN)
    scheduled_groups.advance_group(new.pk, provider=provider, clock=system.clock)
    new.refresh_from_db()
    assert (new.cancel_slot, new.provider_batch_id) == (None, "")
    ScheduledGroup.objects.filter(pk=taken.pk).update(state=ScheduledGroupState.CANCELLED)
    ScheduledGroup.objects.filter(pk=new.pk).update(lease_until=None)
    scheduled_groups.advance_group(new.pk, provider=provider, clock=system.clock)
    new.refresh_from_db()
    assert new.cancel_slot == 9
    assert new.provider_batch_id


def test_no_two_groups_have_the_same_place(system: System) -> None:
    system.prepare(readers=170)
    system.prepare(readers=60)
    system.at(-60).live()
    places = [place for place in ScheduledGroup.objects.values_list("cancel_slot", flat=True) if place]
    assert len(places) == len(set(places)) <= scheduled_sends.SLOTS_FOR_NEW_GROUPS


def test_while_many_cancels_stand_nothing_more_is_submitted_ahead(system: System) -> None:
    system.prepare(readers=170)
    system.at(-60).live()
    control_dispatch.stop(system.dispatch, reason="wrong picture", now=system.clock())
    system.live()
    assert ScheduledGroup.objects.filter(state=ScheduledGroupState.CANCELLED, cancel_slot__isnull=False).count() == 8
    second = system.prepare(readers=2)
    system.live_until(-1, step=5)
    assert not Attempt.objects.filter(batch__dispatch__edition=second).exists()
    system.live_until(1)
    assert system.fates == {"cancelled": 170, "sent": 2}


def test_a_place_is_given_back_an_hour_after_the_letters_are_gone_and_not_before(system: System) -> None:
    system.prepare(readers=2)
    system.at(-60).live()
    control_dispatch.stop(system.dispatch, reason="wrong picture", now=system.clock())
    system.live_until(59, step=7)
    group = ScheduledGroup.objects.get()
    assert (group.cancel_slot, system.provider.status(group.provider_batch_id)) == (1, "cancel")
    system.at(60).live()
    group.refresh_from_db()
    assert (group.cancel_slot, system.provider.status(group.provider_batch_id)) == (None, "")
    assert system.fates == {"cancelled": 2}


def test_a_group_that_somebody_paused_at_the_provider_is_cancelled_all_the_same(system: System) -> None:
    system.prepare(readers=1)
    system.at(-60).live()
    batch = ScheduledGroup.objects.get().provider_batch_id
    system.provider._call("POST", "/v3/user/scheduled_sends", {"batch_id": batch, "status": "pause"})
    control_dispatch.stop(system.dispatch, reason="wrong picture", now=system.clock())
    system.live_until(1)
    assert (groups(), system.fates) == ([ScheduledGroupState.CANCELLED], {"cancelled": 1})


def test_a_worker_lost_between_a_cancel_and_its_record_is_replaced(system: System) -> None:
    system.prepare(readers=1)
    system.at(-60).live()
    control_dispatch.stop(system.dispatch, reason="wrong picture", now=system.clock())
    group = ScheduledGroup.objects.get()
    system.provider.cancel(group.provider_batch_id)  # done, and never written down
    ScheduledGroup.objects.update(lease_until=system.clock() + scheduled_groups.STEP_LEASE)
    system.live()
    assert groups() == [ScheduledGroupState.CANCELLING]
    system.at(-59).live()
    assert groups() == [ScheduledGroupState.CANCELLED]


def test_an_edition_approved_with_no_time_left_is_sent_when_it_is_due(system: System) -> None:
    edition = system.prepare(readers=2)
    system.at(-15).live_until(-1)
    assert "not enough time" in scheduled_sends.reason_against(edition, now=system.clock())
    assert not Dispatch.objects.exists()
    system.live_until(1)
    assert system.fates == {"sent": 2}


def test_batches_frozen_after_their_group_has_its_id_are_woken(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_dispatch, "CHUNK_SIZE", 2)
    monkeypatch.setattr(open_dispatch, "FIRST_PART_CHUNKS", 1)
    edition = system.prepare(readers=7)
    system.at(-60)
    open_dispatch.open_dispatch(edition.pk, now=system.clock())
    assert Batch.objects.count() == 2
    system.tend()
    system.send()
    system.live()
    assert system.fates == {"waiting": 7}


def test_due_editions_are_found_in_the_database_by_their_publications_wish() -> None:
    plain, early = make.publication(), make.publication(schedule_ahead_minutes=90)
    for publication in (plain, early):
        make.approved_edition(publication, due_at=DUE)
    before = Edition.objects.due_for_dispatch(DUE - timedelta(minutes=90))
    assert [edition.publication for edition in before] == [early]
    assert Edition.objects.due_for_dispatch(DUE - timedelta(minutes=91)).count() == 0
    assert Edition.objects.due_for_dispatch(DUE).count() == 2


def test_readers_who_leave_after_the_call_still_get_the_letter_and_those_before_do_not(system: System) -> None:
    edition = system.prepare(readers=2)
    system.at(-60)
    system.open()
    system.tend()
    first, second = Batch.objects.order_by("number")
    send_batches.send(first.pk, client=system.client, clock=system.clock)
    for batch in (first, second):
        (reader,) = unpack(batch.subscribers)
        subscriptions.unsubscribe(
            subscriber_id=reader, publication_id=edition.publication_id, by="a click", now=system.clock()
        )
    system.live_until(1)
    assert (system.fates, states()) == ({"sent": 1}, [BatchState.ACCEPTED, BatchState.EMPTY])


@pytest.mark.parametrize(("kind", "proves"), [("processed", False), ("delivered", True)])
def test_of_a_doubtful_call_only_an_event_that_a_letter_had_left_proves_anything(
    system: System, kind: str, proves: bool
) -> None:
    system.prepare(readers=1)
    system.postbox.order(do="drop", accept=True)
    system.at(-60).live()
    system.postbox.order(do="drop", accept=True, call="scheduled_sends", times=None)
    system.live_until(-5)
    system.postbox.clear_orders()
    system.live_until(1)
    assert groups() == [ScheduledGroupState.DOUBTFUL]
    tell(system, kind)
    assert states() == [BatchState.ACCEPTED if proves else BatchState.UNCERTAIN]


def test_late_evidence_about_a_cancelled_call_does_not_keep_its_readers_from_the_next_one(system: System) -> None:
    system.prepare(readers=1)
    system.postbox.order(do="drop", accept=True)
    system.at(-21).live()
    system.live_until(-10)
    attempt = Attempt.objects.get()
    assert (attempt.status, states()) == (AttemptStatus.CANCELLED, [BatchState.PENDING])
    tell(system, "processed")
    assert not settle_batch.settle_by_evidence(attempt.pk, evidence="event “processed”", now=system.clock())
    assert states() == [BatchState.PENDING]
    system.live_until(1)
    assert system.fates == {"cancelled": 1, "sent": 1}


def test_an_event_that_a_cancelled_letter_left_is_called_by_its_name(system: System) -> None:
    system.prepare(readers=1)
    system.at(-60).live()
    control_dispatch.stop(system.dispatch, reason="wrong picture", now=system.clock())
    system.live_until(1)
    assert scheduled_counts.cancels_not_held([system.dispatch]) == {}
    tell(system, "delivered")
    assert scheduled_counts.cancels_not_held([system.dispatch]) == {system.dispatch.pk: 1}
    statuses = status(now=system.clock())
    assert "doubtful-cancels" in {trouble.page for trouble in statuses.verdict.problems}


def tell(system: System, kind: str) -> None:
    """An event of this kind about the first letter that the postbox took."""
    letter = system.postbox.letters()[0]
    ids = {name: int(value) for name, value in letter["custom_args"].items() if name != "nl_installation"}
    told = Event(
        EventType(kind), system.clock(), letter["address"], letter["message_id"], ids["nl_dispatch"], ids["nl_batch"],
        ids["nl_attempt"], ids["nl_subscriber"], SuppressionCause.NONE, "",
    )  # fmt: skip
    apply_events.settle_uncertain_attempts([told], now=system.clock())


def test_what_is_submitted_ahead_is_told_in_one_sentence_on_the_publications_clock(system: System) -> None:
    system.prepare(readers=2)
    system.at(-60).live()
    waits = delay_of(system.dispatch, now=system.clock())
    assert waits is not None
    assert waits.sentences == ("2 readers scheduled at the provider; sends at 07:00; you can stop it until 06:49.",)
    system.at(-8)
    waits = delay_of(system.dispatch, now=system.clock())
    assert waits is not None
    assert waits.sentences == ("2 readers scheduled at the provider; sends at 07:00; it is too late to stop it.",)


def test_a_doubt_that_can_still_be_cancelled_is_nobodys_trouble(system: System) -> None:
    system.prepare(readers=1)
    system.postbox.order(do="drop", accept=True)
    system.at(-60).live()
    system.at(-52)
    seen = {trouble.page for trouble in status(now=system.clock()).verdict.problems}
    assert not seen & {"uncertain-batches", "stuck-dispatch", "doubtful-cancels"}


def test_a_cancel_that_nobody_confirms_is_a_persons_trouble(system: System) -> None:
    system.prepare(readers=1)
    system.at(-60).live()
    system.postbox.order(do="status", status=500, call="scheduled_sends", times=None)
    control_dispatch.stop(system.dispatch, reason="wrong picture", now=system.clock())
    system.live_until(-9, step=3)
    assert "doubtful-cancels" in {trouble.page for trouble in status(now=system.clock()).verdict.problems}
