"""The status that the ops page and the command line show."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.delivery.dispatches import control_dispatch, open_dispatch, pause_sending
from newsletter.delivery.models import Attempt, RateWindow
from newsletter.delivery.states import AttemptStatus
from newsletter.ops import heartbeats
from newsletter.ops.health.verdict import Level
from newsletter.ops.system_status import WORKER_QUEUES, status
from tests.support import factories as make
from tests.support.factories import MONDAY
from workers.queues import WORKER_QUEUES as LISTENED_TO

pytestmark = pytest.mark.django_db


def record_readings(now: datetime = MONDAY) -> None:
    for name in WORKER_QUEUES:
        heartbeats.record_queue(name, waiting=2, oldest_seconds=0.5, now=now)
    heartbeats.record_worker("w@here", queues=WORKER_QUEUES, now=now)


def test_the_page_shows_the_queues_that_workers_listen_to() -> None:
    assert set(WORKER_QUEUES) == set(LISTENED_TO)


def test_readings_are_updated_in_place_and_only_live_workers_are_counted() -> None:
    record_readings()
    record_readings()
    assert [(q.waiting, q.workers) for q in status(now=MONDAY).queues] == [(2, 1)] * len(WORKER_QUEUES)
    assert [q.workers for q in status(now=MONDAY + timedelta(seconds=21)).queues] == [0] * len(WORKER_QUEUES)


def test_the_readings_of_all_queues_are_one_statement() -> None:
    readings = dict.fromkeys(WORKER_QUEUES, (2, 0.5))
    heartbeats.record_queues(readings, now=MONDAY)
    with CaptureQueriesContext(connection) as seen:
        heartbeats.record_queues(readings | {"sending": (9, 1.5)}, now=MONDAY + timedelta(seconds=5))
    assert len(seen) == 1
    sending = next(queue for queue in heartbeats.queues(WORKER_QUEUES, []) if queue.name == "sending")
    assert (sending.waiting, sending.oldest_seconds) == (9, 1.5)


def test_a_worker_that_shut_down_is_not_counted() -> None:
    record_readings()
    heartbeats.forget_worker("w@here")
    assert [q.workers for q in status(now=MONDAY).queues] == [0] * len(WORKER_QUEUES)


def test_an_edition_is_shown_with_its_dispatch_once_there_is_one() -> None:
    record_readings()
    publication = make.publication()
    make.readers(publication, 3)
    edition = make.approved_edition(publication)
    [before] = status(now=MONDAY).editions
    assert (before.edition, before.dispatch, before.progress) == (edition, None, None)
    open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    found = status(now=MONDAY)
    [row] = found.editions
    assert row.progress is not None
    assert (row.progress.waiting, row.progress.adds_up) == (3, True)
    assert found.verdict.level == Level.BUSY


def test_unsent_readers_of_a_stopped_dispatch_are_counted() -> None:
    record_readings()
    publication = make.publication()
    make.readers(publication, 3)
    dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch
    control_dispatch.stop(dispatch, reason="The wrong picture.", by="Eddie", now=MONDAY)
    health = status(now=MONDAY).verdict
    assert (health.level, "3 readers did not receive it" in health.sentence) == (Level.BUSY, True)


def test_editions_of_long_ago_are_left_out_unless_they_are_unfinished() -> None:
    record_readings()
    make.edition(make.publication(), due_at=MONDAY - timedelta(days=30), state="cancelled", reason="fire")
    unfinished = make.edition(make.publication(), due_at=MONDAY - timedelta(days=30), state="held", reason="fire")
    assert [s.edition for s in status(now=MONDAY).editions] == [unfinished]


def test_an_unfinished_edition_is_judged_however_many_newer_ones_there_are() -> None:
    record_readings()
    publication = make.publication()
    make.edition(publication, due_at=MONDAY - timedelta(days=6), state="held", reason="fire")
    for hours in range(1, 120):
        make.edition(make.publication(), due_at=MONDAY - timedelta(hours=hours), state="cancelled", reason="rain")
    assert "is held" in " ".join(p.sentence for p in status(now=MONDAY).verdict.problems)


def test_attempts_to_be_retried_later_are_no_progress() -> None:
    record_readings()
    publication = make.publication()
    make.readers(publication, 1)
    dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch is not None
    later = MONDAY + timedelta(minutes=15)
    Attempt.objects.create(
        batch=dispatch.batches.get(), ordinal=1, fence=1, began_at=later, ended_at=later, status=AttemptStatus.LATER
    )
    assert "no progress" in " ".join(p.sentence for p in status(now=later).verdict.problems)


def test_an_active_publication_without_an_upcoming_edition_is_named() -> None:
    record_readings()
    publication = make.publication(name="The Evening Post")
    later = publication.created_at + timedelta(minutes=6)
    assert "The Evening Post" in " ".join(p.sentence for p in status(now=later).verdict.problems)


def test_a_dispatch_that_waits_for_its_pace_is_shown_and_is_not_stuck() -> None:
    publication = make.publication(pace_per_hour=2)
    make.readers(publication, 5)
    dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch is not None
    RateWindow.objects.create(scope=f"publication {publication.pk}", seconds=3600, starts_at=MONDAY, readers=2)
    now = MONDAY + timedelta(minutes=40)
    record_readings(now)
    seen = status(now=now)
    assert seen.verdict.sentence.startswith("Waiting for the scheduled hour or pace: 5 readers")
    row = next(each for each in seen.editions if each.dispatch)
    assert row.waits is not None
    assert row.waits.sentences == ("Pace: 2 an hour; finishes at about 10:00.",)
    stuck = status(now=MONDAY + timedelta(hours=1, minutes=11)).verdict
    assert any("no progress" in problem.sentence for problem in stuck.problems)


def test_a_cancelled_edition_does_not_count_as_upcoming() -> None:
    record_readings()
    publication = make.publication(name="The Evening Post")
    type(publication).objects.update(created_at=MONDAY - timedelta(days=1))
    tomorrow = make.edition(publication, due_at=MONDAY + timedelta(days=1))
    assert "The Evening Post" not in str(status(now=MONDAY).verdict)
    type(tomorrow).objects.update(state="cancelled", reason="A holiday")
    assert "The Evening Post has no upcoming edition." in str(status(now=MONDAY).verdict)


def test_the_end_of_a_long_pause_of_sending_is_not_broken() -> None:
    publication = make.publication()
    make.readers(publication, 3)
    open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    pause = pause_sending.pause_sending(None, reason="rain", until=None, by="Otto", now=MONDAY)
    later = MONDAY + timedelta(minutes=50)
    pause_sending.resume_sending(pause, by="Otto", now=later)
    rules = [problem.rule for problem in status(now=later + timedelta(seconds=1)).verdict.problems]
    assert "no-progress" not in rules
    much_later = later + timedelta(minutes=11)
    assert "no-progress" in [problem.rule for problem in status(now=much_later).verdict.problems]
