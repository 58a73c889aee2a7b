"""Which test executes which lines: recorded once, and again for files of tests that a change concerns."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.mutants.faults import Fault, digest, lines_of

BUDGET = 30.0  # seconds of the processor, as recorded, that the tests of one fault may take together
MODELS = "tests/shipping/test_packages.py"  # asks whether models and migrations agree


class Chosen(NamedTuple):
    """Tests for a fault, in their order, with the seconds that each took; `key` changes with any of them."""

    tests: list[tuple[str, float]]
    key: str


class LineMap:
    """The records in `folder`, of the tests in `tree`."""

    def __init__(self, folder: Path, tree: Path) -> None:
        self.folder, self._tree = folder, tree
        self._sources: dict[str, str] = {}
        self._records: dict[str, dict[str, Any]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def stale(self, files: Sequence[str]) -> list[str]:
        """Of these files of tests, those without a record, and those changed, or run over changed code, since."""
        return [file for file in files if not self._is_fresh(file)]

    def load(self, files: Sequence[str]) -> int:
        """Read the records of these files; their number of tests."""
        there = {file: record_of(self.folder, file) for file in files}
        self._records = {
            file: json.loads(record.read_text(encoding="utf-8")) for file, record in there.items() if record.exists()
        }
        return sum(len(record["tests"]) for record in self._records.values())

    def choose(self, fault: Fault) -> Chosen:
        """Tests that execute the line, the quickest first, those of its own package before all others."""
        text = (self._tree / fault.file).read_text(encoding="utf-8")
        lines = lines_of(fault.mutation, text)
        found = {name: seconds for name, seconds, seen in self._over(fault.file) if not lines.numbers.isdisjoint(seen)}
        if lines.at_import or not found:
            found |= self._of_package(fault)
        own: list[tuple[str, float]] = []
        others: list[tuple[str, float]] = []
        for name, seconds in sorted(found.items(), key=lambda one: (not one[0].startswith(MODELS), one[1])):
            (own if name.startswith((f"{fault.tests}/", MODELS)) else others).append((name, seconds))
        tests: list[tuple[str, float]] = []
        spent = 0.0
        for name, seconds in own + others:
            spent += seconds
            if tests and spent > BUDGET:
                break
            tests.append((name, seconds))
        files = sorted({name.partition("::")[0] for name, _ in tests})
        return Chosen(tests, digest(" ".join([*(self._digest(file) for file in files), *(name for name, _ in tests)])))

    def _over(self, source: str) -> Iterator[tuple[str, float, list[int]]]:
        for record in self._records.values():
            for name, test in record["tests"].items():
                if source in test["lines"]:
                    yield name, test["seconds"], test["lines"][source]

    def _of_package(self, fault: Fault) -> dict[str, float]:
        """Of what runs once, at import, every test may notice something; of models also that of migrations."""
        wanted = (f"{fault.tests}/", MODELS) if fault.file.endswith("/models.py") else (f"{fault.tests}/",)
        return {
            name: test["seconds"]
            for file, record in self._records.items()
            for name, test in record["tests"].items()
            if file.startswith(wanted)
        }

    def _is_fresh(self, file: str) -> bool:
        there = record_of(self.folder, file)
        if not there.exists():
            return False
        sources = json.loads(there.read_text(encoding="utf-8"))["sources"]
        return all(self._digest(name) == known for name, known in sources.items())

    def _digest(self, name: str) -> str:
        if name not in self._sources:
            self._sources[name] = _digest_of(self._tree / name)
        return self._sources[name]


def write_record(folder: Path, tree: Path, file: str, tests: dict[str, Any]) -> None:
    """Of one file of tests: each test's seconds and lines, and the digests of all that the record was made of."""
    names = sorted({file, *(name for test in tests.values() for name in test["lines"])})
    record = {"sources": {name: _digest_of(tree / name) for name in names}, "tests": tests}
    there = record_of(folder, file)
    there.with_suffix(".new").write_text(json.dumps(record), encoding="utf-8")
    there.with_suffix(".new").replace(there)


def record_of(folder: Path, tests: str) -> Path:
    return folder / f"{tests.replace('/', '+')}.json"


def _digest_of(file: Path) -> str:
    return digest(file.read_text(encoding="utf-8")) if file.exists() else ""
