"""A few of the runs that `python -m tests.torture.timed` makes by the hundred, and the faults that they find."""

import pytest

from tests.torture import timed
from tests.torture.faults_found import FOUND_BY, Found, findings

pytestmark = [pytest.mark.django_db, pytest.mark.long]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("found", list(dict.fromkeys(FOUND_BY.values())))
def test_runs_by_a_clock_of_their_own_keep_the_promise(found: Found) -> None:
    assert list(timed.hunt([found.seed], [found.run])) == []


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", FOUND_BY)
def test_a_fault_that_is_put_in_again_is_found(name: str) -> None:
    assert findings(name)


def test_a_seed_says_all_that_happens() -> None:
    assert timed.steps_of(7) == timed.steps_of(7) != timed.steps_of(8)
