"""The health of the system: broken only when a reader will notice unless a person acts."""

import re

import pytest

from newsletter.ops.health.health_rules import BY_CODE, RULES, rules_table
from newsletter.ops.health.judge_health import judge_health
from newsletter.ops.health.verdict import Level
from tests.ops.health_cases import CASES, Case, minutes, queues, read, snapshot
from tests.support.factories import MONDAY
from tests.support.surroundings import ROOT


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule.code}-{'fires' if case.fires else 'fine'}")
def test_a_rule_fires_when_it_should_and_not_when_the_system_is_only_busy(case: Case) -> None:
    health = judge_health(case.readings, now=MONDAY)
    found = [each.sentence for each in (*health.problems, *health.notes) if each.rule == case.rule.code]
    assert bool(found) == case.fires
    assert case.words in " ".join(found)
    if case.fires:
        assert health.level in (case.rule.level, Level.BROKEN)


@pytest.mark.parametrize("case", [case for case in CASES if not case.fires], ids=lambda case: case.rule.code)
def test_what_is_fine_for_one_rule_is_broken_for_none_but_its_sister(case: Case) -> None:
    """A case in which uncertainty is old is fine for `settling` only because `uncertain` fires."""
    health = judge_health(case.readings, now=MONDAY)
    assert [each.rule for each in health.problems] == (["uncertain"] if case.rule.code == "settling" else [])


def test_every_rule_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    assert {(rule.code, fires) for rule in RULES for fires in (True, False)} == {
        (case.rule.code, case.fires) for case in CASES
    }
    assert len(BY_CODE) == len(RULES)


def test_an_idle_system_is_well() -> None:
    health = judge_health(read(), now=MONDAY)
    assert (health.level, health.sentence) == (Level.WELL, "All systems normal.")


def test_a_dispatch_that_waits_for_its_scheduled_hour_says_so() -> None:
    long_ago = MONDAY - minutes(540)
    waits = snapshot("open", waiting=5, moved_at=long_ago, is_held_back=True, waits=True)
    health = judge_health(read(waits), now=MONDAY)
    assert (health.level, health.sentence[:30]) == (Level.BUSY, "Waiting for the scheduled hour")
    begun = snapshot("open", waiting=5, moved_at=long_ago, is_held_back=True)
    assert "Sending: 5 readers" in judge_health(read(begun), now=MONDAY).sentence


def test_several_problems_are_counted_and_all_are_kept() -> None:
    health = judge_health(read(snapshot("held"), queues=queues(workers=0)), now=MONDAY)
    assert len(health.problems) == 3
    assert "(and 2 more)" in health.sentence


def test_what_is_busy_is_kept_beside_what_is_broken() -> None:
    health = judge_health(read(snapshot("open", waiting=5, moved_at=MONDAY), queues=queues(workers=0)), now=MONDAY)
    assert [each.rule for each in health.notes] == ["sending"]


def test_every_rule_names_a_heading_of_the_runbook() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^## ([a-z-]+)$", runbook, re.MULTILINE))
    assert {rule.page for rule in RULES if rule.page} <= headings
    assert all(rule.page for rule in RULES if rule.level is Level.BROKEN)


def test_the_docs_have_the_table_of_rules() -> None:
    """To write it again: python -m tests.support.health_table."""
    assert rules_table() in (ROOT / "docs" / "health.md").read_text(encoding="utf-8")
