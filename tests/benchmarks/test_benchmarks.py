"""The benchmarks still run, every part of them, with a handful of readers. How fast is for `make bench` to say."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import table
from benchmarks.measuring import PARTS
from benchmarks.table import Line
from tests.support.surroundings import ROOT

LIMIT = 300  # seconds for one part, on a busy machine


@pytest.mark.sampled(1)
@pytest.mark.parametrize("part", sorted(set(PARTS) - {"far"}))  # that one is dispatching, with a slow sink
def test_each_part_of_the_bench_runs_to_its_end_and_counts_every_reader_once(part: str, tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    words = [part, "--readers", "2000", "--rounds", "1", "--scale", "0.01", "--json", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *words],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "newsletter.settings"},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["lines"]
    # each run that reached the sink raises unless accepted, different and expected readers are the same number
    assert all(run["accepted"] == run["unique"] == run["readers"] for run in told["runs"] if "unique" in run)


def test_a_table_replaces_the_one_that_stands_between_the_marks_of_a_document(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n", encoding="utf-8")
    where = {"date": "today", "commit": "abc", "cores": 2, "processor": "a", "memory_gb": 4, "python": "3.11"}
    table.write(document, where, [Line("dispatch", "rate, product / floor", 0.6, "x", least=0.5, aim=0.7)])
    text = document.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{table.BEGIN}\n")
    assert text.endswith(f"{table.END}\nafter\n")
    assert "| dispatch | rate, product / floor | 0.6 x | ≥ 0.5 (aim 0.7) | pass |" in text
    assert "old" not in text


def test_a_part_with_marks_of_its_own_leaves_the_other_tables_as_they_are(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    begin, end = table.BEGIN.replace(":", " idle:"), table.END.replace(":", " idle:")
    document.write_text(f"{table.BEGIN}\nold\n{table.END}\n{begin}\n{end}\nafter\n", encoding="utf-8")
    where = {"date": "today", "commit": "abc", "cores": 2, "processor": "a", "memory_gb": 4, "python": "3.11"}
    table.write(document, where, [Line("idle", "share of a core", 0.02)])
    text = document.read_text(encoding="utf-8")
    assert text.startswith(f"{table.BEGIN}\nold\n{table.END}\n{begin}\n")
    assert "| idle | share of a core | 0.02 |" in text.partition(begin)[2]
    assert text.endswith(f"{end}\nafter\n")


def test_a_figure_on_the_wrong_side_of_its_bound_is_a_failure() -> None:
    assert Line("a", "b", 0.4, least=0.5).verdict == "FAIL"
    assert Line("a", "b", 2.1, most=2).verdict == "FAIL"
    assert Line("a", "b", 2.0, most=2).verdict == "pass"
    assert Line("a", "b", 2.0).verdict == ""
