"""The health of the system: broken only when a reader will notice unless a person acts."""

import ast
import inspect
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


def snapshot(state: str, **fields: object) -> DispatchSnapshot:
    return DispatchSnapshot(7, state, MONDAY, **fields)  # type: ignore[arg-type]  # fields of any type


def test_an_idle_system_is_well() -> None:
    assert judge_health(queues(), [], now=MONDAY).level == Level.WELL


def test_a_long_queue_with_workers_is_not_broken() -> None:
    assert judge_health(queues(waiting=5000), [], now=MONDAY).level == Level.WELL


def test_a_dispatch_with_progress_is_busy_and_needs_no_action() -> None:
    health = judge_health(queues(), [snapshot("open", waiting=90_000, moved_at=MONDAY)], now=MONDAY)
    assert health.level == Level.BUSY
    assert "90,000" in health.sentence


def test_missing_readings_are_reported() -> None:
    never = [Queue(name, 0, 0.0, 0, None) for name in NAMES]
    assert "has reported yet" in broken(judge_health(never, [], now=MONDAY))


def test_an_old_reading_is_reported_as_stale() -> None:
    assert "95 seconds" in broken(judge_health(queues(age=95), [], now=MONDAY))


def test_a_queue_without_a_worker_is_named() -> None:
    assert "assembly" in broken(judge_health(queues(workers=0), [], now=MONDAY))


@pytest.mark.parametrize(
    ("dispatch", "message"),
    [
        (snapshot("attention", uncertain=1000), "delivery to 1,000 readers is uncertain"),
        (snapshot("attention", refused=12), "refused 12 readers"),
        (snapshot("paused", waiting=5), "paused with 5 readers"),
        (snapshot("held"), "is held"),
    ],
)
def test_what_waits_for_a_person_is_broken(dispatch: DispatchSnapshot, message: str) -> None:
    assert message in broken(judge_health(queues(), [dispatch], now=MONDAY))


@pytest.mark.parametrize("state", ["planned", "approved"])
def test_an_edition_that_did_not_start_is_broken_after_two_minutes(state: str) -> None:
    assert judge_health(queues(), [snapshot(state)], now=MONDAY + timedelta(seconds=-30)).level == Level.WELL
    later = [Queue(q.name, 0, 0.0, 1, MONDAY + timedelta(minutes=3)) for q in queues()]
    assert "has not started sending" in broken(
        judge_health(later, [snapshot(state)], now=MONDAY + timedelta(minutes=3))
    )


def test_a_dispatch_without_progress_is_broken() -> None:
    still = snapshot("open", waiting=5, moved_at=MONDAY - timedelta(minutes=11))
    assert "ten minutes" in broken(judge_health(queues(), [still], now=MONDAY))


def test_a_dispatch_that_waits_for_its_scheduled_hour_is_not_broken() -> None:
    long_ago = MONDAY - timedelta(hours=9)
    waits = snapshot("open", waiting=5, moved_at=long_ago, is_held_back=True, waits=True)
    health = judge_health(queues(), [waits], now=MONDAY)
    assert (health.level, health.sentence[:30]) == (Level.BUSY, "Waiting for the scheduled hour")
    begun = snapshot("open", waiting=5, moved_at=long_ago, is_held_back=True)
    assert "Sending: 5 readers" in judge_health(queues(), [begun], now=MONDAY).sentence


def test_a_stop_with_unsent_readers_is_reported_for_a_day() -> None:
    stopped = snapshot("stopped", unsent=1234, stopped_at=MONDAY - timedelta(hours=1))
    health = judge_health(queues(), [stopped], now=MONDAY)
    assert health.level == Level.BUSY
    assert health.sentence == "Edition 7 was stopped; 1,234 readers did not receive it. Nothing is being sent."
    whole = snapshot("stopped", stopped_at=MONDAY)
    assert judge_health(queues(), [whole], now=MONDAY).level == Level.WELL
    long_ago = snapshot("stopped", unsent=1, stopped_at=MONDAY - timedelta(days=2))
    assert judge_health(queues(), [long_ago], now=MONDAY).level == Level.WELL


def test_several_problems_are_counted_and_all_are_kept() -> None:
    health = judge_health(queues(workers=0), [snapshot("held")], now=MONDAY)
    assert len(health.problems) == 3
    assert "(and 2 more)" in health.sentence


def test_every_problem_names_a_heading_of_the_runbook() -> None:
    headings = set(re.findall(r"^## ([a-z-]+)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE))
    source = Path(inspect.getfile(judge_health)).read_text(encoding="utf-8")
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = {ast.literal_eval(call.args[1]) for call in calls if ast.unparse(call.func) == "Problem"}
    assert named
    assert named <= headings


def broken(health: Health) -> str:
    assert health.level == Level.BROKEN
    return health.sentence
