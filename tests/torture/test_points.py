"""A dispatch worker that is killed between any two statements of claim → attempt → call → record."""

from pathlib import Path
from typing import Any

import pytest

from tests.torture.pointing import points

# Where each stands written: SQLite needs two statements and a commit, PostgreSQL does it in one statement
CALLS = ("ledger.batch_sql.begin: COMMIT – after", "ledger.batch_sql.begin: WITH delivery_batch – after")
KNOWS = ("ledger.batch_sql.record: COMMIT – after", "ledger.batch_sql.record: WITH delivery_batch – after")


@pytest.fixture
def found(tmp_path: Path, database_url: str) -> list[dict[str, Any]]:
    """Every point of the send path on this database, and what became of a batch whose worker was killed there."""
    return points(tmp_path / "points", database_url)


def test_a_worker_killed_at_any_point_leaves_nobody_with_two_and_nobody_missed_in_silence(
    found: list[dict[str, Any]],
) -> None:
    assert [(point["name"], point["breach"]) for point in found if point["breach"]] == []
    names = [point["name"] for point in found]
    first, last = (next(n for n, name in enumerate(names) if name in ends) for ends in (CALLS, KNOWS))
    # from the first on the call may have been made, and from the last on its fate is known
    before, between, after = found[:first], found[first:last], found[last:]
    assert {(point["taken"], point["state"], point["copies"]) for point in before} == {(False, "accepted", 1)}, (
        "before the attempt is committed nothing has left, and another worker sends it"
    )
    assert {(point["state"], point["attempts"]) for point in between} == {("uncertain", 1)}, (
        "after that nobody knows, so no machine sends it again"
    )
    assert {point["thanked"] for point in found} == {1}, "who gave since the opening is thanked, once, and not asked"
    assert {point["copies"] for point in between} == {0, 1}, "whichever it is, it is named"
    assert {(point["state"], point["copies"]) for point in after} == {("accepted", 1)}
    for part in ("claim", "_move_donors", "begin", "connect", "body – in the middle", "status line", "record"):
        assert any(part in name for name in names), f"the list has no point of {part}"
