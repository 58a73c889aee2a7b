"""Samples of the worker queues: rates, and the steps of the chart."""

from datetime import datetime, timedelta

import pytest

from newsletter.ops.heartbeats import Queue
from newsletter.ops.models import QueueSample
from newsletter.ops.queue_history import arrivals_per_minute, forget_old_samples, queue_history, record_sample
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
