"""The table goes into a document, between its marks."""

from pathlib import Path

import pytest

from tests.torture import table
from tests.torture.designs.comparing import Compared

OURS = [
    {"seed": 4, "database": "sqlite", "evidence": True, "faults": ["kill -9 web"], "readers": 500, "doubles": 0,
     "misses": 0, "uncertain": 10, "refused": 0, "end": "attention", "settled": "finished", "breaches": []},
    {"seed": 5, "database": "postgres", "evidence": False, "faults": [], "readers": 500, "doubles": 0,
     "misses": 0, "uncertain": 0, "refused": 0, "end": "finished", "settled": "finished", "breaches": []},
]  # fmt: skip


def test_there_is_a_row_for_us_and_one_for_each_design_that_ran() -> None:
    made = table.table(OURS, [Compared("retry", 4, 500, doubles=20, misses=0, finished=True)]).splitlines()
    assert made[2] == "| this one | 2 | 1,000 | 0 | 0 | 10 in 1 runs | 2 |"
    assert made[3] == "| retry on time-out | 1 | 500 | 20 | 0 | none is named | 1 |"
    assert len(made) == 4


def test_writing_replaces_what_stands_between_the_marks_and_nothing_else(tmp_path: Path) -> None:
    document = tmp_path / "promise.md"
    document.write_text(f"before\n{table.BEGINS}\nold\n{table.ENDS}\nafter\n", encoding="utf-8")
    for text in ("one", "two"):
        table.write(document, text)
    assert document.read_text(encoding="utf-8") == f"before\n{table.BEGINS}\n\ntwo\n\n{table.ENDS}\nafter\n"


def test_a_document_without_a_place_for_it_is_an_error(tmp_path: Path) -> None:
    document = tmp_path / "other.md"
    document.write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match="no place"):
        table.write(document, "text")


def test_the_promise_has_its_place_for_the_table() -> None:
    promise = Path(__file__).parents[2] / "docs" / "promise.md"
    said = promise.read_text(encoding="utf-8")
    assert said.index(table.BEGINS) < said.index(table.ENDS)
