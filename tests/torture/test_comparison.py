"""The two simple designs are hurt in the ways that each is said to be hurt in, and counted by the same postbox."""

from pathlib import Path

import pytest

from tests.torture.designs.comparing import compare
from tests.torture.faults import Fault, Plan

HELD = {"hold": True}

pytestmark = [pytest.mark.long, pytest.mark.sampled(2, of="designs")]


def having(*faults: Fault) -> Plan:
    return Plan(seed=0, database="sqlite", pace=0.1, events=HELD, faults=faults)


def test_a_cursor_that_moves_when_rows_are_read_misses_those_in_hand_when_the_worker_is_killed(tmp_path: Path) -> None:
    found = compare("cursor", having(Fault(0.8, "kill", "dispatch worker"), Fault(1.6, "kill", "worker")), tmp_path)
    assert found.finished
    assert found.misses > 0
    assert found.doubles == 0


def test_a_retry_on_time_out_sends_again_what_was_taken_when_the_answer_is_lost(tmp_path: Path) -> None:
    lost = {"do": "drop", "accept": True, "times": 2}
    found = compare("retry", having(Fault(0.5, "answer", order=lost)), tmp_path)
    assert found.finished
    assert found.doubles > 0
    assert found.misses == 0


def test_without_faults_both_do_well(tmp_path: Path) -> None:
    for name in ("cursor", "retry"):
        found = compare(name, having(), tmp_path)
        assert (found.doubles, found.misses, found.finished) == (0, 0, True)
