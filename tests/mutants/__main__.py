"""`python -m tests.mutants`: a sample of small faults, and whether the tests that execute the faulty line notice them.

The record of what each test executes, and the results so far, are kept in build/mutants/: a run goes on where the last
one stopped, and asks again only what a change of the modules or of the tests concerns.
"""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.mutants.faults import Fault, digest, sample
from tests.mutants.line_map import LineMap
from tests.mutants.private_tree import copied
from tests.mutants.results import Outcome, Results
from tests.mutants.running import failing, record, run_all
from tests.support import cluster
from tests.support.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "mutants"

# What the promise rests on, and the folder of its tests
MODULES = (
    ("newsletter/delivery", "tests/delivery"),
    ("newsletter/editions", "tests/editions"),
    ("newsletter/publications", "tests/publications"),
    ("newsletter/insights", "tests/insights"),
    ("newsletter/mail", "tests/mail"),
    ("newsletter/letters/edition_decisions.py", "tests/letters"),
)
# Folders whose tests are asked too, as far as they are quick and start no process
OTHERS = ("ops", "workers", "web/test_recorded.py", "shipping/test_packages.py")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--limit", type=float, default=600, help="seconds for the tests of one fault")
    parser.add_argument("--list", action="store_true", help="print the faults, and run nothing")
    given = parser.parse_args()
    faults = sample(MODULES, count=given.count, seed=given.seed, root=ROOT)
    if given.list:
        sys.stdout.writelines(f"{fault}\n" for fault in faults)
        return 0
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        trees = [copied(ROOT, Path(folder) / f"tree{number}") for number in range(given.jobs)]
        lines = _lines_of_tests(trees[0], given.jobs)
        run = Run(faults, lines, trees, given.limit)
        run.judge()
    _print_summary(given.seed, len(faults), list(run.outcomes.values()))
    return 0


def _lines_of_tests(tree: Path, jobs: int) -> LineMap:
    lines = LineMap(KEPT / "lines", tree)
    own = _files(tree, [tests for _, tests in MODULES])
    others = _files(tree, [f"tests/{name}" for name in OTHERS])
    for files, fast in ((own, False), (others, True)):
        if stale := lines.stale(files):
            _print(f"Recording what {len(stale)} files of tests execute")
            record(tree, stale, sources=[path for path, _ in MODULES], folder=lines.folder, jobs=jobs, fast=fast)
    _print(f"{lines.load([*own, *others])} tests are recorded in {lines.folder.relative_to(ROOT)}")
    return lines


def _files(tree: Path, paths: list[str]) -> list[str]:
    found = [file for path in paths for file in (sorted((tree / path).rglob("test_*.py")) or [tree / path])]
    return list(dict.fromkeys(str(file.relative_to(tree)) for file in found))


class Run:
    """All faults of a run, those judged before and those of now; `outcomes` are by the fault's id."""

    def __init__(self, faults: list[Fault], lines: LineMap, trees: list[Path], limit: float) -> None:
        self.faults, self.trees, self.limit = faults, trees, limit
        self.chosen = {fault.id: lines.choose(fault) for fault in faults}
        self.sources = {fault.file: digest((trees[0] / fault.file).read_text(encoding="utf-8")) for fault in faults}
        self.results = Results(KEPT / "results.jsonl")
        self.outcomes: dict[str, Outcome] = {}
        for fault in faults:
            if known := self.results.known(fault, source=self.sources[fault.file], key=self.chosen[fault.id].key):
                self.outcomes[fault.id] = known
        _print(f"{len(self.outcomes)} of {len(faults)} faults are judged already")

    def judge(self) -> None:
        self._judge([fault for fault in self.faults if fault.id not in self.outcomes])
        seen = [outcome for outcome in self.outcomes.values() if not (outcome.is_noticed or outcome.on_postgres)]
        if not seen:
            return
        try:
            server = Postgres.start()
        except cluster.NoPostgres as error:
            _print(f"What the tests on SQLite do not notice is not tried on PostgreSQL. {error}")
            return
        try:
            self._judge([outcome.fault for outcome in seen], postgres=server.url())
        finally:
            server.stop()

    def _judge(self, faults: list[Fault], *, postgres: str = "") -> None:
        """A test that fails also without a fault has noticed nothing."""
        asked = [(fault, self.chosen[fault.id]) for fault in faults]
        first = next((chosen.tests[:1] for _, chosen in asked if chosen.tests), [])
        if failing(self.trees[0], first, limit=self.limit, postgres=postgres):
            raise RuntimeError(f"{first[0][0]} fails without any fault.")
        trees = self.trees[:1] if postgres else self.trees  # two runs would share the name of the test database
        run_all(asked, trees, limit=self.limit, postgres=postgres, on_outcome=self._keep)
        seconds = {name: took for _, chosen in asked for name, took in chosen.tests}
        new = [self.outcomes[fault.id] for fault in faults if self.outcomes[fault.id].is_noticed]
        noticing = sorted({outcome.by for outcome in new} & seconds.keys())
        wrong = failing(self.trees[0], [(name, seconds[name]) for name in noticing], limit=3600, postgres=postgres)
        for outcome in new:
            if outcome.by in wrong:
                _print(f"{outcome.by} fails without any fault: the next run tries {outcome.fault} again")
                self.results.forget(outcome.fault)
                del self.outcomes[outcome.fault.id]

    def _keep(self, outcome: Outcome) -> None:
        self.results.add(outcome, source=self.sources[outcome.fault.file])
        self.outcomes[outcome.fault.id] = outcome
        _print_outcome(outcome, f"{len(self.outcomes)}/{len(self.faults)}")


def _print_outcome(outcome: Outcome, place: str) -> None:
    words = {
        "noticed": f"noticed by {outcome.by}",
        "no end": f"noticed: {outcome.by} does not end",
        "unnoticed": f"NOT NOTICED by {outcome.tests} tests",
        "out of time": "the tests did not end in time",
    }
    where = " on PostgreSQL" if outcome.on_postgres else ""
    _print(f"{place} {outcome.fault}\n    {words[outcome.verdict]}{where}, {outcome.seconds:.0f} s")


def _print_summary(seed: int, asked: int, outcomes: list[Outcome]) -> None:
    counts = Counter(outcome.is_noticed for outcome in outcomes)
    own = sum(bool(outcome.is_noticed) and outcome.by.startswith(outcome.fault.tests) for outcome in outcomes)
    share = 100 * counts[True] / max(1, counts[True] + counts[False])
    _print(
        f"\nseed {seed}: {len(outcomes)} of {asked} faults judged; {counts[True]} noticed ({share:.1f} %), "
        f"{own} of them by tests of the same package; of {counts[None]} the tests did not end in time"
    )
    for outcome in outcomes:
        if not outcome.is_noticed:
            _print(f"{outcome.verdict}: {outcome.fault} ({outcome.tests} tests)")


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
