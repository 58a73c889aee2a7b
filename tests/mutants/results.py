"""What came of each fault: a line in a file at once, so that a run goes on where another one stopped."""

import json
from pathlib import Path
from typing import Any, Literal, NamedTuple

from tests.mutants.faults import Fault

Verdict = Literal["noticed", "no end", "unnoticed", "out of time"]
NOTICED = ("noticed", "no end")
NO_END = 7  # the exit code of tests of which one came to no end


class Outcome(NamedTuple):
    """`by` is the first test that failed, or that came to no end. `key` stands for the tests that were asked.

    `on_postgres`: the tests were asked on PostgreSQL, after those on SQLite noticed nothing.
    """

    fault: Fault
    verdict: Verdict
    by: str
    seconds: float
    tests: int
    key: str
    on_postgres: bool = False

    @property
    def is_noticed(self) -> bool | None:
        return None if self.verdict == "out of time" else self.verdict in NOTICED


class Results:
    """Of all runs that wrote to `file`. `source` is always the digest of the module that had the fault."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._last: dict[str, dict[str, Any]] = {}
        if not file.exists():
            return
        whole, _, half = file.read_text(encoding="utf-8").rpartition("\n")
        if half:  # a run ended while it wrote
            file.write_text(f"{whole}\n", encoding="utf-8")
        for line in whole.splitlines():
            row = json.loads(line)
            self._last[row["fault"]] = row

    def known(self, fault: Fault, *, source: str, key: str) -> Outcome | None:
        """Noticed stays noticed while the module is the same; what was not noticed, while the tests are too."""
        row = self._last.get(fault.id)
        if row is None or row["source"] != source:
            return None
        kept = {name: row[name] for name in ("verdict", "by", "seconds", "tests", "key", "on_postgres")}
        outcome = Outcome(fault=fault, **kept)
        return outcome if outcome.is_noticed or outcome.key == key else None

    def add(self, outcome: Outcome, *, source: str) -> None:
        row = {
            "fault": outcome.fault.id, "source": source, "said": str(outcome.fault), "verdict": outcome.verdict,
            "by": outcome.by, "seconds": round(outcome.seconds, 1), "tests": outcome.tests, "key": outcome.key,
            "on_postgres": outcome.on_postgres,
        }  # fmt: skip
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        self._last[outcome.fault.id] = row

    def forget(self, fault: Fault) -> None:
        """It will be tried again."""
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"fault": fault.id, "source": ""}) + "\n")
        self._last.pop(fault.id, None)
