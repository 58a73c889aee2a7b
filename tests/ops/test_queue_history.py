"""Samples of the worker queues: rates, and the steps of the chart."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from newsletter.ops import queue_history as queue_history_module
from newsletter.ops.heartbeats import Queue
from newsletter.ops.models import QueueHour, QueueSample, ReleaseStart
from newsletter.ops.queue_history import (
    MONTH,
    arrivals_per_minute,
    forget_old_samples,
    queue_history,
    record_sample,
    roll_up,
)
from newsletter.ops.release_starts import forget_old, record_start, release_starts
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db


def queue(name: str = "sending", *, waiting: int = 5, oldest: float = 9, taken: int = 3) -> Queue:
    return Queue(name, waiting, oldest, 1, MONDAY, taken)


def sample(*queues: Queue, minutes_ago: float = 0) -> datetime:
    at = MONDAY - timedelta(minutes=minutes_ago)
    record_sample(queues, now=at)
    return at


def test_one_sample_a_minute_is_kept() -> None:
    sample(queue())
    sample(queue(waiting=6))
    assert QueueSample.objects.count() == 1
    sample(queue(), minutes_ago=1)
    assert QueueSample.objects.count() == 2


def test_arrivals_are_what_was_taken_and_what_was_added_since_the_last_sample() -> None:
    sample(queue(waiting=10), minutes_ago=1)
    assert arrivals_per_minute([queue(waiting=30, taken=4)], now=MONDAY) == {"sending": 24}
    assert arrivals_per_minute([queue(waiting=0, taken=4)], now=MONDAY) == {"sending": 0}
    assert arrivals_per_minute([queue()], now=MONDAY + timedelta(minutes=5)) == {}
    assert arrivals_per_minute([queue("pictures")], now=MONDAY) == {}


def test_a_step_has_the_oldest_task_of_all_queues_and_the_sum_of_what_was_taken() -> None:
    sample(queue(oldest=9), queue("pictures", oldest=40, taken=1), minutes_ago=1)
    sample(queue(oldest=20), queue("pictures", waiting=0, oldest=900), minutes_ago=2)
    steps = queue_history(now=MONDAY)
    assert len(steps) == 96
    assert steps[-1].start == MONDAY
    assert (steps[-2].oldest_seconds, steps[-2].taken) == (40, 10)
    assert (steps[0].oldest_seconds, steps[0].taken) == (None, None)


def test_samples_of_yesterday_are_deleted() -> None:
    sample(queue(), minutes_ago=26 * 60)
    sample(queue())
    forget_old_samples(now=MONDAY)
    assert QueueSample.objects.count() == 1


def test_hours_that_are_over_are_rolled_up_once() -> None:
    for minutes_ago in (30, 90, 91):
        sample(queue(oldest=minutes_ago), queue("pictures", waiting=0), minutes_ago=minutes_ago)
    roll_up(now=MONDAY + timedelta(minutes=1))
    assert list(
        QueueHour.objects.filter(queue="sending").values_list("hour", "waiting", "oldest_seconds", "taken")
    ) == [(MONDAY - timedelta(hours=2), 5, 91, 6)], "a sample of the last hour may still come"
    roll_up(now=MONDAY + timedelta(minutes=2))
    roll_up(now=MONDAY + timedelta(minutes=3))
    assert QueueHour.objects.count() == 4
    assert QueueHour.objects.get(hour=MONDAY - timedelta(hours=1), queue="sending").taken == 3


def test_a_month_is_made_of_hours_and_of_the_samples_since_then() -> None:
    sample(queue(taken=7), minutes_ago=90)
    roll_up(now=MONDAY + timedelta(minutes=2))
    QueueSample.objects.all().delete()
    QueueHour.objects.create(
        queue="sending", hour=MONDAY - timedelta(days=20, hours=1), waiting=1, oldest_seconds=400, taken=50
    )
    sample(queue(taken=2, oldest=99))
    steps = {step.start: (step.oldest_seconds, step.taken) for step in queue_history(now=MONDAY, span=MONTH)}
    assert len(steps) == 120
    known = {start: values for start, values in steps.items() if values[0] is not None}
    assert known == {
        MONDAY.replace(hour=6) - timedelta(days=20): (400, 50),
        MONDAY.replace(hour=6): (9, 7),
        MONDAY: (99, 2),
    }


def test_hours_are_kept_as_long_as_the_setting_says_and_deleted_a_part_at_a_time(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.QUEUE_HOURS_KEPT_DAYS = 31
    for hours in range(5):
        at = MONDAY - timedelta(days=31, hours=hours)
        QueueHour.objects.create(queue="sending", hour=at, waiting=1, oldest_seconds=1, taken=1)
    monkeypatch.setattr(queue_history_module, "DELETED_AT_ONCE", 3)
    left = []
    for _ in range(2):
        roll_up(now=MONDAY)
        left.append(QueueHour.objects.count())
    assert left == [2, 1]


def test_another_release_is_marked_once_and_a_return_to_the_one_before_too() -> None:
    for number, version in enumerate(("1.0", "1.0", "1.1", "1.0")):
        record_start(version, now=MONDAY + timedelta(hours=number))
    ReleaseStart.objects.create(version="1.0", at=MONDAY + timedelta(hours=3, seconds=1))  # two workers at once
    assert [mark.version for mark in release_starts(since=MONDAY)] == ["1.0", "1.1", "1.0"]
    assert [mark.version for mark in release_starts(since=MONDAY + timedelta(hours=1))] == ["1.1", "1.0"]
    forget_old(now=MONDAY + timedelta(days=91))
    assert ReleaseStart.objects.count() == 0
