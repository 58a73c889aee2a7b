"""A process that is killed while it opens, recovers, finishes, splits or settles."""

from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from tests.torture.pointing import paths
from tests.torture.walking import chosen

MOST, MORE, SEED = 1, 8, 7  # moments of each path, and with --whole; `python -m tests.torture --points` takes all
PATHS = {"opening", "recovery", "finishing", "refusal and split", "split that was left", "leaving refused ones out",
         "resuming", "counting as accepted", "sending again", "evidence", "submitting ahead",
         "cancelling ahead"}  # fmt: skip


def test_whoever_is_killed_on_any_path_leaves_everybody_in_one_batch_and_nobody_with_two_letters(
    tmp_path: Path, database_url: str, request: pytest.FixtureRequest
) -> None:
    most = MORE if request.config.getoption("--whole") else MOST
    found = paths(tmp_path / "paths", database_url, most=most, seed=SEED)
    assert [(point["name"], point["breach"]) for point in found if point["breach"]] == []
    assert {point["path"] for point in found} == PATHS
    assert all(point["moments"] > 10 for point in found), "a path of which next to nothing is seen proves nothing"


def test_a_sample_is_spread_over_the_whole_path_and_another_seed_takes_others() -> None:
    one, another, whole = (Random(seed) for seed in (1, 2, 3))  # noqa: S311  # no secret
    some = chosen(100, 5, one)
    assert len(some) == 5
    assert {later - earlier for earlier, later in pairwise(some)} <= {19, 20, 21}
    assert some != chosen(100, 5, another)
    assert chosen(3, 5, whole) == chosen(3, None, whole) == [0, 1, 2]
