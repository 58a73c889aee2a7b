"""A few of the runs that `python -m tests.torture.timed` makes by the hundred, and the faults that they find."""

import pytest

from tests.torture import timed
from tests.torture.faults_put_in import FAULTS, put_in

pytestmark = pytest.mark.django_db
FOUND_BY = {
    "a batch keeps the group of an earlier call": (timed.run_ahead, 6),
    "a later edition on a domain is served first": (timed.run_warm_up, 1),
    "what is under way takes up no room": (timed.run_warm_up, 4),
}


@pytest.mark.parametrize(("run", "seed"), [(timed.run_ahead, 6), (timed.run_warm_up, 1), (timed.run_warm_up, 4)])
def test_runs_by_a_clock_of_their_own_keep_the_promise(run: timed.Run, seed: int) -> None:
    assert list(timed.hunt([seed], [run])) == []


@pytest.mark.parametrize("name", FOUND_BY)
def test_a_fault_that_is_put_in_again_is_found(name: str) -> None:
    run, seed = FOUND_BY[name]
    with put_in(FAULTS[name]):
        assert list(timed.hunt([seed], [run]))


def test_a_seed_says_all_that_happens() -> None:
    assert timed.steps_of(7) == timed.steps_of(7) != timed.steps_of(8)
