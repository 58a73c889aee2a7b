"""A dispatch worker that is killed between any two statements of claim → attempt → call → record."""

from pathlib import Path
from typing import Any

import pytest

from tests.torture.pointing import some_points
from tests.torture.points import CALLS, KNOWS

MOST, SEED = 30, 7  # points in a short run


@pytest.fixture
def found(tmp_path: Path, database_url: str, request: pytest.FixtureRequest) -> tuple[list[str], list[dict[str, Any]]]:
    """Every point of the send path on this database, and what became of a batch whose worker was killed there.

    A worker is killed at some of the points, with --whole at each.
    """
    most = None if request.config.getoption("--whole") else MOST
    return some_points(tmp_path / "points", database_url, most=most, seed=SEED)


def test_a_worker_killed_at_any_point_leaves_nobody_with_two_and_nobody_missed_in_silence(
    found: tuple[list[str], list[dict[str, Any]]],
) -> None:
    every, tried = found
    assert [(point["name"], point["breach"]) for point in tried if point["breach"]] == []
    names = [point["name"] for point in tried]
    first, last = (next(n for n, name in enumerate(names) if name in ends) for ends in (CALLS, KNOWS))
    # from the first on the call may have been made, and from the last on its fate is known
    before, between, after = tried[:first], tried[first:last], tried[last:]
    assert {(point["taken"], point["state"], point["copies"]) for point in before} == {(False, "accepted", 1)}, (
        "before the attempt is committed nothing has left, and another worker sends it"
    )
    assert {(point["state"], point["attempts"]) for point in between} == {("uncertain", 1)}, (
        "after that nobody knows, so no machine sends it again"
    )
    assert {point["thanked"] for point in tried} == {1}, "who gave since the opening is thanked, once, and not asked"
    assert {point["copies"] for point in between} == {0, 1}, "whichever it is, it is named"
    assert {(point["state"], point["copies"]) for point in after} == {("accepted", 1)}
    for part in ("claim", "_move_donors", "begin", "connect", "body – in the middle", "status line", "record"):
        assert any(part in name for name in every), f"the list has no point of {part}"
