"""The counts of a dispatch are written with its outcomes: exact after repetitions, in any order, by several writers."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from newsletter.delivery.models import Dispatch
from newsletter.insights import reader_outcomes
from newsletter.insights.dispatch_stats import DispatchStats, dispatch_stats
from newsletter.insights.models import DeliveryStage, OutcomeCounts, ReaderOutcome
from newsletter.insights.reader_outcomes import NOTHING, TIMES, Row
from tests.support.factories import MONDAY

Opener = Callable[..., Dispatch]


def row(stage: DeliveryStage, **times: datetime) -> Row:
    return [stage.value, *(times.get(name) for name in TIMES)]


@pytest.mark.django_db
def test_a_reader_who_gets_further_moves_from_one_count_to_the_other(opened: Opener) -> None:
    dispatch = opened().pk
    reader_outcomes.upsert({(dispatch, n): row(DeliveryStage.PROCESSED) for n in (1, 2, 3)})
    reader_outcomes.upsert({(dispatch, 1): row(DeliveryStage.DELIVERED, opened_at=MONDAY)})
    assert dispatch_stats(dispatch) == DispatchStats(processed=2, delivered=1, opened=1)
    reader_outcomes.upsert({(dispatch, 1): row(DeliveryStage.BOUNCED)})
    assert dispatch_stats(dispatch) == DispatchStats(processed=2, bounced=1, opened=1)


@pytest.mark.django_db
def test_an_earlier_time_and_a_lower_stage_count_nothing(opened: Opener) -> None:
    dispatch = opened().pk
    reader_outcomes.upsert({(dispatch, 1): row(DeliveryStage.DELIVERED, opened_at=MONDAY)})
    earlier = MONDAY - timedelta(seconds=9)
    reader_outcomes.upsert({(dispatch, 1): row(DeliveryStage.PROCESSED, opened_at=earlier)})
    assert ReaderOutcome.objects.get().opened_at == earlier
    assert dispatch_stats(dispatch) == DispatchStats(delivered=1, opened=1)


@pytest.mark.django_db
def test_a_dispatch_whose_outcomes_are_deleted_takes_no_more_and_keeps_its_counts(opened: Opener) -> None:
    dispatch = opened().pk
    reader_outcomes.upsert({(dispatch, 1): row(DeliveryStage.DELIVERED)})
    OutcomeCounts.objects.update(final_at=MONDAY)
    ReaderOutcome.objects.all().delete()
    reader_outcomes.upsert({(dispatch, 1): row(DeliveryStage.DELIVERED, clicked_at=MONDAY)})
    assert dispatch_stats(dispatch) == DispatchStats(delivered=1)
    assert not ReaderOutcome.objects.exists()


@pytest.mark.django_db
def test_reading_the_counts_takes_one_query_and_no_outcome(opened: Opener) -> None:
    dispatch = opened().pk
    reader_outcomes.upsert({(dispatch, n): [DeliveryStage.DELIVERED.value, *NOTHING] for n in range(1, 1_200)})
    with CaptureQueriesContext(connection) as seen:
        assert dispatch_stats(dispatch) == DispatchStats(delivered=1_199)
    (query,) = seen.captured_queries
    assert "readeroutcome" not in query["sql"]


@pytest.mark.django_db(transaction=True)
def test_two_writers_of_the_same_events_count_them_once(opened: Opener) -> None:
    dispatch = opened().pk
    both_are_ready = threading.Barrier(2)
    problems: list[BaseException] = []

    def write(first: int) -> None:
        try:
            both_are_ready.wait(10)
            for turn in range(6):
                rows = {(dispatch, n): row(DeliveryStage(1 + turn % 6)) for n in range(first, first + 300)}
                with transaction.atomic():
                    reader_outcomes.upsert(rows)
        except BaseException as error:  # noqa: BLE001 -- the test fails with it
            problems.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(first,)) for first in (1, 101)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert problems == []
    assert dispatch_stats(dispatch) == DispatchStats(bounced=400)
    assert ReaderOutcome.objects.count() == 400
