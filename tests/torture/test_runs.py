"""A few of the runs that `make torture` makes by the hundred: a whole house, and what may befall it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.torture.faults import plan
from tests.torture.running import run
from tests.torture.staging import Stage

# Chosen because they end soon: no lease has to run out in them. They kill beat, the supervisor and the postbox, freeze
# beat, lose answers, and one has evidence. A dispatch worker is killed at every point in test_points.py.
SQLITE, POSTGRES = 18, 17


@pytest.fixture
def stage(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], Stage]:
    """The data that runs start from, on this database."""

    def make(database: str) -> Stage:
        made = Stage(tmp_path / "stage")
        made.prepare(database)
        request.addfinalizer(made.close)
        return made

    return make


@pytest.mark.parametrize("seed", [SQLITE, POSTGRES])
def test_an_edition_that_leaves_while_things_are_killed_keeps_the_promise(
    seed: int, stage: Callable[[str], Stage]
) -> None:
    chosen = plan(seed)
    told: list[str] = []
    outcome = run(chosen, stage(chosen.database), say=told.append)
    assert outcome.breaches == [], "\n".join(told)
    assert (outcome.verdict.doubles, outcome.verdict.misses) == (0, 0)
    assert outcome.end in ("finished", "attention")
