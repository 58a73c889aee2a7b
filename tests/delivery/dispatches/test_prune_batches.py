"""Batches and attempts of old dispatches are deleted, a few at a time; numbers stay, nobody gets an edition again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from newsletter.delivery.dispatches import control_dispatch, open_dispatch, prune_batches, settle_batch
from newsletter.delivery.dispatches.return_unsent_stories import give_back_unsent
from newsletter.delivery.ledger.missing_readers import missing_counts, missing_readers
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState, ScheduledGroupState
from newsletter.editions import reopen_edition
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import edition_decisions
from newsletter.lib.errors import NewsletterError
from newsletter.stories.models import Story, StoryState
from tests.delivery.living import System, living
from tests.support import factories as make
from tests.support.factories import MONDAY
from tests.support.lock_waits import act_during, needs_row_locks

pytestmark = pytest.mark.django_db
Opener = Callable[..., Dispatch]
OLD = MONDAY + timedelta(days=401)
LATER = OLD + timedelta(minutes=1)


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with living(tmp_path / "postbox.sqlite3") as made:
        yield made


def sent(opened: Opener, *, readers: int = 12, size: int = 1) -> Dispatch:
    """A finished dispatch, with an accepted attempt of each batch."""
    dispatch = opened(readers=readers, size=size)
    for batch in dispatch.batches.all():
        accept(batch)
    Dispatch.objects.filter(pk=dispatch.pk).update(state=DispatchState.FINISHED, finished_at=MONDAY)
    Edition.objects.filter(pk=dispatch.edition_id).update(state=EditionState.DISPATCHED)
    dispatch.refresh_from_db()
    return dispatch


def accept(batch: Batch) -> None:
    batch.attempts.create(ordinal=1, fence=1, began_at=MONDAY, ended_at=MONDAY, status=AttemptStatus.ACCEPTED)
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.ACCEPTED, submitted=batch.count, fence=1)


def numbers(dispatch: Dispatch) -> tuple[object, ...]:
    """Every number that pages and commands show of a dispatch."""
    dispatch = Dispatch.objects.select_related("edition").get(pk=dispatch.pk)
    scheduled = scheduled_sends.scheduled_send_status(dispatch, now=LATER)
    return progress(dispatch), missing_counts(dispatch), scheduled


def rows() -> tuple[int, int]:
    return Batch.objects.count(), Attempt.objects.count()


def prune_all() -> None:
    assert prune_batches.prune(now=OLD) == 0
    prune_batches.prune(now=LATER)
    assert rows() == (0, 0)


def test_batches_go_after_the_days_of_the_setting_and_their_numbers_stay(opened: Opener) -> None:
    dispatch = sent(opened)
    before = numbers(dispatch)
    assert prune_batches.prune(now=MONDAY + timedelta(days=399)) == 0
    assert prune_batches.prune(now=OLD) == 0, "its counts became final a moment ago"
    assert numbers(dispatch) == before
    assert prune_batches.prune(now=LATER) == 12
    assert rows() == (0, 0)
    assert numbers(dispatch) == before
    assert prune_batches.prune(now=LATER) == 0


def test_a_run_deletes_no_more_than_its_limit_and_the_next_one_continues(opened: Opener) -> None:
    dispatch = sent(opened)
    before = numbers(dispatch)
    prune_batches.prune(now=OLD)
    for deleted, left in ((5, 7), (5, 2), (2, 0), (0, 0)):
        assert prune_batches.prune(now=LATER, limit=5) == deleted
        assert rows() == (left, left)
        assert numbers(dispatch) == before
    dispatch.refresh_from_db()
    assert dispatch.batches_deleted_at == LATER


def test_each_bite_is_one_short_transaction(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prune_batches, "BITE", 4)
    sent(opened)
    prune_batches.prune(now=OLD)
    with CaptureQueriesContext(connection) as seen:
        prune_batches.prune(now=LATER)
    statements = [query["sql"].split()[0] for query in seen]
    assert len(statements) <= 25
    assert sum("LIMIT 4" in query["sql"] for query in seen) == 4, "three bites, and a look that finds none"


@pytest.mark.django_db(transaction=True)
def test_a_run_that_ends_at_any_statement_leaves_all_numbers_as_they_were(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prune_batches, "BITE", 4)
    dispatch = sent(opened)
    before = numbers(dispatch)
    lost = 0
    for allowed in range(40):
        for now in (OLD, LATER):
            lost += lose_after(allowed, partial(prune_batches.prune, now=now))
            assert numbers(dispatch) == before
            assert rows()[0] == rows()[1], "a batch goes with its attempt"
    assert lost > 10
    assert rows() == (0, 0)


def lose_after(allowed: int, act: Callable[[], object]) -> bool:
    """Whether the database was lost in `act`, after so many statements."""
    left = iter(range(allowed))

    def run(execute: Any, statement: str, *args: Any) -> Any:
        if next(left, None) is None:
            raise DatabaseError("lost")
        return execute(statement, *args)

    with connection.execute_wrapper(run):
        try:
            act()
        except DatabaseError:
            return True
    return False


@pytest.mark.parametrize("state", [DispatchState.OPEN, DispatchState.PAUSED, DispatchState.ATTENTION])
def test_a_dispatch_that_is_not_over_keeps_its_batches(opened: Opener, state: DispatchState) -> None:
    dispatch = sent(opened, readers=2)
    Dispatch.objects.filter(pk=dispatch.pk).update(state=state)
    prune_batches.prune(now=OLD)
    assert prune_batches.prune(now=LATER) == 0
    assert rows() == (2, 2)


@pytest.mark.parametrize("state", [BatchState.CLAIMED, BatchState.CALLING, BatchState.UNCERTAIN])
@pytest.mark.parametrize("over", [DispatchState.STOPPED, DispatchState.FINISHED])
def test_a_dispatch_with_an_unsettled_batch_keeps_all(opened: Opener, over: DispatchState, state: BatchState) -> None:
    dispatch = sent(opened, readers=2)
    Dispatch.objects.filter(pk=dispatch.pk).update(state=over)
    Batch.objects.filter(pk=dispatch.batches.earliest("pk").pk).update(state=state)
    prune_batches.prune(now=OLD)
    assert prune_batches.prune(now=LATER) == 0
    assert rows() == (2, 2)


@pytest.mark.parametrize(
    "group",
    [
        {"state": ScheduledGroupState.OPEN},
        {"state": ScheduledGroupState.CANCELLING},
        {"state": ScheduledGroupState.CANCELLED, "cancel_slot": 3},
    ],
)
def test_a_dispatch_with_a_group_that_has_not_ended_keeps_all(opened: Opener, group: dict[str, Any]) -> None:
    dispatch = sent(opened, readers=2)
    dispatch.groups.create(number=1, send_at=MONDAY, **group)
    prune_batches.prune(now=OLD)
    assert prune_batches.prune(now=LATER) == 0


def test_a_stopped_dispatch_that_still_counts_its_audience_keeps_all(opened: Opener) -> None:
    dispatch = sent(opened, readers=2)
    Dispatch.objects.filter(pk=dispatch.pk).update(state=DispatchState.STOPPED, frozen_up_to_id=1)
    prune_batches.prune(now=OLD)
    assert prune_batches.prune(now=LATER) == 0


@override_settings(BATCHES_KEPT_DAYS=0)
def test_nothing_is_deleted_when_the_setting_says_so(opened: Opener) -> None:
    sent(opened, readers=2)
    prune_batches.prune(now=OLD)
    assert prune_batches.prune(now=LATER) == 0


def test_batches_that_were_split_from_others_go_before_them(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prune_batches, "BITE", 1)
    dispatch = sent(opened, readers=3, size=2)
    whole = dispatch.batches.get(number=1)
    for number, ids in ((3, bytes(whole.subscribers)[:8]), (4, bytes(whole.subscribers)[8:])):
        part = Batch.objects.create(
            dispatch=dispatch, number=number, letter=whole.letter, subscribers=ids, count=1, due_at=MONDAY,
            split_from=whole,
        )  # fmt: skip
        accept(part)
    Batch.objects.filter(pk=whole.pk).update(state=BatchState.SPLIT)
    before = numbers(dispatch)
    prune_all()
    connection.check_constraints()
    assert numbers(dispatch) == before


def test_numbers_of_a_stopped_dispatch_stay_too(opened: Opener) -> None:
    dispatch = opened(readers=4, size=1)
    first, second, _, _ = dispatch.batches.order_by("number")
    accept(first)
    second.attempts.create(ordinal=1, fence=1, began_at=MONDAY, status=AttemptStatus.REFUSED, http_status=400)
    Batch.objects.filter(pk=second.pk).update(state=BatchState.REFUSED, submitted=1)
    control_dispatch.stop(dispatch, reason="wrong picture", now=MONDAY)
    before = numbers(dispatch)
    assert sum(missing_counts(dispatch).values()) == 3
    prune_all()
    assert numbers(dispatch) == before
    assert list(missing_readers(Dispatch.objects.get())) == []


def test_what_was_scheduled_at_the_provider_keeps_its_numbers(system: System) -> None:
    system.prepare(readers=3)
    system.at(-60).live()
    control_dispatch.stop(system.dispatch, reason="wrong picture", now=system.clock())
    system.live_until(1)
    system.at(65).live()  # the provider forgot its cancel
    before = numbers(system.dispatch)
    assert "3 cancelled" in scheduled_sends.describe(before[2], leaves="", until="")  # type: ignore[arg-type]
    prune_all()
    assert numbers(system.dispatch) == before


def test_an_edition_without_batches_is_never_opened_or_sent_again(system: System) -> None:
    edition = system.prepare(readers=3, ahead=0)
    edition_id = edition.pk
    system.at(0).live()
    assert system.fates == {"sent": 3}
    assert system.dispatch.state == DispatchState.FINISHED
    prune_all()
    system.clock.now = LATER
    everything_anybody_could_try(system, edition_id)
    system.live()
    assert system.fates == {"sent": 3}
    assert rows() == (0, 0)
    assert system.dispatch.state == DispatchState.FINISHED
    assert Edition.objects.get(pk=edition_id).state == EditionState.DISPATCHED


def test_a_stopped_edition_without_batches_is_never_sent_again(system: System) -> None:
    edition = system.prepare(readers=3, ahead=0)
    system.at(0).open()
    control_dispatch.stop(system.dispatch, reason="wrong picture", now=system.clock())
    prune_all()
    system.clock.now = LATER
    everything_anybody_could_try(system, edition.pk)
    system.live()
    assert system.fates == {}
    assert system.dispatch.state == DispatchState.STOPPED


def everything_anybody_could_try(system: System, edition_id: int) -> None:
    """Each act that could make an edition leave, by people and by tasks that arrive late."""
    now, person = system.clock(), make.otto()
    dispatch = system.dispatch
    existing = open_dispatch.open_dispatch(edition_id, now=now)
    assert existing == dispatch
    assert not open_dispatch.continue_opening(dispatch.pk)
    acts: list[Callable[[], object]] = [
        lambda: control_dispatch.resume(dispatch, by=person),
        lambda: control_dispatch.pause(dispatch, reason="", by=person),
        lambda: control_dispatch.leave_out_refused(dispatch, by=person, now=now),
        lambda: reopen_edition.take_apart(Edition.objects.get(pk=edition_id), by=person, now=now),
        lambda: edition_decisions.hold(Edition.objects.get(pk=edition_id), reason="wait", by=person, now=now),
        lambda: edition_decisions.release(Edition.objects.get(pk=edition_id), by=person, now=now),
    ]
    for act in acts:
        with pytest.raises(NewsletterError):
            act()
    assert control_dispatch.finish_if_done(dispatch.pk, now=now) is None
    assert give_back_unsent() == []


def test_stories_of_a_stopped_edition_that_some_readers_got_are_not_offered_again(opened: Opener) -> None:
    dispatch = opened(readers=2, size=1)
    accept(dispatch.batches.earliest("number"))
    control_dispatch.stop(dispatch, reason="wrong picture", now=MONDAY)
    assert give_back_unsent() == []
    prune_all()
    assert give_back_unsent() == []
    assert Story.objects.get().state == StoryState.USED


def test_evidence_that_comes_after_the_counts_are_final_changes_nothing(opened: Opener) -> None:
    dispatch = opened(readers=2, size=1)
    batch = dispatch.batches.earliest("number")
    attempt = batch.attempts.create(ordinal=1, fence=1, began_at=MONDAY, status=AttemptStatus.UNCERTAIN)
    Batch.objects.filter(pk=batch.pk).update(fence=1)
    control_dispatch.stop(dispatch, reason="wrong picture", now=MONDAY)
    prune_batches.prune(now=OLD)
    before = numbers(dispatch)
    assert not settle_batch.settle_by_evidence(attempt.pk, evidence="event “delivered”", now=OLD)
    prune_batches.prune(now=LATER)
    assert not settle_batch.settle_by_evidence(attempt.pk, evidence="event “delivered”", now=LATER)
    assert numbers(dispatch) == before


@needs_row_locks
@pytest.mark.django_db(transaction=True)
def test_evidence_that_comes_while_the_counts_become_final_waits_and_changes_nothing(opened: Opener) -> None:
    dispatch = opened(readers=2, size=1)
    batch = dispatch.batches.earliest("number")
    attempt = batch.attempts.create(ordinal=1, fence=1, began_at=MONDAY, status=AttemptStatus.UNCERTAIN)
    Batch.objects.filter(pk=batch.pk).update(fence=1)
    control_dispatch.stop(dispatch, reason="wrong picture", now=MONDAY)
    before = numbers(dispatch)
    settled = act_during(
        lambda: prune_batches.prune(now=OLD),
        lambda: settle_batch.settle_by_evidence(attempt.pk, evidence="event “delivered”", now=OLD),
    )
    assert not settled
    assert Batch.objects.get(pk=batch.pk).state == BatchState.PENDING
    assert numbers(dispatch) == before


def test_ids_of_deleted_batches_and_attempts_are_not_given_again(opened: Opener) -> None:
    first = sent(opened, readers=3)
    batches, attempts = max(first.batches.values_list("pk", flat=True)), Attempt.objects.latest("pk").pk
    prune_all()
    letter = first.edition.letters.get()
    batch = Batch.objects.create(dispatch=first, number=1, letter=letter, subscribers=b"", count=1, due_at=MONDAY)
    attempt = batch.attempts.create(ordinal=1, fence=1, began_at=MONDAY)
    assert batch.pk > batches
    assert attempt.pk > attempts


def test_no_statement_reads_a_whole_table(opened: Opener) -> None:
    sent(opened, readers=3)
    with CaptureQueriesContext(connection) as seen:
        prune_batches.prune(now=OLD)
        prune_batches.prune(now=LATER)
    scanned = [
        query["sql"] for query in seen if query["sql"].startswith(("SELECT", "DELETE")) and is_scan(query["sql"])
    ]
    assert scanned == []


def is_scan(statement: str) -> bool:
    """Whether the database has to read a whole table of the ledger; tables this small it may choose to."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {statement}")
            return any("Seq Scan" in row[0] for row in cursor.fetchall())
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        return any(row[3].startswith("SCAN") and "INDEX" not in row[3] for row in cursor.fetchall())
