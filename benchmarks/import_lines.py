"""The lines of imports: against the floor and a package in turn, memory, and an import whose workers are killed.

python -m benchmarks.import_lines postgresql 1000000    the import with killed workers alone
"""

import itertools
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from benchmarks.data import slug
from benchmarks.importing import WORKING, known_of
from benchmarks.stage import Stage
from benchmarks.table import Line
from tests.support.kept import Kept
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from benchmarks.measuring import Plan

SMALLER = 10  # times, for the growth of memory
PACKAGE_ROWS = 20_000  # for the package, whose figure is scaled linearly
MOST_MB = 300
# listmonk 6.2.0 imported 5,290 rows/s by its API, on a machine on which a floor with a schema like ours did 34,300.
LISTMONK = 5_290 / 34_300
KILLED_AFTER = (0.1, 0.4)  # of the time that the whole import takes
MOST_KILLS, DAY = 20, 24 * 3600
FEW = 20_000  # rows


class Stages:
    """A database of its own for each import; of few rows, one for all, because making one takes longer than they do."""

    def __init__(self, kind: str, rows: int) -> None:
        self.kind, self._shared, self._numbers = kind, Stage(kind) if rows < FEW else None, itertools.count(1)
        self._rows = rows

    def __enter__(self) -> Self:
        if self._shared:
            self._shared.__enter__()
            self._shared.readers(_known(self._rows))
        return self

    def __exit__(self, *_: object) -> None:
        if self._shared:
            self._shared.__exit__()

    @contextmanager
    def one(self, rows: int) -> Iterator[tuple[Stage, str, str, str]]:
        """A stage, the file, the publication, and how its new addresses begin."""
        new = f"new{next(self._numbers)}x"
        if self._shared:
            yield self._shared, _file(self._shared, rows, new), slug(_known(self._rows)), new
            return
        with Stage(self.kind) as stage:
            stage.readers(_known(rows))
            yield stage, _file(stage, rows, new), slug(_known(rows)), new

    def run(self, way: str, rows: int) -> dict[str, Any]:
        """Import so many rows this way."""
        with self.one(rows) as (stage, path, publication, _):
            return _do(stage, way, path, publication)


def measure(kind: str, plan: "Plan") -> Iterator[Line]:
    """Product and floor in turn, the package, memory, and killed workers."""
    rows = plan.readers
    with Stages(kind, rows) as stages:
        products, floors = [], []
        for _ in range(min(plan.rounds, 2)):
            floors.append(stages.run("floor", rows))
            products.append(stages.run("product", rows))
        rate, bare = (statistics.median(one["rows"] / one["seconds"] for one in runs) for runs in (products, floors))
        note = f"{rows:,} rows, {kind}"
        yield Line("audience", "import with the result of each row", rate, "rows/s", note=note)
        yield Line("audience", "floor: stage and insert what is new", bare, "rows/s", note=note)
        yield Line("audience", f"import, product / floor, {kind}", rate / bare, "x", least=0.5)
        yield Line("audience", "CPU of the import", 1e6 * products[-1]["cpu"] / rows, "s a million", note=note)
        if kind == "postgresql":
            package = stages.run("package", min(PACKAGE_ROWS, rows))
            theirs = package["rows"] / package["seconds"]
            yield Line("audience", "django-import-export, in bulk, the addresses alone", theirs, "rows/s")
            yield Line("audience", "import, product / django-import-export", rate / theirs, "x", least=8, aim=15)
            what = "import, product / listmonk, by the floor of both"
            yield Line("audience", what, rate / bare / LISTMONK, "x", least=3)
        small = stages.run("product", max(100, rows // SMALLER))["peak"]
        large = products[-1]["peak"]
        yield Line("audience", f"peak memory of an import, {kind}", large, "MB", most=MOST_MB, note=note)
        yield Line(
            "audience", f"peak memory, {rows:,} / {rows // SMALLER:,} rows, {kind}", large / small, "x", most=1.1
        )
        yield from killed(stages, rows, seconds=products[-1]["seconds"])


def killed(stages: Stages, rows: int, *, seconds: float) -> Iterator[Line]:
    """An import of about `seconds` by workers that are killed with SIGKILL on the way, until one comes to its end."""
    began, chance, kills = time.perf_counter(), random.Random(1), 0  # noqa: S311  # no secret
    with stages.one(rows) as (stage, path, publication, new):
        order = str(_do(stage, "order", path, publication)["order"])
        while True:
            words = ["-m", "benchmarks.importing", "work", order]
            worker = stage.run("import-worker", *words, environment=stage.environment)
            _wait_until_it_works(worker)
            life = chance.uniform(*KILLED_AFTER) * seconds if kills < (MOST_KILLS if rows >= FEW else 2) else DAY
            if _ends_within(worker, life):
                break
            worker.signal(signal.SIGKILL)
            worker.wait()
            kills += 1
        told = _do(stage, "check", order, path, new)
    wanted = told["expected"]["added"]
    right = told["state"] == "done" and told["is_right"] and told["doubled_events"] == 0
    whole = right and told["subscriptions"] == wanted and told["results"] == rows
    what = f"an import of {rows:,} rows with {kills} killed workers is right, {stages.kind}"
    note = f"{time.perf_counter() - began:,.0f} s with its preparation"
    yield Line("audience", what, whole, "", least=1, note=note)


def _wait_until_it_works(worker: Kept) -> None:
    def works() -> bool:
        return not worker.is_running or WORKING in worker.log.read_text(errors="replace")

    wait_until(works, timeout=120, what="a worker of the import")


def _ends_within(worker: Kept, seconds: float) -> bool:
    try:
        status = worker.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    if status:
        raise SystemExit(worker.log.read_text(errors="replace"))
    return True


def _file(stage: Stage, rows: int, new: str) -> str:
    path = str(stage.folder / f"{new}.csv")
    _do(stage, "file", path, str(rows), new)
    return path


def _known(rows: int) -> int:
    return -(-known_of(rows) // 100) * 100  # the stage makes hundreds


def _do(stage: Stage, *words: str) -> dict[str, Any]:
    told: dict[str, Any] = stage.do("-m", "benchmarks.importing", *words)
    return told


if __name__ == "__main__":
    database, number = sys.argv[1], int(sys.argv[2])
    with Stages(database, number) as alone:
        for line in killed(alone, number, seconds=number / 10_000):
            print(line.what, "yes" if line.figure else "NO", line.note)
