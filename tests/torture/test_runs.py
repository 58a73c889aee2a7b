"""A few of the runs that `make torture` makes by the hundred: a whole system, and what may befall it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.torture.faults import BATCH, SETTINGS, Fault, Plan, plan
from tests.torture.running import run
from tests.torture.staging import Stage

# Chosen because it ends soon: no lease has to run out in it. A dispatch worker is killed at every point in
# test_points.py and test_paths.py.
SQLITE = 18
pytestmark = pytest.mark.long

CALLS_IN_FLIGHT = int(SETTINGS["DISPATCH_CONNECTIONS"])
# The database is away for less than a lease, in each of the ways there are.
AWAY = Plan(
    seed=0,
    database="postgres",
    pace=0.4,
    events={"hold": True},
    faults=(
        Fault(0.6, "crash", "PostgreSQL", seconds=1.0),
        Fault(3.5, "hang up", "PostgreSQL"),
        Fault(4.5, "halt", "PostgreSQL", seconds=2.0),
    ),
    bad=(77,),
)


@pytest.fixture
def stage(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], Stage]:
    """The data that runs start from, on this database."""

    def make(database: str) -> Stage:
        made = Stage(tmp_path / "stage")
        made.prepare(database)
        request.addfinalizer(made.close)
        return made

    return make


@pytest.mark.sampled(1)
@pytest.mark.parametrize("chosen", [plan(SQLITE), AWAY], ids=["things are killed", "the database is away"])
def test_an_edition_that_leaves_while_things_are_killed_keeps_the_promise(
    chosen: Plan, stage: Callable[[str], Stage]
) -> None:
    told: list[str] = []
    outcome = run(chosen, stage(chosen.database), say=told.append)
    assert outcome.breaches == [], "\n".join(told)
    assert (outcome.verdict.doubles, outcome.verdict.misses) == (0, 0)
    assert outcome.end in ("finished", "attention")
    assert outcome.verdict.refused == len(chosen.bad), "a bad address costs nobody else the letter"
    if chosen is AWAY:
        # what was answered is written down once it is back; only a commit that the crash cut may leave a doubt
        assert outcome.verdict.uncertain <= CALLS_IN_FLIGHT * BATCH
