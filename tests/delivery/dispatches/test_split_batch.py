"""A refused batch is split to find whom it was refused for: the others get their letter, once."""

from array import array
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.audience import subscriptions
from newsletter.audience.models import Subscriber
from newsletter.delivery.dispatches import control_dispatch, open_dispatch, recovery, split_batch
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.recipients import batch_recipients
from newsletter.delivery.sending import attempt_outcome, send_batches
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.editions.models import EditionState
from newsletter.lib.errors import InvalidState
from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import ProviderError, Refused
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.postbox.postbox import Postbox
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(minutes=5)
Opener = Callable[..., Dispatch]


def spoil(places: list[int]) -> set[int]:
    """Make the addresses of these readers, counted from 0 by id, such that the provider refuses them; their ids."""
    people = list(Subscriber.objects.order_by("pk"))
    bad = {people[place].pk for place in places}
    for pk in bad:
        Subscriber.objects.filter(pk=pk).update(email=f"not an address {pk}@readers.example")
    return bad


def standing_at(moment: datetime) -> Callable[[], datetime]:
    """A clock that shows this moment."""
    return lambda: moment


def send_all(client: Client, *, rounds: int = 100) -> None:
    """What the tick and the workers do, until there is nothing to do."""
    now = MONDAY
    for _ in range(rounds):
        due = recovery.batches_to_enqueue(now=now, limit=1000)
        for batch in due:
            send_batches.send(batch, client=client, clock=standing_at(now))
        recovery.finish_completed(now=now)
        if not due and not recovery.batches_to_enqueue(now=now, limit=1000):
            return
        now += timedelta(seconds=30)
    raise AssertionError("it never ends")


def refused_readers(dispatch: Dispatch) -> set[int]:
    return {pk for batch in dispatch.batches.filter(state=BatchState.REFUSED) for pk in unpack(batch.subscribers)}


def answer(batch: Batch, said: Receipt | ProviderError) -> AttemptStatus | None:
    """Send one batch to a provider that answers so."""
    claimed = send_batches.claim(batch.pk, now=MONDAY)
    assert claimed is not None
    attempt = send_batches.begin_attempt(claimed, batch_recipients.resolve_recipients(claimed), now=MONDAY)
    assert attempt is not None
    return send_batches.record_result(attempt, said, now=MONDAY)


def test_a_bad_address_costs_nobody_else_the_letter(opened: Opener, client: Client, postbox: Postbox) -> None:
    dispatch = opened(readers=40, size=20)
    bad = spoil([3, 27, 28])
    send_all(client)
    dispatch.refresh_from_db()
    done = progress(dispatch)
    assert (done.accepted, done.refused, done.waiting, done.adds_up) == (37, 3, 0, True)
    assert (postbox.counts()["addresses"], postbox.counts()["accepted_twice"]) == (37, 0)
    assert refused_readers(dispatch) == bad
    assert dispatch.state == DispatchState.ATTENTION
    assert dispatch.reason.startswith("3 readers were refused for their own address or name.")


def test_readers_who_had_left_before_the_refused_call_stay_counted(
    opened: Opener, client: Client, postbox: Postbox
) -> None:
    dispatch = opened(readers=4)
    spoil([3])
    gone = Subscriber.objects.order_by("pk")[1]
    subscriptions.unsubscribe(
        subscriber_id=gone.pk, publication_id=dispatch.edition.publication_id, by="one-click", now=MONDAY
    )
    send_all(client)
    done = progress(dispatch)
    assert (done.accepted, done.refused, done.left_since, done.adds_up) == (2, 1, 1, True)
    assert postbox.counts()["accepted_twice"] == 0


def test_numbers_go_on_after_the_highest_and_the_old_batch_counts_nobody(opened: Opener) -> None:
    dispatch = opened(readers=30, size=10)
    answer(dispatch.batches.get(number=2), Refused("HTTP 400", status=400, readers=[0, 9]))
    parts = dispatch.batches.filter(number__gt=3).order_by("number")
    assert [(part.number, part.count, part.state) for part in parts] == [
        (4, 8, BatchState.PENDING),
        (5, 1, BatchState.PENDING),
        (6, 1, BatchState.PENDING),
    ]
    assert dispatch.batches.get(number=2).state == BatchState.SPLIT
    done = progress(dispatch)
    assert (done.waiting, done.refused, done.adds_up) == (30, 0, True)


def test_without_a_name_a_batch_is_halved_once_the_letter_was_accepted_elsewhere(opened: Opener) -> None:
    dispatch = opened(readers=20, size=10)
    first, second = dispatch.batches.order_by("number")
    answer(first, Refused("HTTP 400", status=400))
    assert dispatch.batches.count() == 2
    answer(second, Receipt(202, "m"))
    recovery.finish_completed(now=LATER)
    assert sorted(dispatch.batches.filter(split_from=first).values_list("count", flat=True)) == [5, 5]
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.OPEN


