"""Outcomes of single readers are deleted after a while, a few at a time; the counts of the edition stay."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from newsletter.delivery.models import Dispatch
from newsletter.delivery.states import DispatchState
from newsletter.insights import prune_outcomes, reader_outcomes
from newsletter.insights.dispatch_stats import DispatchStats, dispatch_stats
from newsletter.insights.models import DeliveryStage, OutcomeCounts, ReaderOutcome
from newsletter.insights.reader_outcomes import NOTHING
from newsletter.mail.message import Receipt
from tests.insights.conftest import come_in, ended, event
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
Opener = Callable[..., Dispatch]
OLD = MONDAY + timedelta(days=401)


def finished(opened: Opener, *, readers: int) -> Dispatch:
    dispatch = opened()
    Dispatch.objects.filter(pk=dispatch.pk).update(state=DispatchState.FINISHED)
    rows = {(dispatch.pk, n): [DeliveryStage.DELIVERED.value, *NOTHING] for n in range(1, readers + 1)}
    reader_outcomes.upsert(rows)
    return dispatch


def test_old_outcomes_are_deleted_and_their_counts_stay(opened: Opener) -> None:
    dispatch = finished(opened, readers=12)
    assert prune_outcomes.prune(now=MONDAY + timedelta(days=399)) == 0
    assert prune_outcomes.prune(now=OLD) == 12
    assert not ReaderOutcome.objects.exists()
    assert dispatch_stats(dispatch.pk) == DispatchStats(delivered=12)
    assert prune_outcomes.prune(now=OLD) == 0


def test_a_run_deletes_no_more_than_its_limit_and_the_next_one_continues(opened: Opener) -> None:
    finished(opened, readers=12)
    assert [prune_outcomes.prune(now=OLD, limit=5) for _ in range(4)] == [5, 5, 2, 0]
    assert OutcomeCounts.objects.get().deleted_at == OLD


def test_each_bite_is_a_short_statement(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prune_outcomes, "BITE", 4)
    finished(opened, readers=12)
    with CaptureQueriesContext(connection) as seen:
        prune_outcomes.prune(now=OLD)
    assert sum(query["sql"].startswith("DELETE") for query in seen) == 3


def test_a_late_event_of_an_old_edition_adds_nothing_to_its_counts_and_still_unsubscribes(opened: Opener) -> None:
    attempt = ended(opened(), Receipt(202, "abcdefghijklmnopqrstuv"))
    come_in([event(attempt, "delivered", reader=0)])
    Dispatch.objects.update(state=DispatchState.FINISHED)
    prune_outcomes.prune(now=OLD)
    come_in([event(attempt, "open", reader=0), event(attempt, "unsubscribe", reader=1)])
    assert dispatch_stats(attempt.batch.dispatch_id) == DispatchStats(delivered=1)
    assert not ReaderOutcome.objects.exists()
    statuses = attempt.batch.dispatch.edition.publication.subscriptions.values_list("status", flat=True)
    assert sorted(statuses) == ["active", "active", "left"]


@pytest.mark.parametrize("state", [DispatchState.OPEN, DispatchState.PAUSED, DispatchState.ATTENTION])
def test_outcomes_of_a_dispatch_that_is_not_over_are_kept(opened: Opener, state: DispatchState) -> None:
    dispatch = finished(opened, readers=2)
    Dispatch.objects.filter(pk=dispatch.pk).update(state=state)
    assert prune_outcomes.prune(now=OLD) == 0


@override_settings(OUTCOMES_KEPT_DAYS=0)
def test_nothing_is_deleted_when_the_setting_says_so(opened: Opener) -> None:
    finished(opened, readers=2)
    assert prune_outcomes.prune(now=OLD) == 0
