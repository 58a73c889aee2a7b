"""Well, busy or broken: broken only when a reader will notice unless somebody acts."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.ops.health import DispatchSnapshot, Health, Level, judge_health
from newsletter.ops.heartbeats import Queue
from tests.support.factories import MONDAY

NAMES = ("assembly", "dispatch")
RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"


def queues(*, workers: int = 1, waiting: int = 0, age: float = 3) -> list[Queue]:
    return [Queue(name, waiting, 0.0, workers, MONDAY - timedelta(seconds=age)) for name in NAMES]


def sending(state: str, **said: object) -> DispatchSnapshot:
    return DispatchSnapshot(7, state, MONDAY, **said)  # type: ignore[arg-type]  # the test's own words


def test_a_quiet_house_is_well() -> None:
    assert judge_health(queues(), [], now=MONDAY).level == Level.WELL


def test_a_long_queue_that_is_worked_on_is_not_broken() -> None:
    assert judge_health(queues(waiting=5000), [], now=MONDAY).level == Level.WELL


def test_a_dispatch_that_moves_is_busy_and_needs_nobody() -> None:
    said = judge_health(queues(), [sending("open", waiting=90_000, moved_at=MONDAY)], now=MONDAY)
    assert said.level == Level.BUSY
    assert "90,000" in said.sentence


def test_when_nobody_has_ever_looked_that_is_said() -> None:
    never = [Queue(name, 0, 0.0, 0, None) for name in NAMES]
    assert "ever reported" in broken(judge_health(never, [], now=MONDAY))


def test_an_old_reading_is_not_taken_for_the_present() -> None:
    assert "95 seconds" in broken(judge_health(queues(age=95), [], now=MONDAY))


def test_a_worker_queue_without_a_worker_is_named() -> None:
    assert "assembly" in broken(judge_health(queues(workers=0), [], now=MONDAY))


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (sending("attention", uncertain=1000), "nobody knows whether 1,000 readers"),
        (sending("attention", refused=12), "refused 12 readers"),
        (sending("paused", waiting=5), "paused with 5 readers"),
        (sending("held"), "is held"),
    ],
)
def test_what_waits_for_a_person_is_broken(one: DispatchSnapshot, says: str) -> None:
    assert says in broken(judge_health(queues(), [one], now=MONDAY))


@pytest.mark.parametrize("state", ["planned", "approved"])
def test_an_edition_that_did_not_leave_is_broken_after_two_minutes(state: str) -> None:
    assert judge_health(queues(), [sending(state)], now=MONDAY + timedelta(seconds=-30)).level == Level.WELL
    later = [Queue(q.name, 0, 0.0, 1, MONDAY + timedelta(minutes=3)) for q in queues()]
    assert "should have left" in broken(judge_health(later, [sending(state)], now=MONDAY + timedelta(minutes=3)))


def test_a_dispatch_in_which_nothing_moves_is_broken() -> None:
    still = sending("open", waiting=5, moved_at=MONDAY - timedelta(minutes=11))
    assert "ten minutes" in broken(judge_health(queues(), [still], now=MONDAY))


def test_a_dispatch_whose_readers_wait_for_their_hour_is_not_broken() -> None:
    long_ago = MONDAY - timedelta(hours=9)
    waits = sending("open", waiting=5, moved_at=long_ago, is_held_back=True, waits=True)
    said = judge_health(queues(), [waits], now=MONDAY)
    assert (said.level, said.sentence[:27]) == (Level.BUSY, "Waiting for their hour or p")
    begun = sending("open", waiting=5, moved_at=long_ago, is_held_back=True)
    assert "Sending: 5 readers" in judge_health(queues(), [begun], now=MONDAY).sentence


def test_after_a_stop_with_readers_unsent_not_all_is_well_for_a_day() -> None:
    stopped = sending("stopped", unsent=1234, stopped_at=MONDAY - timedelta(hours=1))
    said = judge_health(queues(), [stopped], now=MONDAY)
    assert said.level == Level.BUSY
    assert said.sentence == "Edition 7 was stopped before 1,234 readers got it. Nothing is being sent."
    whole = sending("stopped", stopped_at=MONDAY)
    assert judge_health(queues(), [whole], now=MONDAY).level == Level.WELL
    long_ago = sending("stopped", unsent=1, stopped_at=MONDAY - timedelta(days=2))
    assert judge_health(queues(), [long_ago], now=MONDAY).level == Level.WELL


def test_several_troubles_are_counted_and_all_are_kept() -> None:
    said = judge_health(queues(workers=0), [sending("held")], now=MONDAY)
    assert len(said.troubles) == 3
    assert "(and 2 more)" in said.sentence


def test_every_trouble_names_a_heading_of_the_runbook() -> None:
    headings = set(re.findall(r"^## ([a-z-]+)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE))
    source = (Path(__file__).parents[2] / "newsletter" / "ops" / "health.py").read_text(encoding="utf-8")
    named = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', source))
    assert named
    assert named <= headings


def broken(said: Health) -> str:
    assert said.level == Level.BROKEN
    return said.sentence