def test_a_letter_that_is_itself_bad_is_not_split(opened: Opener) -> None:
    dispatch = opened(readers=40, size=10)
    for number in (1, 2, 3):
        answer(dispatch.batches.get(number=number), Refused("HTTP 400 – content: bad", status=400))
    dispatch.refresh_from_db()
    assert (dispatch.state, dispatch.batches.count()) == (DispatchState.PAUSED, 4)
    assert "content: bad" in dispatch.reason


def test_a_letter_that_turns_bad_on_the_way_pauses_after_a_few_calls(opened: Opener) -> None:
    dispatch = opened(readers=2000, size=1000)
    answer(dispatch.batches.get(number=1), Receipt(202, "m"))
    calls = 0
    while pending := dispatch.batches.filter(state=BatchState.PENDING).order_by("number").first():
        dispatch.refresh_from_db()
        if dispatch.state == DispatchState.PAUSED:
            break
        answer(pending, Refused("HTTP 400 – from: not yours", status=400))
        calls += 1
    assert calls == 3
    assert "from: not yours" in dispatch.reason


def test_a_split_that_was_lost_with_its_worker_is_made_by_the_next_tick(
    opened: Opener, client: Client, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch = opened(readers=10)
    bad = spoil([4])
    with monkeypatch.context() as lost:
        lost.setattr(control_dispatch, "handle_refusal", lambda *_, **__: None)
        send_batches.send(dispatch.batches.get().pk, client=client, clock=lambda: MONDAY)
    assert dispatch.batches.get().state == BatchState.REFUSED
    recovery.finish_completed(now=LATER)
    send_all(client)
    assert refused_readers(dispatch) == bad
    assert (postbox.counts()["addresses"], postbox.counts()["accepted_twice"]) == (9, 0)


def test_nothing_of_a_stopped_dispatch_is_split(opened: Opener) -> None:
    dispatch = opened(readers=10)
    claimed = send_batches.claim(dispatch.batches.get().pk, now=MONDAY)
    assert claimed is not None
    attempt = send_batches.begin_attempt(claimed, batch_recipients.resolve_recipients(claimed), now=MONDAY)
    assert attempt is not None
    control_dispatch.stop(dispatch, reason="wrong edition", now=MONDAY)
    send_batches.record_result(attempt, Refused("HTTP 400", status=400, readers=[1]), now=MONDAY)
    assert dispatch.batches.get().state == BatchState.REFUSED


def test_while_a_dispatch_opens_a_refused_batch_waits_with_being_split(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_dispatch, "CHUNK_SIZE", 4)
    dispatch = opened(readers=20, size=4)
    assert dispatch.frozen_up_to_id is not None
    answer(dispatch.batches.get(number=1), Refused("HTTP 400", status=400, readers=[0]))
    assert not dispatch.batches.filter(state=BatchState.SPLIT).exists()
    while open_dispatch.continue_opening(dispatch.pk):
        pass
    recovery.finish_completed(now=LATER)
    assert dispatch.batches.filter(state=BatchState.SPLIT).count() == 1
    assert progress(Dispatch.objects.get()).adds_up


def test_refusals_of_single_letters_between_accepted_ones_do_not_pause_a_dispatch_that_still_opens(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_dispatch, "CHUNK_SIZE", 12)
    dispatch = opened(readers=40, size=4)
    assert dispatch.frozen_up_to_id is not None
    with override_settings(DISPATCH_REFUSALS=2, DISPATCH_REFUSED_SHARE=1):
        for number in (1, 3, 5):
            answer(dispatch.batches.get(number=number), Refused("HTTP 400", status=400, readers=[0]))
            answer(dispatch.batches.get(number=number + 1), Receipt(202, "m"))
    dispatch.refresh_from_db()
    assert (dispatch.state, dispatch.batches.filter(state=BatchState.REFUSED).count()) == (DispatchState.OPEN, 3)


def test_too_large_a_share_of_bad_addresses_pauses_the_dispatch_and_says_how_many(opened: Opener) -> None:
    dispatch = opened(readers=400, size=200)
    with override_settings(DISPATCH_REFUSED_SHARE=0.1):
        answer(dispatch.batches.get(number=1), Refused("HTTP 400 – to: bad", status=400, readers=range(21)))
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.PAUSED
    assert dispatch.reason == "The provider refused 21 of 200 readers tried (10%). HTTP 400 – to: bad"
    assert not dispatch.batches.filter(state=BatchState.SPLIT).exists()


def test_resuming_forgives_what_was_refused_before(opened: Opener) -> None:
    dispatch = opened(readers=4, size=1)
    for number in (1, 2, 3):
        answer(dispatch.batches.get(number=number), Refused("HTTP 400", status=400))
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.PAUSED
    control_dispatch.resume(dispatch)
    answer(dispatch.batches.get(number=4), Refused("HTTP 400", status=400))
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.OPEN


def test_one_refused_batch_is_tried_again_and_the_others_stay_refused(
    opened: Opener, client: Client, postbox: Postbox
) -> None:
    dispatch = opened(readers=60, size=30)
    spoil([1, 43])
    send_all(client)
    first, second = dispatch.batches.filter(state=BatchState.REFUSED).order_by("pk")
    Subscriber.objects.filter(pk=unpack(first.subscribers)[0]).update(email="mended@readers.example")
    control_dispatch.retry(first)
    send_all(client)
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.ATTENTION
    states = dict(Batch.objects.filter(pk__in=[first.pk, second.pk]).values_list("pk", "state"))
    assert states == {first.pk: BatchState.ACCEPTED, second.pk: BatchState.REFUSED}
    assert postbox.counts()["accepted_twice"] == 0
    with pytest.raises(InvalidState, match="no longer refused"):
        control_dispatch.retry(first)
    control_dispatch.resume(dispatch)
    control_dispatch.pause(dispatch, reason="wait")
    with pytest.raises(InvalidState, match="Resume it"):
        control_dispatch.retry(second)


def test_a_person_may_leave_refused_readers_out_and_the_edition_is_finished(
    opened: Opener, client: Client, postbox: Postbox
) -> None:
    dispatch = opened(readers=5)
    bad = spoil([2])
    send_all(client)
    dispatch.refresh_from_db()
    assert control_dispatch.leave_out_refused(dispatch, by="Otto", now=LATER) == 1
    assert dispatch.state == DispatchState.FINISHED
    done = progress(dispatch)
    assert (done.accepted, done.refused, done.left_since, done.complete) == (4, 0, 1, True)
    assert dispatch.edition.__class__.objects.get().state == EditionState.DISPATCHED
    [batch] = dispatch.batches.filter(state=BatchState.EMPTY)
    assert batch.left_out == {"refused": list(bad)}
    assert batch.attempts.get().settled_by == "Otto: left out"


def test_refused_readers_are_not_left_out_while_others_wait(opened: Opener) -> None:
    with pytest.raises(InvalidState, match="once all else is sent"):
        control_dispatch.leave_out_refused(opened(), by="Otto", now=MONDAY)


def test_a_reader_whose_address_was_mended_gets_the_letter_on_resuming(
    opened: Opener, client: Client, postbox: Postbox
) -> None:
    dispatch = opened(readers=5)
    [bad] = spoil([2])
    send_all(client)
    Subscriber.objects.filter(pk=bad).update(email="mended@readers.example")
    dispatch.refresh_from_db()
    control_dispatch.resume(dispatch)
    send_all(client)
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.FINISHED
    assert (postbox.counts()["addresses"], postbox.counts()["accepted_twice"]) == (5, 0)


def test_only_a_complaint_about_a_reader_names_one() -> None:
    said = Refused("HTTP 400", status=400, readers=[1, 2])
    assert attempt_outcome.outcome(said, ordinal=1).rejected_positions == (1, 2)
    assert attempt_outcome.outcome(Refused("HTTP 401", status=401), ordinal=1).rejected_positions == ()


@given(st.integers(1, 1000), st.data())
def test_the_parts_hold_every_reader_once_and_are_smaller(count: int, data: st.DataObject) -> None:
    ids = array("q", range(1, 3 * count, 3))
    rejected_positions = data.draw(st.lists(st.integers(0, 1100), max_size=20))
    for again in (False, True):
        lots = split_batch.split_ids(ids, rejected_positions, again=again)
        assert sorted(one for lot in lots for one in lot) == list(ids)
        assert all(lot == sorted(lot) and lot for lot in lots)
        assert (
            count == 1
            or not any(len(lot) == count for lot in lots)
            or not any(place < count for place in rejected_positions)
        )
        assert all([ids[place]] in lots for place in rejected_positions if place < count)


def play(readers: int, size: int, bad: set[int], *, names: int) -> tuple[Dispatch, dict[int, int]]:
    """Send to a provider that refuses calls with bad readers, and names up to `names` of them; resume whenever it
    pauses. The dispatch, and how often each reader was accepted."""
    publication = make.publication()
    ids = make.readers(publication, readers)
    evil = {ids[place] for place in bad if place < readers}
    with override_settings(DISPATCH_BATCH_SIZE=size):
        dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch is not None
    got = dict.fromkeys(ids, 0)
    for _ in range(400):
        batch = dispatch.batches.filter(state=BatchState.PENDING).order_by("number").first()
        dispatch.refresh_from_db()
        if dispatch.state == DispatchState.PAUSED:
            control_dispatch.resume(dispatch)
        elif batch is None:
            recovery.finish_completed(now=LATER)
            if not dispatch.batches.filter(state=BatchState.PENDING).exists():
                break
        else:
            called = unpack(batch.subscribers)
            wrong = [place for place, one in enumerate(called) if one in evil]
            if wrong:
                answer(batch, Refused("HTTP 400", status=400, readers=wrong[:names]))
            else:
                answer(batch, Receipt(202, "m"))
                for one in called:
                    got[one] += 1
        assert progress(Dispatch.objects.get(pk=dispatch.pk)).adds_up
    else:
        raise AssertionError("it never ends")
    assert {one for one, times in got.items() if not times} >= evil
    return dispatch, got


@given(readers=st.integers(1, 40), size=st.integers(1, 40), bad=st.sets(st.integers(0, 39)), names=st.integers(1, 40))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_is_bad_all_good_readers_are_accepted_once_and_all_bad_ones_named(
    db: None, readers: int, size: int, bad: set[int], names: int
) -> None:
    Attempt.objects.all().delete()
    dispatch, got = play(readers, size, bad, names=names)
    evil = {one for one, times in got.items() if not times}
    assert set(got.values()) <= {0, 1}
    assert refused_readers(dispatch) == evil
    assert len(evil) == len({place for place in bad if place < readers})


@given(readers=st.integers(2, 40), bad=st.sets(st.integers(0, 39), max_size=3))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_without_names_nobody_is_accepted_twice_and_no_bad_one_at_all(db: None, readers: int, bad: set[int]) -> None:
    publication_size = max(1, readers // 4)
    with override_settings(DISPATCH_REFUSALS=20):
        dispatch, got = play(readers, publication_size, bad, names=0)
    assert set(got.values()) <= {0, 1}
    done = progress(dispatch)
    assert (done.waiting, done.accepted) == (0, sum(got.values()))


def test_a_reader_alone_in_a_batch_who_is_refused_without_a_name_can_be_left_out(opened: Opener) -> None:
    dispatch = opened(readers=3, size=2)
    others, alone = dispatch.batches.order_by("number")
    answer(others, Receipt(202, "m"))
    answer(alone, Refused("bad", status=400))
    recovery.finish_completed(now=MONDAY)
    dispatch.refresh_from_db()
    assert (dispatch.state, "1 reader was refused" in dispatch.reason) == (DispatchState.ATTENTION, True)
    assert control_dispatch.leave_out_refused(dispatch, by="otto", now=MONDAY) == 1
    dispatch.refresh_from_db()
    assert (dispatch.state, progress(dispatch).adds_up) == (DispatchState.FINISHED, True)


def test_who_is_left_alone_in_a_batch_because_the_others_have_left_can_be_left_out_too(opened: Opener) -> None:
    dispatch = opened(readers=4, size=2)
    others, alone = dispatch.batches.order_by("number")
    answer(others, Receipt(202, "m"))
    gone, stays = unpack(alone.subscribers)
    subscriptions.unsubscribe(
        subscriber_id=gone, publication_id=dispatch.edition.publication_id, by="a click", now=MONDAY
    )
    answer(alone, Refused("bad", status=400))
    recovery.finish_completed(now=MONDAY)
    dispatch.refresh_from_db()
    assert control_dispatch.leave_out_refused(dispatch, by="otto", now=MONDAY) == 1
    alone.refresh_from_db()
    assert alone.left_out == {"left": [gone], "refused": [stays]}
    dispatch.refresh_from_db()
    assert progress(dispatch).adds_up


def test_where_nothing_was_accepted_a_refusal_without_a_name_is_nobodys_own(opened: Opener) -> None:
    dispatch = opened(readers=1)
    answer(dispatch.batches.get(), Refused("bad", status=400))
    recovery.finish_completed(now=MONDAY)
    dispatch.refresh_from_db()
    with pytest.raises(InvalidState):
        control_dispatch.leave_out_refused(dispatch, by="otto", now=MONDAY)


def test_a_key_that_was_refused_is_nobodys_own_fault(opened: Opener) -> None:
    dispatch = opened(readers=2, size=1)
    first, second = dispatch.batches.order_by("number")
    answer(first, Receipt(202, "m"))
    answer(second, Refused("forbidden", status=403))
    assert not split_batch.count_single_refusals(dispatch).exists()
